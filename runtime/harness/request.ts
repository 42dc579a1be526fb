/** Request: asks the model, previews what it says, stops at once when told to, and gives the outcome. */
import { MICROS_PER_MS, type Micros } from '../contract/time';
import { ModelError, type ModelProgress, type ModelRequest, type ModelResponse, type ModelUsage } from '../model/port';
import { costNanoUsd } from '../model/traits';
import type { Commit, EventRecord, SessionRecord, ThreadRef, ThreadUsage, ToolListing } from '../store/records';
import type { ModelFact } from '../telemetry/facts';
import { addUsage } from '../thread/fold';
import { EMPTY_SUMMARY } from '../thread/summary';
import { watchForInterrupt } from './interrupts';
import { judgeCalls } from './judge';
import type { Lease } from './lease';
import type { Outcome } from './outcome';
import { PreviewWriter } from './previews';
import type { HarnessDeps } from './ports';

export interface Asked {
  readonly ref: ThreadRef;
  readonly session: SessionRecord;
  readonly lease: Lease;
  readonly request: ModelRequest;
  /** What the session's MCP servers offer, as the request says it. */
  readonly listing: ToolListing;
  readonly purpose: 'turn' | 'compaction';
  readonly startId: string;
  readonly context: readonly EventRecord[];
  /** The commit that opened the request: what it used up is history, whatever the inbox still holds of it. */
  readonly commit: Commit;
  /** When the harness must have let go of the request. */
  readonly deadline: Micros;
  readonly signal: AbortSignal;
}

/** Undefined when the lease was lost: whoever has it now decides what became of the request. */
export async function askModel(deps: HarnessDeps, asked: Asked): Promise<Outcome | undefined> {
  const { startId, purpose, lease } = asked;
  const interrupted = new AbortController();
  const late = new AbortController();
  const done = new AbortController();
  const stop = AbortSignal.any([interrupted.signal, late.signal, lease.lost, asked.signal]);
  void abortAt(deps, asked.deadline, late, done.signal);
  void watchForInterrupt(deps, asked, interrupted, done.signal);
  const previews = new PreviewWriter(deps, asked.ref, lease, deps.ids.make('event'));
  try {
    const response = await respond(deps, asked, stop, previews);
    if (lease.lost.aborted) return undefined;
    if (response.stopReason === 'interrupted' && !interrupted.signal.aborted) return { type: 'handed_over', startId };
    return await toOutcome(deps, asked, response, previews, stop);
  } catch (error) {
    if (lease.lost.aborted) return undefined;
    return toFailure(error, startId, purpose);
  } finally {
    done.abort();
    await previews.settled();
  }
}

/** Asks the model, and tells how long that took. */
async function respond(
  deps: HarnessDeps,
  asked: Asked,
  signal: AbortSignal,
  previews: PreviewWriter,
): Promise<ModelResponse> {
  const { clock, observe } = deps;
  const startedAt = clock.now();
  let firstTokenAt: Micros | undefined;
  const onProgress = (progress: ModelProgress): void => {
    firstTokenAt ??= clock.now();
    if (asked.purpose === 'turn') previews.note(progress);
  };
  const tell = (answer: ModelFact['answer']): void => {
    const { ref, session, purpose, startId, request, commit } = asked;
    const about = { ref, session, purpose, startId, request, wake: commit.by, cycleStart: commit.summary.cycleStart };
    observe?.({ type: 'model_request', ...about, startedAt, firstTokenAt, endedAt: clock.now(), answer });
  };
  try {
    const response = await deps.model.respond(asked.request, { signal, onProgress });
    tell({ response });
    return response;
  } catch (error) {
    if (error instanceof ModelError) tell(error);
    throw error;
  }
}

async function abortAt(deps: HarnessDeps, deadline: Micros, late: AbortController, done: AbortSignal): Promise<void> {
  await deps.sleep(Math.max(0, (deadline - deps.clock.now()) / MICROS_PER_MS), done);
  if (!done.aborted) late.abort();
}

async function toOutcome(
  deps: HarnessDeps,
  { session, listing, startId, purpose, context }: Asked,
  response: ModelResponse,
  previews: PreviewWriter,
  signal: AbortSignal,
): Promise<Outcome> {
  const judged =
    purpose === 'turn' && response.stopReason !== 'interrupted'
      ? await judgeCalls(deps, { agent: session.agent, listing }, context, response.blocks, signal)
      : { calls: [], usages: [] };
  const charge = [response.usage, ...judged.usages]
    .map((usage) => chargeOf(deps, session, usage))
    .reduce(addUsage, EMPTY_SUMMARY.usage);
  return {
    type: 'response',
    startId,
    purpose,
    response,
    calls: judged.calls,
    messageId: previews.messageId,
    thinkingIds: previews.thinkingIds.slice(0, thinkingBlocks(response)),
    charge,
  };
}

/** An interrupted response may have announced a thinking block that it did not finish: that one never was. */
const thinkingBlocks = (response: ModelResponse): number =>
  response.blocks.filter(({ type }) => type === 'thinking' || type === 'redacted_thinking').length;

function chargeOf(deps: HarnessDeps, session: SessionRecord, usage: ModelUsage): ThreadUsage {
  const { price } = deps.traits(session.agent.model.id);
  return {
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cacheReadTokens: usage.cacheReadTokens,
    cacheWriteTokens: usage.cacheWriteTokens,
    webSearches: usage.webSearches,
    tokenCostNanoUsd: price ? costNanoUsd(price, usage) : 0,
    ...(price ? {} : { unpriced: true as const }),
  };
}

function toFailure(error: unknown, startId: string, purpose: 'turn' | 'compaction'): Outcome {
  if (!(error instanceof ModelError)) throw error;
  const { failure, transient, message, retryAfterMs } = error;
  return {
    type: 'failure',
    startId,
    purpose,
    failure,
    transient,
    message,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
