import { MICROS_PER_SECOND, toTimestamp, type Micros } from '../contract/time';
import type { ClientEvent } from '../contract/wire';
import { pendingEvents } from '../thread/inbox';
import { admit } from './events-rules';
import { findSession, primaryThread, readThread } from './events-thread';
import type { Operation, ResourceDeps } from './ports';

/** If a wake is lost, the sweeper makes up for it after this long. */
const WAKE_WITHIN: Micros = 10 * MICROS_PER_SECOND;

/** Events that come back already processed (reference 6.1); the others are shown as waiting. */
const ECHOED_AS_PROCESSED: readonly string[] = ['user.custom_tool_result', 'user.tool_result'];

/** Takes a client's events: all of a request or none, by one write. */
export function sendEvents(deps: ResourceDeps): Operation<'sessions.events.send'> {
  const { store, waker, hints, ids } = deps;
  return async ({ principal, now }, { path, body }) => {
    const session = await findSession(store, principal, path.session_id);
    const ref = primaryThread(session);
    const { summary, waiting } = await readThread(store, ref);
    const pending = pendingEvents(waiting);
    const events = admit({ session, summary, pending, principal, now, ids }, body.events);
    const entries = events.map((event) => ({ event }));
    await store.log.accept(ref, entries, now, now + WAKE_WITHIN);
    hints.changed(ref.threadId);
    await wakeOrLeaveToSweeper(() => waker.wake(ref));
    return { data: events.map((event) => echo(event, now)) };
  };
}

/** The events stand whether or not the wake gets through. An error now would make the client send them again. */
async function wakeOrLeaveToSweeper(wake: () => Promise<void>): Promise<void> {
  try {
    await wake();
  } catch {
    // The inbox item is in the due index.
  }
}

function echo(event: ClientEvent, now: Micros): ClientEvent {
  return ECHOED_AS_PROCESSED.includes(event.type) ? { ...event, processed_at: toTimestamp(now) } : event;
}
