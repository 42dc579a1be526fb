/** The events of a session: taken from clients, and listed (reference 6). */
import { listEvents } from './events-list';
import { sendEvents } from './events-send';
import { findSession, findThread } from './events-thread';
import type { OperationsOf, ResourceDeps } from './ports';
import { createdAtRange } from './time-range';

/** The operations on a session's events, and on those of its threads. Streams are `http/`'s. */
export function createEvents(
  deps: ResourceDeps,
): OperationsOf<'sessions.events.send' | 'sessions.events.list' | 'sessions.threads.events.list'> {
  const { store } = deps;
  return {
    'sessions.events.send': sendEvents(deps),
    'sessions.events.list': async ({ principal }, { path, query }) => {
      const session = await findSession(store, principal, path.session_id);
      return listEvents(deps, session, principal, { ...query, within: createdAtRange(query) });
    },
    'sessions.threads.events.list': async ({ principal }, { path, query }) => {
      const session = await findThread(store, principal, path);
      return listEvents(deps, session, principal, { ...query, within: {} });
    },
  };
}
