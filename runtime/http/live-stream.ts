import { errorBody } from '../contract/errors';
import { frame } from '../contract/sse-frame';
import { MICROS_PER_MS, toTimestamp, type Micros } from '../contract/time';
import type { EventOf } from '../contract/wire';
import { primaryThread, readThread } from '../resources/events-thread';
import { isWorker, seenBy } from '../resources/events-view';
import type { RequestContext, ResourceDeps } from '../resources/ports';
import type { Commit, SessionRecord, ThreadRef, ThreadSummary } from '../store/records';
import { willRun } from '../thread/inbox';
import { internalError } from './answers';
import { PING } from './sse';
import { Previews } from './stream-previews';
import type { StreamSettings } from './stream-settings';
import { resumeAfter, startOf, type StreamStart } from './stream-start';

export interface StreamDeps extends Pick<ResourceDeps, 'store' | 'hints' | 'clock' | 'ids' | 'observe'> {
  readonly settings: StreamSettings;
}

/** What a client asked of a stream. */
export interface StreamRequest {
  readonly deltas: readonly ('agent.message' | 'agent.thinking')[];
  /** The event after which the stream goes on. */
  readonly from: string | undefined;
}

/** How much longer each pause of an idle stream is than the one before. */
const SLOWING = 1.3;

/** One connection: it reads the log as it grows, and turns what it finds into frames until somebody or something ends it. */
export class LiveStream {
  readonly #left = new AbortController();
  readonly #endsAt: Micros;
  readonly #opened: Micros;
  /** The last commit sent, and how many records of the next one were sent on another connection. */
  #position: number;
  #skip: number;
  #recentCycle: number | undefined;
  #status: SessionRecord['status'];
  /** Whether a model request is under way. */
  #isAsking: boolean;
  #pingAt: Micros = 0;
  /** When the log is looked at next, unless somebody says before that it has grown. */
  #commitsAt: Micros = 0;
  #checkAt: Micros = 0;
  #pauseMs: number;
  #announcedEnd: boolean;

  private constructor(
    private readonly deps: StreamDeps,
    private readonly context: RequestContext,
    private session: SessionRecord,
    private readonly previews: Previews,
    start: StreamStart,
    { status, openRequest }: ThreadSummary,
  ) {
    this.#opened = deps.clock.now();
    const { maxAgeMs, stopgapAgeMs } = deps.settings;
    const { environmentConfig, runtime } = session;
    const isStopgap = isWorker(context.principal) && environmentConfig.type === 'cloud' && runtime?.bell !== undefined;
    this.#endsAt = this.#opened + (isStopgap ? Math.min(maxAgeMs, stopgapAgeMs) : maxAgeMs) * MICROS_PER_MS;
    this.#position = start.after;
    this.#skip = start.skip;
    this.#recentCycle = start.recentCycle;
    this.#status = status;
    this.#isAsking = openRequest !== null;
    this.#pauseMs = deps.settings.busyPollMs;
    this.#announcedEnd = status === 'terminated';
  }

  /**
   * Fixes where the stream begins. Once this resolves, whatever happens in the session comes on the stream or was there to be
   * listed before.
   *
   * @throws ApiError 400 when the event to go on after is not the session's.
   */
  static async open(
    deps: StreamDeps,
    context: RequestContext,
    session: SessionRecord,
    { deltas, from }: StreamRequest,
  ): Promise<LiveStream> {
    const { store, clock, settings } = deps;
    const ref = primaryThread(session);
    const previews = new Previews({ log: store.log, clock, settings }, ref, new Set(deltas));
    await previews.watch();
    const thread = await readThread(store, ref);
    previews.begin(thread.last);
    const start =
      from === undefined
        ? startOf(thread, session, context, settings, await store.log.heardTo(ref))
        : await resumeAfter(store.log, ref, thread, from);
    return new LiveStream(deps, context, session, previews, start, thread.summary);
  }

  /** The client is gone: stops the frames at once. */
  leave(): void {
    this.#left.abort();
  }

  /** The frames, until the session is deleted, the stream is too old, or the client is gone. */
  async *frames(): AsyncGenerator<string, void> {
    try {
      yield* this.#follow();
    } catch (error) {
      const { requestId } = this.context;
      this.deps.observe?.({ type: 'stream_failure', requestId, sessionId: this.session.id, error });
      yield frame('error', errorBody(internalError(), this.context.requestId));
    }
  }

  get #ref(): ThreadRef {
    return primaryThread(this.session);
  }

  async *#follow(): AsyncGenerator<string, void> {
    let isCaughtUp = false;
    while (!this.#left.signal.aborted) {
      const now = this.deps.clock.now();
      if (now >= this.#endsAt) return;
      if (now >= this.#pingAt) {
        this.#pingAt = now + this.deps.settings.pingMs * MICROS_PER_MS;
        yield PING;
      }
      const seen = this.deps.hints.mark();
      await this.previews.watch();
      // Only a model request under way has previews, and it stands in the log before they come.
      const previewed = isCaughtUp && this.#isAsking ? await this.previews.read() : '';
      if (previewed !== '') yield previewed;
      const before = this.#position;
      if (now >= this.#commitsAt) {
        yield* this.#commits();
        this.#commitsAt = this.#isAsking ? now + this.deps.settings.askingPollMs * MICROS_PER_MS : 0;
      }
      isCaughtUp = true;
      const hasMoved = this.#position > before;
      if (!hasMoved && this.#status !== 'running') {
        const session = await this.#check(now);
        if (!session) return yield this.#deleted();
        this.session = session;
        if (await this.#goBack(now)) continue;
        if (this.#hasEnded && !this.#announcedEnd) yield this.#terminated();
      }
      await this.#pause(hasMoved || previewed !== '', seen);
    }
  }

  /** The commits that the stream has not sent, as far as they can be seen. */
  async *#commits(): AsyncGenerator<string, void> {
    const range = { from: this.#position + 1, eventual: true };
    for await (const commit of this.deps.store.log.readCommits(this.#ref, range)) {
      const frames = this.#framesOf(commit);
      this.#position = commit.n;
      this.#skip = 0;
      this.#status = commit.summary.status;
      this.#isAsking = commit.summary.openRequest !== null;
      this.#announcedEnd ||= this.#status === 'terminated';
      this.#recentCycle = undefined;
      if (frames !== '') yield frames;
      if (this.#status === 'idle') await this.#noteHeard(commit.n);
      if (this.#left.signal.aborted) return;
    }
  }

  #framesOf({ records }: Commit): string {
    const events = records.slice(this.#skip).map(({ event }) => seenBy(this.context.principal, event));
    this.previews.close(events);
    return events.map((event) => frame(event.type, event, event.id)).join('');
  }

  /** Later streams need not repeat a cycle whose end this client was told. A note that is lost costs such a repetition. */
  async #noteHeard(n: number): Promise<void> {
    if (isWorker(this.context.principal)) return;
    await this.deps.store.log.markHeard(this.#ref, n).catch(() => undefined);
  }

  /** The session's record, read anew now and then. Undefined when the session is deleted. */
  async #check(now: Micros): Promise<SessionRecord | undefined> {
    if (now < this.#checkAt) return this.session;
    this.#checkAt = now + this.deps.settings.sessionCheckMs * MICROS_PER_MS;
    return this.deps.store.sessions.get(this.session.workspace, this.session.id);
  }

  get #hasEnded(): boolean {
    return this.session.archivedAt !== null;
  }

  /** When the last cycle is to be repeated, unless something comes before. */
  get #goBackAt(): Micros {
    if (this.#recentCycle === undefined) return Infinity;
    return this.#opened + this.deps.settings.replayAfterMs * MICROS_PER_MS;
  }

  /** Repeats the last cycle, if that is due and nothing has come that will start another. */
  async #goBack(now: Micros): Promise<boolean> {
    const { store } = this.deps;
    const isDue = now >= this.#goBackAt || this.#hasEnded;
    if (this.#recentCycle === undefined || !isDue) return false;
    const { last, summary, waiting } = await readThread(store, this.#ref);
    const isOutdated = (last?.n ?? 0) > this.#position || willRun(summary, waiting);
    if (!isOutdated) this.#position = this.#recentCycle;
    this.#recentCycle = undefined;
    return !isOutdated;
  }

  /** Waits for news: briefly while the thread is at work, ever longer while it is not. */
  async #pause(hasNews: boolean, seen: number): Promise<void> {
    const { clock, hints, settings } = this.deps;
    const isBusy = hasNews || this.#status === 'running';
    const busyMs = this.#isAsking && !this.previews.areWanted ? settings.askingPollMs : settings.busyPollMs;
    this.#pauseMs = isBusy ? busyMs : Math.min(this.#pauseMs * SLOWING, settings.idlePollMs);
    const began = clock.now();
    const untilNext = (Math.min(this.#pingAt, this.#endsAt, this.#goBackAt) - began) / MICROS_PER_MS;
    const ms = Math.max(0, Math.min(hints.pace(this.#pauseMs), untilNext));
    await hints.wait(this.#ref.threadId, ms, this.#left.signal, seen);
    if (clock.now() - began >= (ms * MICROS_PER_MS) / 2) return;
    this.#commitsAt = 0;
    // A hint without a commit may be an archive or a delete.
    this.#checkAt = 0;
  }

  /** An archived session's log says nothing of its end; workers that listen must hear of it all the same (reference 5.5). */
  #terminated(): string {
    this.#announcedEnd = true;
    const event: EventOf<'session.status_terminated'> = {
      id: this.deps.ids.make('event'),
      type: 'session.status_terminated',
      processed_at: toTimestamp(this.session.archivedAt ?? this.deps.clock.now()),
    };
    return frame(event.type, event);
  }

  #deleted(): string {
    const event: EventOf<'session.deleted'> = {
      id: this.deps.ids.make('event'),
      type: 'session.deleted',
      processed_at: toTimestamp(this.deps.clock.now()),
    };
    return frame(event.type, event);
  }
}
