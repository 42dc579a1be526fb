import type { ChangeHints, Store, ThreadLog } from '../store/ports';

/**
 * How long a change stays news. A reader reads and then waits; a change that came while it was still reading would be missed
 * by the wait, so a wait that begins this soon after a change is a short one.
 */
const NEWS_MS = 30;
const SHORT_WAIT_MS = 10;

/** Hints between the parts of one process: a change wakes everybody who waits for that thread. */
export class LocalChangeHints implements ChangeHints {
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly news = new Map<string, NodeJS.Timeout>();

  changed(threadId: string): void {
    clearTimeout(this.news.get(threadId));
    this.news.set(threadId, setTimeout(() => this.news.delete(threadId), NEWS_MS).unref());
    const waiters = this.waiting.get(threadId);
    this.waiting.delete(threadId);
    for (const wake of waiters ?? []) wake();
  }

  wait(threadId: string, ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiters = this.waiting.get(threadId) ?? new Set();
      this.waiting.set(threadId, waiters);
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        waiters.delete(done);
        if (waiters.size === 0 && this.waiting.get(threadId) === waiters) this.waiting.delete(threadId);
        resolve();
      };
      const timer = setTimeout(done, this.news.has(threadId) ? Math.min(ms, SHORT_WAIT_MS) : ms);
      signal?.addEventListener('abort', done, { once: true });
      waiters.add(done);
    });
  }
}

/** The store, with a log that tells the hints of everything a reader may wait for. */
export function announceChanges(store: Store, hints: ChangeHints): Store {
  const { log } = store;
  const after = async <T>(threadId: string, write: Promise<T>): Promise<T> => {
    const result = await write;
    hints.changed(threadId);
    return result;
  };
  const announcing: ThreadLog = {
    accept: (ref, entries, acceptedAt, wakeBy) => after(ref.threadId, log.accept(ref, entries, acceptedAt, wakeBy)),
    append: (ref, commit) => after(ref.threadId, log.append(ref, commit)),
    putPreview: (ref, chunk, at, expiresAt) => after(ref.threadId, log.putPreview(ref, chunk, at, expiresAt)),
    watch: (ref, until) => after(ref.threadId, log.watch(ref, until)),
    deleteThread: (ref) => after(ref.threadId, log.deleteThread(ref)),
    markHeard: (ref, n) => log.markHeard(ref, n),
    heardTo: (ref) => log.heardTo(ref),
    readInbox: (ref) => log.readInbox(ref),
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
