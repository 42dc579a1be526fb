/** Turn: one wake's work on one thread. It decides, acts and commits until there is nothing to do or no time left. */
import { isRungFor } from '../contract/ring';
import { MICROS_PER_MS, MICROS_PER_SECOND, type Micros } from '../contract/time';
import type { McpConnections } from '../mcp/port';
import { inboxTopic } from '../store/ports';
import type { Commit } from '../store/records';
import { CommitBuilder, type Stamp } from '../thread/commit-builder';
import { decide, type Decision } from './decide';
import { dial, type Dialled } from './dial';
import type { Lease } from './lease';
import { buildModelRequest, requestDigest } from './model-request';
import type { Deed } from './next';
import { recordOutcome, type Outcome } from './outcome';
import type { HarnessDeps } from './ports';
import { askModel } from './request';
import type { SandboxBell } from './sandbox-bell';
import { callServers } from './server-calls';
import type { ThreadWork } from './thread-work';

export interface WakeOptions {
  /** When the wake must have let go of everything. */
  readonly deadline: Micros;
  /** Aborts when the process is about to end. */
  readonly signal?: AbortSignal;
}

/** Kept free at the end of a wake for the last commit and the release. */
const CLOSING_TIME: Micros = 10 * MICROS_PER_SECOND;
/** A model request is not begun with less time than this. */
const SHORTEST_REQUEST: Micros = 60 * MICROS_PER_SECOND;
/**
 * How long a tool's result is waited for before the harness lets go; its arrival causes a wake. Waiting for a second costs about
 * as much as a wake does (four write units, some reads, the time that it takes), so whoever waits that long never pays much more
 * than twice the least.
 */
const TOOL_PATIENCE: Micros = 1 * MICROS_PER_SECOND;
/** A pause up to this long is slept through; a longer one is left to the due index. */
const SHORT_PAUSE: Micros = 5 * MICROS_PER_SECOND;
/** The inbox is looked at more and more rarely while nothing comes. */
const FIRST_POLL_MS = 100;
const LAST_POLL_MS = 1_000;

/** What the wake leaves behind: nothing, a time at which to go on, or the wish to go on at once. */
export type Ending = { readonly dueAt?: Micros; readonly again?: true };

export class Turn {
  readonly #signal: AbortSignal;
  readonly #stamp: Omit<Stamp, 'now'>;
  readonly #connections: McpConnections;
  /** What dialling gave, for the very next decision. */
  #dialled: Dialled | undefined;

  constructor(
    private readonly deps: HarnessDeps,
    private readonly work: ThreadWork,
    private readonly lease: Lease,
    private readonly bell: SandboxBell,
    private readonly options: WakeOptions,
  ) {
    this.#signal = options.signal ?? new AbortController().signal;
    this.#stamp = { eventId: () => deps.ids.make('event') };
    this.#connections = deps.mcp.connect(work.ref);
  }

  async run(): Promise<Ending> {
    try {
      return await this.#run();
    } finally {
      await this.#connections.close();
    }
  }

  async #run(): Promise<Ending> {
    let outcome: Outcome | undefined;
    for (;;) {
      if (!(await this.lease.holds())) return {};
      if (outcome?.type === 'handed_over') return this.#handOver(outcome);
      if (!outcome && (this.#signal.aborted || this.#remaining() < SHORTEST_REQUEST)) return { again: true };
      const { commit: builder, deed } = this.#decide(outcome);
      outcome = undefined;
      if (deed.type === 'request') {
        outcome = await this.#request(builder, deed);
      } else if (deed.type === 'call') {
        outcome = await this.#call(builder, deed);
      } else {
        if (!builder.isEmpty && !(await this.#write(builder))) continue;
        const ending = await this.#pass(deed);
        if (ending) return ending;
      }
      await this.work.lookAtInbox();
    }
  }

  #decide(outcome: Outcome | undefined): Decision {
    const dialled = this.#dialled;
    this.#dialled = undefined;
    const hurried = this.#remaining() < SHORTEST_REQUEST;
    return decide({ ...this.work.state, hurried, ...(dialled ? { dialled } : {}) }, this.#now(), outcome);
  }

  /** Commits the start of a model request and makes it. Undefined when there is nothing to record of it. */
  async #request(builder: CommitBuilder, deed: Extract<Deed, { type: 'request' }>): Promise<Outcome | undefined> {
    const { session } = this.work.state;
    const context = await this.work.contextWith(builder);
    const traits = this.deps.traits(session.agent.model.id);
    const listing = await this.work.listing(context, builder.summary);
    const request = buildModelRequest({ session, traits, listing, records: context, purpose: deed.purpose });
    builder.annotate(deed.startId, { digest: requestDigest(request) });
    const commit = await this.#write(builder);
    if (!commit) return undefined;
    return askModel(this.deps, {
      ref: this.work.ref,
      session,
      lease: this.lease,
      request,
      listing,
      purpose: deed.purpose,
      startId: deed.startId,
      context,
      commit,
      deadline: this.options.deadline - CLOSING_TIME,
      signal: this.#signal,
    });
  }

  /** Commits that calls of MCP tools are being made, and makes them. Undefined when there is nothing to record of it. */
  async #call(builder: CommitBuilder, deed: Extract<Deed, { type: 'call' }>): Promise<Outcome | undefined> {
    const { session } = this.work.state;
    const context = await this.work.contextWith(builder);
    const commit = await this.#write(builder);
    if (!commit) return undefined;
    // A sandbox starts meanwhile. If that fails, it is asked for again once these calls are over.
    const served = deed.serve ? this.deps.workQueue.want(session).catch(() => undefined) : undefined;
    const outcome = await callServers(this.deps, {
      ref: this.work.ref,
      session,
      connections: this.#connections,
      lease: this.lease,
      commit,
      callIds: deed.callIds,
      context,
      deadline: this.options.deadline - CLOSING_TIME,
      signal: this.#signal,
    });
    await served;
    return outcome;
  }

  /** Undefined when another harness was first. It may have the lease by now, and then this turn ends. */
  async #write(builder: CommitBuilder): Promise<Commit | undefined> {
    const commit = await this.work.write(builder);
    if (!commit) await this.lease.confirm();
    else if (commit.records.some(({ event }) => isRungFor(event))) this.bell.ring(this.work.lately);
    return commit;
  }

  async #dial(): Promise<void> {
    const { session, summary } = this.work.state;
    const stop = AbortSignal.any([this.#signal, this.lease.lost]);
    this.#dialled = await dial(this.#connections, session, summary, stop);
  }

  /** Everything but requests and calls. Undefined when the turn goes on. */
  async #pass(deed: Exclude<Deed, { type: 'request' | 'call' }>): Promise<Ending | undefined> {
    switch (deed.type) {
      case 'rest':
        return this.#rest();
      case 'leave':
        return { again: true };
      case 'dial':
        await this.#dial();
        return undefined;
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
    // Whoever committed the calls may have died before it told of them.
    this.bell.ring(this.work.lately);
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
