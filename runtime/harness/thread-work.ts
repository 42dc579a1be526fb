import type { Commit, EventRecord, InboxItem, SessionRecord, ThreadRef } from '../store/records';
import { entryId, waiting } from '../thread/inbox';
import type { CommitBuilder } from '../thread/commit-builder';
import { EMPTY_SUMMARY } from '../thread/summary';
import type { HarnessDeps } from './ports';
import type { ThreadState } from './state';

/**
 * A thread as the harness at work knows it, and the only way in which it writes. Everything here can be rebuilt from the
 * store at any time; `reload` does so after somebody else has written.
 */
export class ThreadWork {
  #context: EventRecord[] | undefined;
  #contextStart = 0;

  private constructor(
    private readonly deps: HarnessDeps,
    readonly ref: ThreadRef,
    private readonly by: string,
    private session: SessionRecord,
    private last: Commit | undefined,
    private inbox: readonly InboxItem[],
  ) {}

  /** Undefined when the session is gone; what was sent to it while it went is then swept up. */
  static async load(deps: HarnessDeps, ref: ThreadRef, by: string): Promise<ThreadWork | undefined> {
    const session = await deps.sessions.get(ref.workspace, ref.sessionId);
    if (!session) {
      await deps.log.deleteThread(ref);
      return undefined;
    }
    const work = new ThreadWork(deps, ref, by, session, undefined, []);
    await work.reload();
    return work;
  }

  get state(): ThreadState {
    const traits = this.deps.traits(this.session.agent.model.id);
    return {
      session: this.session,
      n: this.last?.n ?? 0,
      summary: this.last?.summary ?? EMPTY_SUMMARY,
      inbox: this.inbox,
      contextWindow: traits.contextWindow,
      nativeCompaction: traits.nativeCompaction,
    };
  }

  /**
   * Reads the log's end, then the inbox, in this order: an entry that another harness takes up in between makes our next
   * commit fail, while the other order could take up an entry a second time. Readers do it the other way round.
   */
  async reload(): Promise<void> {
    this.#context = undefined;
    this.last = await this.deps.log.lastCommit(this.ref);
    const items = await this.deps.log.readInbox(this.ref);
    const present = new Set(items.map(({ key }) => key));
    const leftovers = (this.last?.consumed ?? []).filter((key) => present.has(key));
    // Before anything is added: only the last commit names what it used up, so its leftovers must go first.
    await this.deps.log.settle(this.ref, leftovers);
    await this.#see(items);
  }

  /** Looks at the inbox again. True when something is there that was not before. */
  async lookAtInbox(): Promise<boolean> {
    const known = new Set(this.inbox.flatMap(({ entries }) => entries.map(entryId)));
    await this.#see(await this.deps.log.readInbox(this.ref));
    return this.inbox.some(({ entries }) => entries.some((entry) => !known.has(entryId(entry))));
  }

  /** Writes the commit and clears what it used up. False when another harness was first: everything is read anew. */
  async write(builder: CommitBuilder): Promise<Commit | undefined> {
    const before = this.state.summary;
    const commit = builder.build(this.by, this.inbox);
    if ((await this.deps.log.append(this.ref, commit)) === 'taken') {
      await this.reload();
      return undefined;
    }
    this.last = commit;
    this.#extendContext(commit);
    await this.deps.log.settle(this.ref, commit.consumed);
    this.inbox = waiting(this.inbox, commit);
    if (commit.summary.status !== before.status) {
      await this.deps.sessions.project(this.ref.workspace, this.ref.sessionId, commit.summary.status, commit.n);
    }
    return commit;
  }

  /** The records of the live context, followed by those of a commit that is being built. */
  async contextWith(builder: CommitBuilder): Promise<EventRecord[]> {
    const start = this.state.summary.contextStart;
    if (!this.#context || this.#contextStart !== start) {
      const records: EventRecord[] = [];
      if (this.last) {
        for await (const commit of this.deps.log.readCommits(this.ref, { from: start, to: this.last.n })) {
          records.push(...commit.records);
        }
      }
      this.#context = records;
      this.#contextStart = start;
    }
    return [...this.#context, ...builder.records];
  }

  /** What waits will be looked at by the wake that something else causes; the sweeper need not. */
  async park(): Promise<void> {
    const keys = this.inbox.map(({ key }) => key);
    if (keys.length > 0) await this.deps.log.park(this.ref, keys);
  }

  /** Whether the inbox holds something that this harness has not seen. */
  async hasNews(): Promise<boolean> {
    const seen = new Set(this.inbox.map(({ key }) => key));
    const consumed = new Set(this.last?.consumed);
    const items = await this.deps.log.readInbox(this.ref);
    return items.some(({ key }) => !seen.has(key) && !consumed.has(key));
  }

  async #see(items: readonly InboxItem[]): Promise<void> {
    this.inbox = waiting(items, this.last);
    const updated = this.inbox.some(({ entries }) => entries.some(({ signal }) => signal?.type === 'session_updated'));
    if (updated) this.session = (await this.deps.sessions.get(this.ref.workspace, this.ref.sessionId)) ?? this.session;
  }

  #extendContext(commit: Commit): void {
    if (!this.#context) return;
    if (commit.summary.contextStart === this.#contextStart) this.#context.push(...commit.records);
    else this.#context = undefined;
  }
}
