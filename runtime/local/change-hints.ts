import { inboxTopic, type ChangeHints, type Store, type ThreadLog } from '../store/ports';

/** Every change is announced here, so a reader need not look on its own; it does so all the same, now and then. */
const LOOK_ANYWAY_MS = 10_000;
/** A topic's last change is remembered for so long. A reader that takes longer has to rely on its next look. */
const REMEMBERED_MS = 30_000;
/** The commit that opens a model request is announced this much later: the request goes first, and readers take the processor. */
const AFTER_YOU_MS = 4;

/** Hints between the parts of one process: a change wakes everybody who waits for that topic. */
export class LocalChangeHints implements ChangeHints {
  private readonly waiting = new Map<string, Set<() => void>>();
  /** The last change of each topic, oldest first. */
  private readonly last = new Map<string, { readonly count: number; readonly at: number }>();
  private count = 0;

  changed(topic: string): void {
    this.remember(topic);
    const waiters = this.waiting.get(topic);
    this.waiting.delete(topic);
    for (const wake of waiters ?? []) wake();
  }

  mark(): number {
    return this.count;
  }

  pace(ms: number): number {
    return Math.max(ms, LOOK_ANYWAY_MS);
  }

  wait(topic: string, ms: number, signal?: AbortSignal, since = this.count): Promise<void> {
    if (signal?.aborted || (this.last.get(topic)?.count ?? 0) > since) return Promise.resolve();
    return new Promise((resolve) => {
      const waiters = this.waiting.get(topic) ?? new Set();
      this.waiting.set(topic, waiters);
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        waiters.delete(done);
        if (waiters.size === 0 && this.waiting.get(topic) === waiters) this.waiting.delete(topic);
        resolve();
      };
      // Whoever only waits need not keep a process from ending.
      const timer = setTimeout(done, ms).unref();
      signal?.addEventListener('abort', done, { once: true });
      waiters.add(done);
    });
  }

  private remember(topic: string): void {
    this.count += 1;
    const now = performance.now();
    this.last.delete(topic);
    this.last.set(topic, { count: this.count, at: now });
    for (const [oldest, { at }] of this.last) {
      if (now - at < REMEMBERED_MS) break;
      this.last.delete(oldest);
    }
  }
}

/** The store, with a log that tells the hints of everything a reader may wait for. */
export function announceChanges(store: Store, hints: ChangeHints): Store {
  const { log } = store;
  const after = async <T>(topic: string, write: Promise<T>): Promise<T> => {
    const result = await write;
    hints.changed(topic);
    return result;
  };
  const announcing: ThreadLog = {
    accept: (ref, entries, acceptedAt, wakeBy) =>
      after(inboxTopic(ref.threadId), log.accept(ref, entries, acceptedAt, wakeBy)),
    async append(ref, commit) {
      const result = await log.append(ref, commit);
      if (commit.summary.openRequest === null) hints.changed(ref.threadId);
      else setTimeout(() => hints.changed(ref.threadId), AFTER_YOU_MS).unref();
      return result;
    },
    putPreview: (ref, chunk, at, expiresAt) => after(ref.threadId, log.putPreview(ref, chunk, at, expiresAt)),
    watch: (ref, until) => log.watch(ref, until),
    noteBell: (ref, connection, revision) => log.noteBell(ref, connection, revision),
    deleteThread: (ref) => after(ref.threadId, log.deleteThread(ref)),
    markHeard: (ref, n) => log.markHeard(ref, n),
    heardTo: (ref) => log.heardTo(ref),
    readInbox: (ref, options) => log.readInbox(ref, options),
    lastCommit: (ref) => log.lastCommit(ref),
    readCommits: (ref, range) => log.readCommits(ref, range),
    settle: (ref, keys) => log.settle(ref, keys),
    park: (ref, keys) => log.park(ref, keys),
    acquireLease: (ref, owner, now, until) => log.acquireLease(ref, owner, now, until),
    renewLease: (ref, owner, until) => log.renewLease(ref, owner, until),
    releaseLease: (ref, owner, dueAt) => log.releaseLease(ref, owner, dueAt),
    readPreviews: (ref, since, afterKey) => log.readPreviews(ref, since, afterKey),
  };
  return { ...store, log: announcing };
}
