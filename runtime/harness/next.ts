/** Next: given the state after intake, what the thread does. Completes the commit and says what to do once it stands. */
import type { Micros } from '../contract/time';
import type { OpenCall } from '../store/records';
import type { CommitBuilder, Waiting } from '../thread/commit-builder';
import { takeAnswers } from './intake';
import { isOverBudget } from '../thread/summary';
import { RESULT_TEXT, TURN_LIMITS } from './policy';
import { ensureRunning, entriesOf, goIdle, isAsked, isOurs, pushResult, textResult, type ThreadState } from './state';

/** What remains to be done after the commit. */
export type Deed =
  /** Ask the model. `startId` is the id of the span that the commit opened. */
  | { readonly type: 'request'; readonly purpose: 'turn' | 'compaction'; readonly startId: string }
  /** Sandbox calls are open: see that a worker serves them, then wait for results if the thread is running. */
  | { readonly type: 'serve'; readonly wait: boolean }
  /** A cycle is about to begin, and the session's MCP servers have not been dialled for it. */
  | { readonly type: 'dial' }
  /** Call MCP tools, as the commit says that it is done; `serve` as well, when sandbox calls are open beside them. */
  | { readonly type: 'call'; readonly callIds: readonly string[]; readonly serve: boolean }
  /** Too little time is left for what is to be done: let a successor do it at once. */
  | { readonly type: 'leave' }
  /** Something is due at a known time, and nothing before. */
  | { readonly type: 'sleep'; readonly until: Micros }
  /** Nothing to do until somebody sends something. */
  | { readonly type: 'rest' };

const REST: Deed = { type: 'rest' };

export function next(builder: CommitBuilder, state: ThreadState): Deed {
  if (builder.summary.status === 'terminated') return REST;
  if (builder.summary.openCalls.length > 0) {
    const deed = serveCalls(builder, state);
    if (deed) return deed;
  }
  return askModel(builder, state);
}

/** Moves the open calls on. Undefined when none is left open. */
function serveCalls(builder: CommitBuilder, state: ThreadState): Deed | undefined {
  const { session } = state;
  const asked = builder.summary.openCalls.filter(isAsked);
  if (asked.length > 0) {
    waitForClient(builder, state, asked);
    return REST;
  }
  const refused = builder.summary.openCalls.flatMap((call) => {
    const text = refusal(call);
    return text === undefined ? [] : [{ call, text }];
  });
  if (refused.length > 0 || builder.summary.openCalls.some((call) => isOurs(call, session))) {
    ensureRunning(builder, state);
  }
  for (const { call, text } of refused) pushResult(builder, call, textResult(text), true);
  // A worker runs a call once it is confirmed, though one before it is not: its result may have waited for these.
  if (refused.length > 0) takeAnswers(builder, state);
  const ours = builder.summary.openCalls.filter((call) => isOurs(call, session));
  if (ours.length > 0) return dispatch(builder, state, ours);
  const theirs = builder.summary.openCalls;
  if (theirs.length === 0) return undefined;
  waitForClient(builder, state, theirs);
  return theirs.some(({ route }) => route === 'sandbox') ? { type: 'serve', wait: false } : REST;
}

/** Has the calls made that this service answers. */
function dispatch(builder: CommitBuilder, { hurried }: ThreadState, ours: readonly OpenCall[]): Deed {
  const callIds = ours.filter(({ route }) => route === 'mcp').map(({ id }) => id);
  if (callIds.length === 0) return { type: 'serve', wait: true };
  if (hurried) return { type: 'leave' };
  for (const id of callIds) builder.begin(id);
  return { type: 'call', callIds, serve: callIds.length < ours.length };
}

/** Why a call may not run, or not again, in the words that its result will say. */
function refusal(call: OpenCall): string | undefined {
  if (call.verdict === 'deny') return RESULT_TEXT.rejected(call.name, call.denyMessage);
  if (call.route === 'unreachable') return RESULT_TEXT.noServer(call.name);
  if (call.route === 'refused') return RESULT_TEXT.refused(call.name);
  if (call.permission === 'deny') return RESULT_TEXT.denied(call.name);
  return isLost(call) ? RESULT_TEXT.callLost(call.name) : undefined;
}

/** Whether another harness has begun this call and left no result: whoever decides has none under way. */
function isLost({ begun = 0, repeatable }: OpenCall): boolean {
  return begun > 0 && (!repeatable || begun >= TURN_LIMITS.begins);
}

/** Idle until the client acts. Said again only when what it waits for has changed (reference 5.3). */
function waitForClient(builder: CommitBuilder, { session }: ThreadState, calls: readonly OpenCall[]): void {
  const ids = calls.map(({ id }) => id);
  const { status, stopReason } = builder.summary;
  const said = status === 'idle' && stopReason?.type === 'requires_action' ? stopReason.event_ids : undefined;
  if (said && said.length === ids.length && said.every((id) => ids.includes(id))) return;
  goIdle(builder, session, { type: 'requires_action', event_ids: ids });
}

/** Starts the next model request if one is due and allowed; otherwise ends the turn or rests. */
function askModel(builder: CommitBuilder, state: ThreadState): Deed {
  const { session } = state;
  const messages = entriesOf(state.inbox).filter((waiting) => isMessage(waiting) && !builder.has(waiting));
  const { status, retry } = builder.summary;
  const fresh = messages.some(({ entry }) => entry.event?.type === 'user.message');
  if (!builder.summary.modelOwes && !fresh) {
    if (status === 'running') goIdle(builder, session, { type: 'end_turn' });
    return REST;
  }
  if (isOverBudget(session, builder.summary, builder.now)) return stopAtBudget(builder, state);
  if (retry && retry.notBefore > builder.now) return { type: 'sleep', until: retry.notBefore };
  // A new message begins a new turn, and with it the counts begin anew.
  if (!fresh && reachedLimit(builder, state)) return REST;
  ensureRunning(builder, state);
  const purpose = mustCompact(builder, state) ? 'compaction' : 'turn';
  if (purpose === 'turn') for (const waiting of messages) builder.admit(waiting);
  const startId = builder.push<'span.model_request_start'>({ type: 'span.model_request_start' }, { purpose });
  return { type: 'request', purpose, startId };
}

const isMessage = ({ entry }: Waiting): boolean =>
  entry.event?.type === 'user.message' || entry.event?.type === 'system.message';

/** A turn that was running stops; what is idle stays so, and its messages wait for a raise (reference 5.6). */
function stopAtBudget(builder: CommitBuilder, state: ThreadState): Deed {
  const { session } = state;
  const { status, stopReason } = builder.summary;
  if (status !== 'idle' || stopReason?.type !== 'budget_reached') {
    ensureRunning(builder, state);
    goIdle(builder, session, { type: 'budget_reached' });
  }
  return REST;
}

function mustCompact(builder: CommitBuilder, state: ThreadState): boolean {
  return !state.nativeCompaction && builder.summary.contextTokens > state.contextWindow * TURN_LIMITS.compactAt;
}

/** Ends a turn that goes round and round (reference 6.4). */
function reachedLimit(builder: CommitBuilder, { session }: ThreadState): boolean {
  const { rounds, compactions, modelOwes } = builder.summary;
  const error =
    modelOwes && rounds >= TURN_LIMITS.rounds
      ? ('tool_use_limit_reached_error' as const)
      : compactions >= TURN_LIMITS.compactions
        ? ('compaction_limit_reached_error' as const)
        : undefined;
  if (!error) return false;
  const message =
    error === 'tool_use_limit_reached_error'
      ? `The turn made ${rounds} model requests without coming to an end.`
      : `The context was compacted ${compactions} times in a row without progress.`;
  builder.push<'session.error'>({
    type: 'session.error',
    error: { type: error, message, retry_status: { type: 'exhausted' } },
  });
  goIdle(builder, session, { type: 'retries_exhausted' });
  return true;
}
