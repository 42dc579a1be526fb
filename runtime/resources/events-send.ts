import { primaryThreadOf } from '../contract/ids';
import { toTimestamp, type Micros } from '../contract/time';
import type { ClientEvent } from '../contract/wire';
import { pendingEvents } from '../thread/inbox';
import { deliver } from './deliver';
import { admit } from './events-rules';
import { findSession, readThread } from './events-thread';
import type { Operation, ResourceDeps } from './ports';

/** Events that come back already processed (reference 6.1); the others are shown as waiting. */
const ECHOED_AS_PROCESSED: readonly string[] = ['user.custom_tool_result', 'user.tool_result'];

/** Takes a client's events: all of a request or none, by one write. */
export function sendEvents(deps: ResourceDeps): Operation<'sessions.events.send'> {
  const { store, ids } = deps;
  return async ({ principal, now }, { path, body }) => {
    const sessionId = path.session_id;
    const ref = { workspace: principal.workspace, sessionId, threadId: primaryThreadOf(sessionId) };
    const [session, { summary, waiting }] = await Promise.all([
      findSession(store, principal, sessionId),
      readThread(store, ref),
    ]);
    const pending = pendingEvents(waiting);
    const events = admit({ session, summary, pending, principal, now, ids }, body.events);
    await deliver(
      deps,
      ref,
      events.map((event) => ({ event })),
      now,
    );
    return { data: events.map((event) => echo(event, now)) };
  };
}

function echo(event: ClientEvent, now: Micros): ClientEvent {
  return ECHOED_AS_PROCESSED.includes(event.type) ? { ...event, processed_at: toTimestamp(now) } : event;
}
