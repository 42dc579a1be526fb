/** What of a thread's history whom is shown. */
import type { ClientEvent, SessionEvent } from '../contract/wire';
import type { Principal } from '../store/ports';
import type { SessionRecord } from '../store/records';

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
 * A waiting event as this principal sees it, or undefined. The worker of a `cloud` environment is this service's own: its
 * results become public as `agent.tool_result` when they are processed, and not before.
 */
export function pendingSeenBy(
  principal: Principal,
  session: SessionRecord,
  event: ClientEvent,
): SessionEvent | undefined {
  const own = event.type === 'user.tool_result' && session.environmentConfig.type === 'cloud';
  return own && !isWorker(principal) ? undefined : event;
}
