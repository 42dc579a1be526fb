/**
 * Intake: what waits in the inbox and can be taken up now becomes history. Messages are not taken here: they join the next
 * model request (reference 6.2).
 */
import type { ClientEvent, EventOf } from '../contract/wire';
import type { OpenCall, Signal } from '../store/records';
import type { CommitBuilder, Waiting } from '../thread/commit-builder';
import { entriesOf, goIdle, isAsked, pushResult, textResult, type ThreadState } from './state';
import { RESULT_TEXT } from './policy';

type Answer = EventOf<'user.tool_confirmation' | 'user.custom_tool_result' | 'user.tool_result'>;

/** Takes up interrupts, which overtake what was queued before them. */
export function takeInterrupts(builder: CommitBuilder, state: ThreadState): void {
  const entries = entriesOf(state.inbox);
  const interrupts = entries.filter(({ entry }) => entry.event?.type === 'user.interrupt');
  if (interrupts.length > 0) interrupt(builder, state, interrupts);
}

/**
 * Takes up what waits but messages and interrupts. A result that is early waits for its predecessor, which may stand behind it:
 * so it goes round until nothing moves.
 */
export function takeAnswers(builder: CommitBuilder, state: ThreadState): void {
  for (let open = entriesOf(state.inbox); ;) {
    for (const waiting of open) takeEntry(builder, state, waiting);
    const left = open.filter((waiting) => !builder.has(waiting));
    if (left.length === open.length) return;
    open = left;
  }
}

/** What was accepted at the very moment of an archive: it is recorded, and nothing comes of it. */
export function takeAsStale(builder: CommitBuilder, state: ThreadState): void {
  for (const waiting of entriesOf(state.inbox)) if (!builder.has(waiting)) takeStale(builder, state, waiting);
}

/** Ends a turn that was under way, for good: nobody will answer its open calls any more. */
export function endTurn(builder: CommitBuilder, { session }: ThreadState): void {
  closeCalls(builder);
  goIdle(builder, session, { type: 'end_turn' });
}

function closeCalls(builder: CommitBuilder): void {
  for (const call of builder.summary.openCalls) pushResult(builder, call, textResult(RESULT_TEXT.interrupted), true);
}

function takeEntry(builder: CommitBuilder, state: ThreadState, waiting: Waiting): void {
  const { signal, event } = waiting.entry;
  if (builder.has(waiting)) return;
  if (signal) takeSignal(builder, state, waiting, signal);
  else if (event && isAnswer(event)) takeAnswer(builder, state, waiting, event);
}

const isAnswer = (event: ClientEvent): event is Answer =>
  event.type === 'user.tool_confirmation' ||
  event.type === 'user.custom_tool_result' ||
  event.type === 'user.tool_result';

/**
 * Ends the turn: open calls get an error result, then the interrupt itself, then idle (recorded order, reference 6.5). On a
 * thread that has nothing to end it is a recorded no-op, and at the budget's cap it leaves no trace (reference 5.6).
 */
function interrupt(builder: CommitBuilder, { session }: ThreadState, interrupts: readonly Waiting[]): void {
  const { status, stopReason } = builder.summary;
  if (status === 'idle' && stopReason?.type === 'budget_reached') {
    for (const waiting of interrupts) builder.drop(waiting);
    return;
  }
  closeCalls(builder);
  for (const waiting of interrupts) builder.admit(waiting);
  if (status !== 'idle' || stopReason?.type === 'requires_action') goIdle(builder, session, { type: 'end_turn' });
}

function takeSignal(builder: CommitBuilder, state: ThreadState, waiting: Waiting, signal: Signal): void {
  switch (signal.type) {
    case 'session_updated':
      builder.push(signal.event, signal.runtime && { runtime: signal.runtime });
      break;
    case 'sandbox_lost':
      for (const call of builder.summary.openCalls) {
        // A worker runs a call as soon as it is allowed, also while another one of the turn still waits.
        if (call.route !== 'sandbox' || isAsked(call)) continue;
        if (!signal.calls.includes(call.id)) continue;
        if (hasAnswer(state, call)) continue;
        pushResult(builder, call, textResult(RESULT_TEXT[lossOf(signal)](signal.reason)), true);
      }
      break;
    case 'session_archived':
      break;
  }
  builder.drop(waiting);
}

const lossOf = ({ neverRan }: Extract<Signal, { type: 'sandbox_lost' }>): 'sandboxNotStarted' | 'sandboxLost' =>
  neverRan ? 'sandboxNotStarted' : 'sandboxLost';

/** A result that is already in the inbox is the truth about its call, whatever became of the worker afterwards. */
function hasAnswer(state: ThreadState, call: OpenCall): boolean {
  return entriesOf(state.inbox).some(
    ({ entry }) => entry.event?.type === 'user.tool_result' && entry.event.tool_use_id === call.id,
  );
}

function takeAnswer(builder: CommitBuilder, state: ThreadState, waiting: Waiting, event: Answer): void {
  const call = builder.summary.openCalls.find(({ id }) => id === answeredCall(event));
  if (!call || !fits(event, call)) return takeStale(builder, state, waiting);
  if (event.type === 'user.tool_confirmation') return builder.admit(waiting);
  // Results are processed in call order: one that is early waits for its predecessors (reference 6.5).
  const first = builder.summary.openCalls.find(({ route }) => route === call.route);
  if (first !== call) return;
  if (event.type === 'user.tool_result' && state.session.environmentConfig.type === 'cloud') {
    const { tool_use_id, content, is_error } = event;
    const result = { id: event.id, type: 'agent.tool_result' as const, tool_use_id };
    builder.push<'agent.tool_result'>({ ...result, ...(content ? { content } : {}), is_error: is_error ?? false });
    return builder.drop(waiting);
  }
  builder.admit(waiting);
}

/**
 * An answer that was valid when it was accepted and is not any more (its call was interrupted, or answered by somebody
 * quicker) is recorded and changes nothing. A cloud worker's is dropped: it is this service's own, and never was public.
 */
function takeStale(builder: CommitBuilder, { session }: ThreadState, waiting: Waiting): void {
  const own = waiting.entry.event?.type === 'user.tool_result' && session.environmentConfig.type === 'cloud';
  if (own) builder.drop(waiting);
  else builder.admit(waiting, undefined, { stale: true });
}

function answeredCall(event: Answer): string {
  return event.type === 'user.custom_tool_result' ? event.custom_tool_use_id : event.tool_use_id;
}

function fits(event: Answer, call: OpenCall): boolean {
  switch (event.type) {
    case 'user.tool_confirmation':
      return isAsked(call);
    case 'user.custom_tool_result':
      return call.route === 'custom';
    case 'user.tool_result':
      return call.route === 'sandbox' && !isAsked(call);
  }
}
