import type { InboxItem, SessionRecord, ThreadSummary } from '../store/records';
import type { CommitBuilder, Waiting } from '../thread/commit-builder';
import type { StopDetails, StopReason, ToolResultContent } from '../contract/wire';
import { listCostNanoUsd, toMoney, toUsage } from '../thread/summary';
import type { Micros } from '../contract/time';
import type { OpenCall } from '../store/records';
import { NO_LISTING, type Dialled } from './dial';

/** All that a decision looks at. */
export interface ThreadState {
  readonly session: SessionRecord;
  /** The last commit's number; 0 in an empty log. */
  readonly n: number;
  readonly summary: ThreadSummary;
  /** What waits, freed of what is history. */
  readonly inbox: readonly InboxItem[];
  /** The context window of the session's model, in tokens, and whether the model API compacts by itself. */
  readonly contextWindow: number;
  readonly nativeCompaction: boolean;
  /** What dialling the session's MCP servers gave, just now, for the cycle that is about to begin. */
  readonly dialled?: Dialled;
  /** True when there is too little time left to begin a call of an MCP tool. */
  readonly hurried?: boolean;
}

/** Each entry that waits, in order of acceptance, with the item it came in. */
export function entriesOf(inbox: readonly InboxItem[]): Waiting[] {
  return inbox.flatMap((item) => item.entries.map((entry) => ({ item, entry })));
}

/** Whether this service answers the call itself, now that it is allowed: it keeps the session running. */
export function isOurs(call: OpenCall, session: SessionRecord): boolean {
  return call.route === 'mcp' || (call.route === 'sandbox' && session.environmentConfig.type === 'cloud');
}

/** Whether a call is held until the client confirms it. */
export const isAsked = (call: OpenCall): boolean => call.permission === 'ask' && call.verdict === undefined;

/** The text of the result that a call gets instead of running, if it may not run. */
export const textResult = (text: string): ToolResultContent => [{ type: 'text', text }];

/** Pushes the result of a call in the form of its kind, as this service makes them. */
export function pushResult(builder: CommitBuilder, call: OpenCall, content: ToolResultContent, isError: boolean): void {
  if (call.type === 'agent.mcp_tool_use') {
    builder.push<'agent.mcp_tool_result'>({
      type: 'agent.mcp_tool_result',
      mcp_tool_use_id: call.id,
      content,
      is_error: isError,
    });
  } else if (call.type === 'agent.custom_tool_use') {
    builder.push<'user.custom_tool_result'>({
      type: 'user.custom_tool_result',
      custom_tool_use_id: call.id,
      content,
      is_error: isError,
    });
  } else {
    builder.push<'agent.tool_result'>({ type: 'agent.tool_result', tool_use_id: call.id, content, is_error: isError });
  }
}

/**
 * The running pair, if the thread is not running yet: exactly one a cycle (reference 6.5). What went wrong when the cycle's MCP
 * servers were dialled stands between the two.
 */
export function ensureRunning(
  builder: CommitBuilder,
  { session, dialled }: Pick<ThreadState, 'session' | 'dialled'>,
): void {
  const { status, listing: known = NO_LISTING } = builder.summary;
  if (status === 'running') return;
  builder.push<'session.status_running'>({ type: 'session.status_running' });
  const begun = status === 'idle' ? dialled : undefined;
  for (const error of begun?.errors ?? []) builder.push<'session.error'>({ type: 'session.error', error });
  const listing = begun?.listing.digest === known.digest ? undefined : begun?.listing;
  builder.push<'session.thread_status_running'>(
    {
      type: 'session.thread_status_running',
      session_thread_id: session.threadId,
      agent_name: session.agent.name,
    },
    listing && { listing },
  );
}

/** The idle triple (reference 6.5): the thread's, the usage snapshot, the session's. */
export function goIdle(
  builder: CommitBuilder,
  session: SessionRecord,
  reason: StopReason,
  details: StopDetails = null,
): void {
  builder.push<'session.thread_status_idle'>({
    type: 'session.thread_status_idle',
    session_thread_id: session.threadId,
    agent_name: session.agent.name,
    stop_reason: reason,
    stop_details: details,
  });
  builder.push<'session.usage'>({
    type: 'session.usage',
    usage: usageSnapshot(builder.summary, builder.now),
    budget: session.budget,
  });
  builder.push<'session.status_idle'>({ type: 'session.status_idle', stop_reason: reason, stop_details: details });
}

function usageSnapshot(summary: ThreadSummary, now: Micros) {
  const usage = toUsage(summary, now);
  return {
    ...usage,
    list_cost: toMoney(listCostNanoUsd(summary, now)),
    server_tool_use: { web_search_requests: summary.usage.webSearches, web_fetch_requests: 0 },
  };
}
