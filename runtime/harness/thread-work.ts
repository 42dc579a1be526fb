import type {
  Commit,
  EventRecord,
  InboxItem,
  SessionRecord,
  Signal,
  ThreadRef,
  ThreadSummary,
  ToolListing,
} from '../store/records';
import { entryId, waiting } from '../thread/inbox';
import type { CommitBuilder } from '../thread/commit-builder';
import { EMPTY_SUMMARY } from '../thread/summary';
import type { ContextCache } from './context-cache';
import { NO_LISTING } from './dial';
import type { HarnessDeps } from './ports';
import type { ThreadState } from './state';

/** How many commits are read with the last one. In a short conversation they are all that a model request needs. */
const TAIL = 20;
/** How long clearing up after a commit is put off: what the commit was made for, a request to the model, goes first. */
const AFTER_YOU_MS = 5;

/** What tells that the session's record is not what it was. */
const CHANGES: readonly Signal['type'][] = ['session_updated', 'session_archived'];

/** What can be read of a thread before it is known who works on it. */
export interface Beginning {
  /** The last commits, in order. */
  readonly tail: readonly Commit[];
  readonly inbox: readonly InboxItem[];
}

/**
 * A thread as the harness at work knows it, and the only way in which it writes. Everything here can be rebuilt from the
 * store at any time; `reload` does so after somebody else has written.
 */
export class ThreadWork {
  #context: EventRecord[] | undefined;
  #contextStart = 0;
  /** A listing from before the context, with the commit that holds it. */
  #listing: { readonly at: number; readonly listing: ToolListing } | undefined;
  /** Resolves with the last commit if clearing up after it failed. */
  #tidying: Promise<Commit | undefined> = Promise.resolve(undefined);

  private constructor(
    private readonly deps: HarnessDeps,
    readonly ref: ThreadRef,
    private readonly by: string,
    private readonly contexts: ContextCache,
    private session: SessionRecord,
    /** The last commits, in order and without a gap. */
    private tail: readonly Commit[],
    private inbox: readonly InboxItem[],
  ) {}

  /**
   * Reads the log's end and then the inbox (see `reload`). This may be begun before the lease is had: what somebody else commits
   * after it makes our next commit fail, and then everything is read anew; what only came in is looked for once more when the
   * lease is let go.
   */
  static async begin({ log }: HarnessDeps, ref: ThreadRef, contexts: ContextCache): Promise<Beginning> {
    const tail = await readTail(log, ref, contexts.reaches(ref));
    return { tail, inbox: await log.readInbox(ref) };
  }

  /**
   * Undefined when the session is gone. It is read once the lease is had: its deletion takes the lease away, too, so whoever read
   * it before might work on what is not there any more.
   */
  static async load(
    deps: HarnessDeps,
    ref: ThreadRef,
    by: string,
    contexts: ContextCache,
    beginning: Promise<Beginning>,
  ): Promise<ThreadWork | undefined> {
    const [session, { tail, inbox }] = await Promise.all([deps.sessions.get(ref.workspace, ref.sessionId), beginning]);
    if (!session) return undefined;
    const work = new ThreadWork(deps, ref, by, contexts, session, tail, []);
    await Promise.all([work.#takeUp(inbox), work.#mendProjection()]);
    return work;
  }

  /** The last commits, in order; at least the last one, if there is any. */
  get lately(): readonly Commit[] {
    return this.tail;
  }

  /** The last commit. */
  private get last(): Commit | undefined {
    return this.tail.at(-1);
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
    this.tail = await readTail(this.deps.log, this.ref);
    await this.#takeUp(await this.deps.log.readInbox(this.ref));
  }

  /** The inbox as it was read, once what is history of it is gone. */
  async #takeUp(items: readonly InboxItem[]): Promise<void> {
    const present = new Set(items.map(({ key }) => key));
    const leftovers = (this.last?.consumed ?? []).filter((key) => present.has(key));
    // Before anything is added: only the last commit names what it used up, so its leftovers must go first.
    await this.deps.log.settle(this.ref, leftovers);
    await this.#see(items);
  }

  /** Whoever made the last commit may have died before it told the lists of it. */
  async #mendProjection(): Promise<void> {
    const { last, session } = this;
    if (!last || session.archivedAt !== null || session.status === last.summary.status) return;
    await this.deps.sessions.project(session.workspace, session.id, last.summary.status, last.n);
  }

  /** Looks at the inbox again. True when something is there that was not before. */
  async lookAtInbox(): Promise<boolean> {
    const known = new Set(this.inbox.flatMap(({ entries }) => entries.map(entryId)));
    await this.#see(await this.deps.log.readInbox(this.ref));
    return this.inbox.some(({ entries }) => entries.some((entry) => !known.has(entryId(entry))));
  }

  /**
   * Writes the commit. Undefined when another harness was first: everything is read anew. What the commit used up is cleared
   * while the caller goes on (`tidied`), since a model need not wait for it.
   */
  async write(builder: CommitBuilder): Promise<Commit | undefined> {
    await this.tidied();
    const before = this.state.summary;
    const commit = builder.build(this.by, this.inbox);
    const written = (await this.deps.log.append(this.ref, commit)) !== 'taken';
    this.deps.observe?.({ type: 'commit', ref: this.ref, session: this.session, before, commit, written });
    if (!written) {
      await this.reload();
      return undefined;
    }
    this.tail = [...this.tail.slice(1 - TAIL), commit];
    this.#extendContext(commit);
    this.inbox = waiting(this.inbox, commit);
    this.#tidying = this.deps
      .sleep(AFTER_YOU_MS)
      .then(() => this.#tidy(commit, commit.summary.status !== before.status))
      .then(
        () => undefined,
        () => commit,
      );
    return commit;
  }

  /**
   * Resolves when the last commit has been cleared up after: nothing may be added to the log before. What failed in the
   * meantime is done again.
   */
  async tidied(): Promise<void> {
    const failed = await this.#tidying;
    if (failed) await this.#tidy(failed, true);
    this.#tidying = Promise.resolve(undefined);
  }

  async #tidy({ n, consumed, summary }: Commit, isNews: boolean): Promise<void> {
    const { workspace, sessionId } = this.ref;
    await Promise.all([
      this.deps.log.settle(this.ref, consumed),
      isNews ? this.deps.sessions.project(workspace, sessionId, summary.status, n) : undefined,
    ]);
  }

  /** The records of the live context, followed by those of a commit that is being built. */
  async contextWith(builder: CommitBuilder): Promise<EventRecord[]> {
    const start = this.state.summary.contextStart;
    if (!this.#context || this.#contextStart !== start) {
      const known = this.contexts.take(this.ref, start, this.state.n);
      const records = known?.records ?? [];
      const from = known ? known.upTo + 1 : start;
      const to = (this.tail[0]?.n ?? from) - 1;
      for await (const commit of this.deps.log.readCommits(this.ref, { from, to })) records.push(...commit.records);
      for (const commit of this.tail) if (commit.n >= from) records.push(...commit.records);
      this.#context = records;
      this.#contextStart = start;
    }
    return [...this.#context, ...builder.records];
  }

  /**
   * What the session's MCP servers offered when they were last dialled.
   *
   * @param context the live context. What stands before it, after a compaction, is read.
   */
  async listing(context: readonly EventRecord[], summary: ThreadSummary): Promise<ToolListing> {
    if (!summary.listing) return NO_LISTING;
    const { at } = summary.listing;
    const near = context.findLast((record) => record.private?.listing)?.private?.listing;
    if (near || this.#listing?.at === at) return near ?? this.#listing?.listing ?? NO_LISTING;
    for await (const { records } of this.deps.log.readCommits(this.ref, { from: at, to: at })) {
      const found = records.find((record) => record.private?.listing)?.private?.listing;
      if (found) this.#listing = { at, listing: found };
    }
    if (this.#listing?.at !== at)
      throw new Error(`Commit ${at} does not hold the listing that the log's summary names`);
    return this.#listing.listing;
  }

  /** Leaves the context, as far as it was read, to the next wake in this process. The work is over then. */
  keepContext(): void {
    if (!this.#context) return;
    const { n, summary } = this.state;
    const context = { start: this.#contextStart, upTo: n, records: this.#context, tokens: summary.contextTokens };
    this.#context = undefined;
    this.contexts.keep(this.ref, context);
  }

  /** What waits will be looked at by the wake that something else causes; the sweeper need not. */
  async park(): Promise<void> {
    const keys = this.inbox.map(({ key }) => key);
    if (keys.length > 0) await this.deps.log.park(this.ref, keys);
  }

  /**
   * Whether the log or the inbox holds something that this harness has not seen. Somebody else adds to the log only where two are
   * at work at once, and then what we waited for may have been taken up by the other one.
   */
  async hasNews(): Promise<boolean> {
    const range = { from: this.state.n + 1, limit: 1 };
    for await (const { n } of this.deps.log.readCommits(this.ref, range)) if (n > this.state.n) return true;
    const seen = new Set(this.inbox.map(({ key }) => key));
    const consumed = new Set(this.last?.consumed);
    const items = await this.deps.log.readInbox(this.ref);
    return items.some(({ key }) => !seen.has(key) && !consumed.has(key));
  }

  async #see(items: readonly InboxItem[]): Promise<void> {
    this.inbox = waiting(items, this.last);
    const changed = this.inbox.some(({ entries }) =>
      entries.some(({ signal }) => signal && CHANGES.includes(signal.type)),
    );
    if (changed) this.session = (await this.deps.sessions.get(this.ref.workspace, this.ref.sessionId)) ?? this.session;
  }

  #extendContext(commit: Commit): void {
    if (!this.#context) return;
    if (commit.summary.contextStart === this.#contextStart) this.#context.push(...commit.records);
    else this.#context = undefined;
  }
}

/**
 * The last commits, in order.
 *
 * @param since one of them, if that is known: what came before it need not be read again. Where too much has come since, it is
 * as if it were not known.
 */
async function readTail(log: HarnessDeps['log'], ref: ThreadRef, since?: number): Promise<Commit[]> {
  const tail: Commit[] = [];
  if (since !== undefined) {
    for await (const commit of log.readCommits(ref, { from: since, limit: TAIL })) tail.push(commit);
    if (tail.length > 0 && tail.length < TAIL) return tail;
    tail.length = 0;
  }
  for await (const commit of log.readCommits(ref, { from: 1, limit: TAIL, descending: true })) tail.unshift(commit);
  return tail;
}
