import type { Micros } from '../contract/time';
import type { SessionFilter } from './ports';
import type { SessionRecord } from './records';

/**
 * Whether a list with this filter shows the session. Archived and terminated sessions are hidden unless asked for (reference
 * 5.5); naming the status asks for the terminated ones. No session is of a deployment, so a filter for one matches none.
 */
export function passes(session: SessionRecord, filter: SessionFilter): boolean {
  const archived = session.archivedAt !== null;
  const ended = session.status === 'terminated' && filter.statuses === undefined;
  return (
    (filter.includeArchived === true || !(archived || ended)) &&
    (filter.agentId === undefined || session.agent.id === filter.agentId) &&
    (filter.agentVersion === undefined || session.agent.version === filter.agentVersion) &&
    filter.deploymentId === undefined &&
    (filter.memoryStoreId === undefined || hasMemoryStore(session, filter.memoryStoreId)) &&
    (filter.statuses === undefined || filter.statuses.includes(session.status)) &&
    createdWithin(session.createdAt, filter.createdAt)
  );
}

const hasMemoryStore = (session: SessionRecord, id: string): boolean =>
  session.resources.some((resource) => resource.type === 'memory_store' && resource.memory_store_id === id);

function createdWithin(at: Micros, bounds: SessionFilter['createdAt'] = {}): boolean {
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = bounds;
  return at > gt && at >= gte && at < lt && at <= lte;
}
