/** Outcome: what a model request came to, as records of the log. Pure. */
import type { EventOf, SessionError, ToolResultContent } from '../contract/wire';
import type { ModelFailure, ModelResponse, ModelUsage } from '../model/port';
import type { CallResult } from '../mcp/port';
import type { ThreadUsage, ToolRoute } from '../store/records';
import type { CommitBuilder } from '../thread/commit-builder';
import { entriesOf, goIdle, pushResult, type ThreadState } from './state';
import { TURN_LIMITS, retryDelay } from './policy';
import { modelToolResults, type ModelToolResult } from './model-tools';

type Evaluation = NonNullable<EventOf<'agent.tool_use'>['evaluation']>;

/** A call of the model, with what the policy (and under `auto` the judge) says of it. */
export interface JudgedCall {
  readonly modelId: string;
  readonly input: Record<string, unknown>;
  readonly eventType: 'agent.tool_use' | 'agent.mcp_tool_use' | 'agent.custom_tool_use';
  readonly route: ToolRoute;
  readonly name: string;
  readonly mcpServer?: string;
  /** Its MCP server says that it may be made again. */
  readonly repeatable?: true;
  readonly permission: 'allow' | 'ask' | 'deny';
  /** Absent when the call was refused before any policy applied. */
  readonly evaluation?: Evaluation;
}

export type Outcome =
  | {
      readonly type: 'response';
      readonly startId: string;
      readonly purpose: 'turn' | 'compaction';
      readonly response: ModelResponse;
      readonly calls: readonly JudgedCall[];
      /** The ids under which the message and the thinking were announced to previews. */
      readonly messageId: string;
      readonly thinkingIds: readonly string[];
      /** What the request and its judgements add to the thread's usage. */
      readonly charge: ThreadUsage;
    }
  | {
      readonly type: 'failure';
      readonly startId: string;
      readonly purpose: 'turn' | 'compaction';
      readonly failure: ModelFailure;
      readonly transient: boolean;
      readonly message: string;
      readonly retryAfterMs?: number;
    }
  /** Calls of MCP tools that were made. Of one that is missing, nothing is known. */
  | { readonly type: 'called'; readonly results: readonly (CallResult & { readonly callId: string })[] }
  /** The harness ran out of time and let go of the request. Its successor makes it again. */
  | { readonly type: 'handed_over'; readonly startId: string };

export function recordOutcome(builder: CommitBuilder, state: ThreadState, outcome: Outcome): void {
  switch (outcome.type) {
    case 'called':
      return recordResults(builder, outcome.results);
    case 'handed_over':
      return endSpan(builder, outcome.startId, true);
    case 'failure':
      return recordFailure(builder, state, outcome);
    case 'response':
      return outcome.purpose === 'compaction'
        ? recordCompaction(builder, state, outcome)
        : recordResponse(builder, state, outcome);
  }
}

/** A call that was answered in another way meanwhile keeps that answer. */
function recordResults(builder: CommitBuilder, results: Extract<Outcome, { type: 'called' }>['results']): void {
  for (const { callId, content, isError } of results) {
    const call = builder.summary.openCalls.find(({ id }) => id === callId);
    if (call) pushResult(builder, call, content, isError);
  }
}

function recordResponse(
  builder: CommitBuilder,
  { session }: ThreadState,
  outcome: Extract<Outcome, { type: 'response' }>,
): void {
  const { response, startId, charge } = outcome;
  const refused = response.stopReason === 'refusal';
  if (response.blocks.some(({ type }) => type === 'compaction')) {
    builder.push<'agent.thread_context_compacted'>({ type: 'agent.thread_context_compacted' });
  }
  for (const id of outcome.thinkingIds) builder.push<'agent.thinking'>({ id, type: 'agent.thinking' });
  const texts = textOf(response);
  if (texts.length > 0) {
    builder.push<'agent.message'>({ id: outcome.messageId, type: 'agent.message', content: texts });
  }
  const uses = new Map(outcome.calls.map((call) => [call.modelId, pushCall(builder, call)]));
  endSpan(builder, startId, false, response.usage, {
    purpose: 'turn',
    // What was refused must not be sent again, or the model refuses for ever.
    response: refused ? [] : response.blocks,
    charge,
    contextTokens: contextTokens(response.usage),
    ...(response.stopReason === 'pause_turn' ? { paused: true as const } : {}),
  });
  for (const result of modelToolResults(response)) pushModelResult(builder, uses, result);
  if (refused) goIdle(builder, session, { type: 'refusal' }, response.stopDetails);
}

/** Our own compaction: the summary stands where the conversation before it stood; the log keeps everything. */
function recordCompaction(
  builder: CommitBuilder,
  state: ThreadState,
  outcome: Extract<Outcome, { type: 'response' }>,
): void {
  const { startId, purpose, response, charge } = outcome;
  const summary = textOf(response)
    .map(({ text }) => text)
    .join('\n')
    .trim();
  if (response.stopReason === 'interrupted') {
    return endSpan(builder, startId, false, response.usage, { purpose, charge });
  }
  if (summary === '') {
    const message = 'The model gave no summary of the context.';
    return recordFailure(
      builder,
      state,
      { type: 'failure', startId, purpose, failure: 'model_request_failed_error', transient: true, message },
      charge,
    );
  }
  endSpan(builder, startId, false, response.usage, { purpose, charge });
  builder.push<'agent.thread_context_compacted'>({ type: 'agent.thread_context_compacted' }, { summary });
}

/**
 * A request without a response (reference 6.4): tried again after a pause while the failure may pass, then the turn is dead
 * and what was queued behind it goes with it. A conversation that no longer fits ends the session, as recorded.
 */
function recordFailure(
  builder: CommitBuilder,
  state: ThreadState,
  outcome: Extract<Outcome, { type: 'failure' }>,
  charge?: ThreadUsage,
): void {
  const { session } = state;
  const { failure, message } = outcome;
  endSpan(builder, outcome.startId, true, undefined, { purpose: outcome.purpose, ...(charge ? { charge } : {}) });
  if (failure === 'context_overflow') {
    takeQueued(builder, state, true);
    pushError(builder, { type: 'unknown_error', message, retry_status: { type: 'terminal' } });
    builder.push<'session.status_terminated'>({ type: 'session.status_terminated' });
    return;
  }
  const failures = (builder.summary.retry?.failures ?? 0) + 1;
  if (outcome.transient && failures < TURN_LIMITS.attempts) {
    pushError(builder, { type: failure, message, retry_status: { type: 'retrying' } });
    builder.push<'session.thread_status_rescheduled'>({
      type: 'session.thread_status_rescheduled',
      session_thread_id: session.threadId,
      agent_name: session.agent.name,
    });
    const retryAt = builder.now + retryDelay(failures, outcome.retryAfterMs);
    builder.push<'session.status_rescheduled'>({ type: 'session.status_rescheduled' }, { retryAt });
    return;
  }
  pushError(builder, { type: failure, message, retry_status: { type: 'exhausted' } });
  takeQueued(builder, state, false);
  goIdle(builder, session, { type: 'retries_exhausted' });
}

function pushError(builder: CommitBuilder, error: SessionError): void {
  builder.push<'session.error'>({ type: 'session.error', error });
}

/** Flushes what waits: it becomes history without waking the model. */
function takeQueued(builder: CommitBuilder, state: ThreadState, all: boolean): void {
  for (const waiting of entriesOf(state.inbox)) {
    const { event } = waiting.entry;
    if (!event) continue;
    if (event.type === 'user.message' || event.type === 'system.message') builder.admit(waiting);
    else if (all) builder.admit(waiting, undefined, { stale: true });
  }
}

function pushCall(builder: CommitBuilder, call: JudgedCall): string {
  const { modelId, route, repeatable } = call;
  const hidden = { modelId, route, ...(repeatable ? { repeatable } : {}) };
  const { name, input } = call;
  if (call.eventType === 'agent.custom_tool_use') {
    return builder.push<'agent.custom_tool_use'>({ type: 'agent.custom_tool_use', name, input }, hidden);
  }
  const judged = {
    name,
    input,
    evaluated_permission: call.permission,
    ...(call.evaluation ? { evaluation: call.evaluation } : {}),
  };
  if (call.eventType === 'agent.mcp_tool_use') {
    const server = { mcp_server_name: call.mcpServer ?? '' };
    return builder.push<'agent.mcp_tool_use'>({ type: 'agent.mcp_tool_use', ...server, ...judged }, hidden);
  }
  return builder.push<'agent.tool_use'>({ type: 'agent.tool_use', ...judged }, hidden);
}

function pushModelResult(builder: CommitBuilder, uses: Map<string, string>, result: ModelToolResult): void {
  const tool_use_id = uses.get(result.modelId);
  if (tool_use_id === undefined) return;
  const content: ToolResultContent = [...result.content];
  builder.push<'agent.tool_result'>({ type: 'agent.tool_result', tool_use_id, content, is_error: result.isError });
}

function endSpan(
  builder: CommitBuilder,
  startId: string,
  isError: boolean,
  usage?: ModelUsage,
  hidden?: Parameters<CommitBuilder['push']>[1],
): void {
  builder.push<'span.model_request_end'>(
    {
      type: 'span.model_request_end',
      model_request_start_id: startId,
      is_error: isError,
      model_usage: {
        input_tokens: usage?.inputTokens ?? 0,
        output_tokens: usage?.outputTokens ?? 0,
        cache_creation_input_tokens: usage?.cacheWriteTokens ?? 0,
        cache_read_input_tokens: usage?.cacheReadTokens ?? 0,
        ...(usage?.speed ? { speed: usage.speed } : {}),
      },
    },
    hidden,
  );
}

/** The text blocks of a response in the form of `agent.message`; their positions are the indexes that deltas use. */
export function textOf(response: Pick<ModelResponse, 'blocks'>): { type: 'text'; text: string }[] {
  return response.blocks.flatMap((block) =>
    block.type === 'text' && block.text !== '' ? [{ type: 'text' as const, text: block.text }] : [],
  );
}

/** How full the context is: as the provider counted it, or the sum of what it was charged for. */
const contextTokens = (usage: ModelUsage): number =>
  usage.contextTokens ?? usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens + usage.outputTokens;
