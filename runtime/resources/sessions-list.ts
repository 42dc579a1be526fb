import type { Operations } from '../contract/operations';
import type { SessionFilter } from '../store/ports';
import { nextCursor, pageRequest, previousCursor, type Paging } from './cursors';
import { primaryThread, readThread } from './events-thread';
import type { Operation, ResourceDeps } from './ports';
import { toSession } from './session-view';
import { createdAtRange } from './time-range';

/** The hosted service does not state its own (reference 1.3). */
const SESSIONS: Paging = { list: 'sessions', defaultLimit: 20, maxLimit: 1_000 };

/**
 * Lists sessions by creation, either way. The store filters by a status that follows the log, so what the log has meanwhile
 * made of a session decides once more: a page may be shorter than its limit.
 */
export function listSessions(deps: ResourceDeps): Operation<'sessions.list'> {
  const { store } = deps;
  return async ({ principal: { workspace }, now }, { query }) => {
    const filter = filterOf(query);
    const request = pageRequest(SESSIONS, query, query.order ?? 'desc');
    const page = await store.sessions.list(workspace, filter, request);
    const sessions = await Promise.all(
      page.items.map(async (session) => toSession(session, await readThread(store, primaryThread(session)), now)),
    );
    return {
      data: sessions.filter(({ status }) => isShown(filter, status)),
      next_page: nextCursor(SESSIONS, request.order, page.next),
      prev_page: previousCursor(SESSIONS, request.order, page.previous),
    };
  };
}

function isShown({ statuses, includeArchived }: SessionFilter, status: NonNullable<SessionFilter['statuses']>[number]) {
  return statuses ? statuses.includes(status) : includeArchived === true || status !== 'terminated';
}

function filterOf(query: Operations['sessions.list']['query']): SessionFilter {
  const { agent_id, agent_version, deployment_id, memory_store_id, statuses, include_archived } = query;
  return {
    ...(agent_id === undefined ? {} : { agentId: agent_id }),
    // On its own it means nothing: versions are numbered for each agent.
    ...(agent_id === undefined || agent_version === undefined ? {} : { agentVersion: agent_version }),
    ...(deployment_id === undefined ? {} : { deploymentId: deployment_id }),
    ...(memory_store_id === undefined ? {} : { memoryStoreId: memory_store_id }),
    ...(statuses && statuses.length > 0 ? { statuses } : {}),
    ...(include_archived === true ? { includeArchived: true } : {}),
    createdAt: createdAtRange(query),
  };
}
