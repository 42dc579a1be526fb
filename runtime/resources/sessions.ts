import { findSession, primaryThread, readThread } from './events-thread';
import type { Operation, OperationsOf, ResourceDeps, WorkQueue } from './ports';
import { createSession } from './sessions-create';
import { archiveSession, deleteSession } from './sessions-end';
import { listSessions } from './sessions-list';
import { updateSession } from './sessions-update';
import { toSession } from './session-view';

/** Sessions: an agent at work in an environment (reference 5). */
export function createSessions(
  deps: ResourceDeps & { readonly workQueue: WorkQueue },
): OperationsOf<
  'sessions.create' | 'sessions.retrieve' | 'sessions.update' | 'sessions.list' | 'sessions.archive' | 'sessions.delete'
> {
  return {
    'sessions.create': createSession(deps),
    'sessions.retrieve': retrieveSession(deps),
    'sessions.update': updateSession(deps),
    'sessions.list': listSessions(deps),
    'sessions.archive': archiveSession(deps),
    'sessions.delete': deleteSession(deps),
  };
}

/** Workers read the session that they serve; to them any other is absent. */
function retrieveSession({ store }: ResourceDeps): Operation<'sessions.retrieve'> {
  return async ({ principal, now }, { path }) => {
    const session = await findSession(store, principal, path.session_id);
    return toSession(session, await readThread(store, primaryThread(session)), now);
  };
}
