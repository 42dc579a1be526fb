/** Whom a session waits for, read from its newest events, the newest first. */
import { resultOf } from '../../runtime/contract/results';
import type { SessionEvent } from '../../runtime/contract/wire';

/** The calls that the newest idle event names and that the client still has to answer or to confirm. */
export function callsForClient(tail: readonly SessionEvent[]): SessionEvent[] {
  const status = tail.find(({ type }) => type.startsWith('session.status_'));
  if (status?.type !== 'session.status_idle' || status.stop_reason.type !== 'requires_action') return [];
  const named = new Set(status.stop_reason.event_ids);
  const answered = answeredIn(tail);
  // Where workers are the user's own, it names what waits for them, too.
  return tail.filter(({ id }) => named.has(id) && !answered.has(id)).filter((event) => !mayRun(event, tail));
}

/** The calls that may run and have no result: only a worker can bring the session forward. */
export function callsForWorkers(tail: readonly SessionEvent[]): SessionEvent[] {
  const answered = answeredIn(tail);
  return tail.filter((event) => mayRun(event, tail) && !answered.has(event.id));
}

const answeredIn = (tail: readonly SessionEvent[]): Set<string | undefined> =>
  new Set(tail.map((event) => resultOf(event)?.callId));

function mayRun(event: SessionEvent, tail: readonly SessionEvent[]): boolean {
  if (event.type !== 'agent.tool_use') return false;
  if (event.evaluated_permission !== 'ask') return event.evaluated_permission === 'allow';
  return tail.some(
    (other) => other.type === 'user.tool_confirmation' && other.tool_use_id === event.id && other.result === 'allow',
  );
}
