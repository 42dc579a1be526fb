/**
 * wake: the harness. It reads the log, decides, acts, commits, and holds nothing: at any point it may die, and the next wake
 * of the thread goes on from what the log says.
 */
import { MICROS_PER_MS, MICROS_PER_SECOND, type Micros } from '../contract/time';
import { inboxTopic } from '../store/ports';
import type { ThreadRef } from '../store/records';
import type { WakeFact } from '../telemetry/facts';
import { CommitBuilder, type Stamp } from '../thread/commit-builder';
import { ContextCache } from './context-cache';
import { decide } from './decide';
import { Lease } from './lease';
import { buildModelRequest, requestDigest } from './model-request';
import type { Deed } from './next';
import { recordOutcome, type Outcome } from './outcome';
import type { HarnessDeps } from './ports';
import { askModel } from './request';
import { ThreadWork } from './thread-work';

export interface WakeOptions {
  /** When the wake must have let go of everything. */
  readonly deadline: Micros;
  /** Aborts when the process is about to end. */
  readonly signal?: AbortSignal;
}

export interface Harness {
  wake(ref: ThreadRef, options: WakeOptions): Promise<void>;
}

/** Kept free at the end of a wake for the last commit and the release. */
const CLOSING_TIME: Micros = 10 * MICROS_PER_SECOND;
/** A model request is not begun with less time than this. */
const SHORTEST_REQUEST: Micros = 60 * MICROS_PER_SECOND;
/** How long a tool's result is waited for before the harness lets go; its arrival causes a wake. */
const TOOL_PATIENCE: Micros = 20 * MICROS_PER_SECOND;
/** A pause up to this long is slept through; a longer one is left to the due index. */
const SHORT_PAUSE: Micros = 5 * MICROS_PER_SECOND;
/** The inbox is looked at more and more rarely while nothing comes. */
const FIRST_POLL_MS = 100;
const LAST_POLL_MS = 1_000;

/** What the wake leaves behind: nothing, a time at which to go on, or the wish to go on at once. */
type Ending = { readonly dueAt?: Micros; readonly again?: true };

export function createHarness(deps: HarnessDeps): Harness {
  const contexts = new ContextCache(deps.clock);
  return {
    async wake(ref, options) {
      const wake = deps.ids.make('request');
      const startedAt = deps.clock.now();
      const tell = (outcome: WakeFact['outcome'], error?: unknown): void =>
        deps.observe?.({ type: 'wake', ref, wake, startedAt, endedAt: deps.clock.now(), outcome, error });
      try {
        tell(await tend(deps, contexts, ref, wake, options));
      } catch (error) {
        tell('failed', error);
        throw error;
      }
    },
  };
}

/** One wake. `by` is its id. */
async function tend(
  deps: HarnessDeps,
  contexts: ContextCache,
  ref: ThreadRef,
  by: string,
  options: WakeOptions,
): Promise<Exclude<WakeFact['outcome'], 'failed'>> {
  const beginning = ThreadWork.begin(deps, ref);
  // Nobody waits for it where the lease is not to be had.
  beginning.catch(() => undefined);
  const lease = await Lease.take(deps, ref, by);
  if (!lease) return 'busy';
  let ending: Ending = {};
  let work: ThreadWork | undefined;
  try {
    work = await ThreadWork.load(deps, ref, by, contexts, await beginning);
    if (work) ending = await new Turn(deps, work, lease, options).run();
    await work?.tidied();
    work?.keepContext();
  } catch (error) {
    // Not released: the lease lapses, and the sweeper wakes the thread at that pace for as long as this goes on.
    lease.abandon();
    throw error;
  }
  // A wish to go on at once is also written down, since the wake that is asked for below may never come.
  await lease.release(ending.again ? deps.clock.now() : ending.dueAt);
  // What came in while the lease was held found it held, and relied on us.
  if (ending.again || (work && (await work.hasNews()))) await deps.waker.wake(ref);
  return lease.lost.aborted ? 'superseded' : 'worked';
}

/** One wake's work on one thread. */
class Turn {
  readonly #signal: AbortSignal;
  readonly #stamp: Omit<Stamp, 'now'>;

  constructor(
    private readonly deps: HarnessDeps,
    private readonly work: ThreadWork,
    private readonly lease: Lease,
    private readonly options: WakeOptions,
  ) {
    this.#signal = options.signal ?? new AbortController().signal;
    this.#stamp = { eventId: () => deps.ids.make('event') };
  }

  async run(): Promise<Ending> {
    let outcome: Outcome | undefined;
    for (;;) {
      if (this.lease.lost.aborted) return {};
      if (outcome?.type === 'handed_over') return this.#handOver(outcome);
      if (!outcome && (this.#signal.aborted || this.#remaining() < SHORTEST_REQUEST)) return { again: true };
      const { commit: builder, deed } = decide(this.work.state, this.#now(), outcome);
      outcome = undefined;
      if (deed.type === 'request') {
        outcome = await this.#request(builder, deed);
      } else {
        if (!builder.isEmpty && !(await this.work.write(builder))) continue;
        const ending = await this.#pass(deed);
        if (ending) return ending;
      }
      await this.work.lookAtInbox();
    }
  }

  /** Commits the start of a model request and makes it. Undefined when there is nothing to record of it. */
  async #request(builder: CommitBuilder, deed: Extract<Deed, { type: 'request' }>): Promise<Outcome | undefined> {
    const { session } = this.work.state;
    const context = await this.work.contextWith(builder);
    const traits = this.deps.traits(session.agent.model.id);
    const request = buildModelRequest({ session, traits, records: context, purpose: deed.purpose });
    builder.annotate(deed.startId, { digest: requestDigest(request) });
    const commit = await this.work.write(builder);
    if (!commit) return undefined;
    return askModel(this.deps, {
      ref: this.work.ref,
      session,
      lease: this.lease,
      request,
      purpose: deed.purpose,
      startId: deed.startId,
      context,
      commit,
      deadline: this.options.deadline - CLOSING_TIME,
      signal: this.#signal,
    });
  }

  /** Everything but a model request. Undefined when the turn goes on. */
  async #pass(deed: Exclude<Deed, { type: 'request' }>): Promise<Ending | undefined> {
    switch (deed.type) {
      case 'rest':
        return this.#rest();
      case 'sleep':
        if (deed.until - this.deps.clock.now() > SHORT_PAUSE) return { dueAt: deed.until };
        await this.#awaitInput(deed.until);
        return undefined;
      case 'serve':
        return this.#serve(deed.wait);
    }
  }

  /** Sees that a worker serves the calls. A start that failed is tried again from here for as long as that goes on. */
  async #serve(wait: boolean): Promise<Ending | undefined> {
    const retryAt = await this.deps.workQueue.want(this.work.state.session);
    if (!wait) return this.#rest();
    const came = await this.#awaitInput(retryAt ?? this.deps.clock.now() + TOOL_PATIENCE);
    return came || retryAt !== undefined ? undefined : {};
  }

  /** Nothing to do for now. What came in since the decision is looked for once the lease is let go. */
  async #rest(): Promise<Ending> {
    await this.work.park();
    return {};
  }

  /** Waits until something new is in the inbox, or the time has come. True when something came. */
  async #awaitInput(until: Micros): Promise<boolean> {
    const stop = AbortSignal.any([this.#signal, this.lease.lost]);
    const { hints, clock } = this.deps;
    for (let pause = FIRST_POLL_MS; !stop.aborted; pause = Math.min(LAST_POLL_MS, pause * 1.5)) {
      const seen = hints.mark();
      if (await this.work.lookAtInbox()) return true;
      const left = (until - clock.now()) / MICROS_PER_MS;
      if (left <= 0) return false;
      await hints.wait(inboxTopic(this.work.ref.threadId), Math.min(hints.pace(pause), left), stop, seen);
    }
    return false;
  }

  /** Closes the span of a request that our time did not suffice for, and lets a successor make it again. */
  async #handOver(outcome: Outcome): Promise<Ending> {
    const { state } = this.work;
    const builder = new CommitBuilder(state.summary, state.n + 1, this.#now());
    recordOutcome(builder, state, outcome);
    await this.work.write(builder);
    return { again: true };
  }

  #remaining(): Micros {
    return this.options.deadline - this.deps.clock.now();
  }

  #now(): Stamp {
    return { ...this.#stamp, now: this.deps.clock.now() };
  }
}
