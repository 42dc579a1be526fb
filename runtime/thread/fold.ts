/**
 * The fold: how each record of the log changes the state of its thread. Pure. The summary that a commit carries is this
 * fold over all records up to it, so anybody can recompute it and compare.
 */
import { fromTimestamp, type Micros } from '../contract/time';
import type { EventOf } from '../contract/wire';
import type { Commit, EventRecord, OpenCall, ThreadSummary, ThreadUsage } from '../store/records';

type ToolUse = EventOf<'agent.tool_use' | 'agent.mcp_tool_use' | 'agent.custom_tool_use'>;

/** The state after a commit: its records, then the calls that it begins. */
export function foldCommit(
  before: ThreadSummary,
  { n, records, begins = [] }: Pick<Commit, 'n' | 'records' | 'begins'>,
) {
  return begin(
    records.reduce((summary, record) => fold(summary, record, n), before),
    begins,
  );
}

/** The state after `record`, which stands in commit `n`. What came too late to matter only counts. */
export function fold(before: ThreadSummary, record: EventRecord, n: number): ThreadSummary {
  const at = fromTimestamp(record.event.processed_at ?? '') ?? before.lastAt;
  const after = record.private?.stale ? before : change(before, record, n, at);
  return { ...after, lastAt: Math.max(at, before.lastAt), events: before.events + 1 };
}

function change(before: ThreadSummary, record: EventRecord, n: number, at: Micros): ThreadSummary {
  const { event, private: hidden } = record;
  switch (event.type) {
    case 'session.thread_status_running':
      return hidden?.listing ? { ...before, listing: { at: n, digest: hidden.listing.digest } } : before;
    case 'session.status_running':
      return {
        ...before,
        status: 'running',
        stopReason: null,
        stopDetails: null,
        runningSince: at,
        cycleStart: before.status === 'rescheduling' ? before.cycleStart : n,
      };
    case 'session.status_rescheduled':
      return {
        ...paused(before, at),
        status: 'rescheduling',
        retry: { failures: (before.retry?.failures ?? 0) + 1, notBefore: hidden?.retryAt ?? at },
      };
    case 'session.status_idle': {
      const turnIsOver = event.stop_reason.type !== 'requires_action' && event.stop_reason.type !== 'budget_reached';
      return {
        ...paused(before, at),
        status: 'idle',
        stopReason: event.stop_reason,
        stopDetails: event.stop_details,
        retry: null,
        modelOwes: turnIsOver ? false : before.modelOwes,
      };
    }
    case 'session.status_terminated':
      return { ...paused(before, at), status: 'terminated', retry: null, modelOwes: false, openCalls: [] };
    case 'user.message':
      return { ...before, modelOwes: true, rounds: 0, compactions: 0 };
    case 'agent.tool_use':
    case 'agent.mcp_tool_use':
    case 'agent.custom_tool_use':
      return { ...before, compactions: 0, openCalls: opened(before.openCalls, event, record) };
    case 'user.tool_confirmation':
      return { ...before, openCalls: confirmed(before.openCalls, event) };
    case 'agent.tool_result':
    case 'user.tool_result':
      return answered(before, event.tool_use_id);
    case 'agent.mcp_tool_result':
      return answered(before, event.mcp_tool_use_id);
    case 'user.custom_tool_result':
      return answered(before, event.custom_tool_use_id);
    case 'agent.message':
      return { ...before, compactions: 0 };
    case 'agent.thread_context_compacted':
      return { ...before, contextStart: n, contextTokens: 0, compactions: before.compactions + 1 };
    case 'span.model_request_start':
      return {
        ...before,
        openRequest: { id: event.id },
        rounds: before.rounds + (hidden?.purpose === 'compaction' ? 0 : 1),
      };
    case 'span.model_request_end':
      return requestEnded(before, event, record);
    default:
      return before;
  }
}

/** Stops the clock of active time. */
function paused(before: ThreadSummary, at: Micros): ThreadSummary {
  const ran = before.runningSince === null ? 0 : Math.max(0, at - before.runningSince);
  return { ...before, activeMicros: before.activeMicros + ran, runningSince: null };
}

/** A call that the model API answers by itself is never open: its result came with the response. */
function opened(calls: readonly OpenCall[], event: ToolUse, record: EventRecord): readonly OpenCall[] {
  const route = record.private?.route ?? 'refused';
  if (route === 'model') return calls;
  const permission = event.type === 'agent.custom_tool_use' ? 'allow' : (event.evaluated_permission ?? 'allow');
  const modelId = record.private?.modelId ?? event.id;
  const own: OpenCall = { id: event.id, type: event.type, name: event.name, modelId, route, permission };
  if (event.type !== 'agent.mcp_tool_use') return [...calls, own];
  const { repeatable } = record.private ?? {};
  return [...calls, { ...own, mcpServer: event.mcp_server_name, ...(repeatable ? { repeatable } : {}) }];
}

/** The state once a commit says that these calls are being made. */
export function begin(before: ThreadSummary, callIds: readonly string[]): ThreadSummary {
  const openCalls = before.openCalls.map((call) =>
    callIds.includes(call.id) ? { ...call, begun: (call.begun ?? 0) + 1 } : call,
  );
  return { ...before, openCalls };
}

function confirmed(calls: readonly OpenCall[], event: EventOf<'user.tool_confirmation'>): readonly OpenCall[] {
  return calls.map((call) =>
    call.id === event.tool_use_id
      ? { ...call, verdict: event.result, ...(event.deny_message ? { denyMessage: event.deny_message } : {}) }
      : call,
  );
}

/** The last open call's answer hands the turn back to the model. */
function answered(before: ThreadSummary, callId: string): ThreadSummary {
  const openCalls = before.openCalls.filter((call) => call.id !== callId);
  if (openCalls.length === before.openCalls.length) return before;
  return { ...before, openCalls, modelOwes: before.modelOwes || openCalls.length === 0 };
}

function requestEnded(
  before: ThreadSummary,
  event: EventOf<'span.model_request_end'>,
  { private: hidden }: EventRecord,
): ThreadSummary {
  const after: ThreadSummary = {
    ...before,
    openRequest: null,
    usage: hidden?.charge ? addUsage(before.usage, hidden.charge) : before.usage,
  };
  if (event.is_error || hidden?.purpose === 'compaction') return after;
  return {
    ...after,
    retry: null,
    modelOwes: hidden?.paused === true,
    contextTokens: hidden?.contextTokens ?? before.contextTokens,
  };
}

/** Sums of usage. Numbers only grow; an unpriced part makes the whole unpriced. */
export function addUsage(a: ThreadUsage, b: ThreadUsage): ThreadUsage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    webSearches: a.webSearches + b.webSearches,
    tokenCostNanoUsd: a.tokenCostNanoUsd + b.tokenCostNanoUsd,
    ...(a.unpriced || b.unpriced ? { unpriced: true as const } : {}),
  };
}
