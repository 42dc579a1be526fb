/** What of a thread's history whom is shown. */
import type { SessionEvent } from '../contract/wire';
import type { Principal } from '../store/ports';
import type { InboxEntry, SessionRecord, SignalEntry } from '../store/records';

/** Workers act for a sandbox; everybody else reads as a client does. */
export const isWorker = (principal: Principal): boolean => principal.kind !== 'api_key';

/**
 * An event of the log as this principal sees it. A worker decides by `user.tool_result` what is answered already, so it is
 * shown that type whatever the environment's kind, or it would run an answered call again (docs/architecture.md, Tools).
 */
export function seenBy(principal: Principal, event: SessionEvent): SessionEvent {
  return isWorker(principal) ? seenByWorker(event) : event;
}

/** The same for a worker, whoever it is. */
export function seenByWorker(event: SessionEvent): SessionEvent {
  return event.type === 'agent.tool_result' ? { ...event, type: 'user.tool_result' } : event;
}

/**
 * What waits as this principal sees it. The worker of a `cloud` environment is this service's own: its results become public
 * as `agent.tool_result` when they are processed, and not before. To the next worker, the calls of one that died are answered
 * from the moment in which that is known: it would run them again otherwise, until the thread has said what became of them.
 */
export function pendingSeenBy(principal: Principal, session: SessionRecord, entry: InboxEntry): SessionEvent[] {
  const { event } = entry;
  if (!event) return isWorker(principal) ? lossesIn(entry) : [];
  const own = event.type === 'user.tool_result' && session.environmentConfig.type === 'cloud';
  return own && !isWorker(principal) ? [] : [event];
}

function lossesIn({ id, signal }: SignalEntry): SessionEvent[] {
  if (signal.type !== 'sandbox_lost') return [];
  return signal.calls.map((call, index) => ({
    type: 'user.tool_result',
    id: index === 0 ? id : `${id}_${index}`,
    tool_use_id: call,
    content: [{ type: 'text', text: signal.reason }],
    is_error: true,
    processed_at: null,
  }));
}
