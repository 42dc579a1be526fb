import { isDeepStrictEqual } from 'node:util';
import { invalid, notFound } from '../contract/errors';
import { isId } from '../contract/ids';
import { fromTimestamp, toTimestamp } from '../contract/time';
import type { Agent } from '../contract/wire';
import type { Store } from '../store/ports';
import { amend, concurrentModification } from './amend';
import { createAgent, updateAgent } from './agents-body';
import { nextCursor, pageRequest, wirePage, type Paging } from './cursors';
import type { OperationsOf, ResourceDeps } from './ports';
import { createdAtRange, isWithin } from './time-range';

const AGENTS: Paging = { list: 'agents', defaultLimit: 20, maxLimit: 100 };
const VERSIONS: Paging = { list: 'agents.versions', defaultLimit: 20, maxLimit: 100 };

const absent = (id: string) => notFound(`agent ${id} not found`);
const absentVersion = (id: string, version: number) => notFound(`agent ${id} version ${version} not found`);

type AgentDeps = { readonly store: Pick<Store, 'agents'> };

/**
 * The agent in its latest version, or in the one named.
 *
 * An agent's newest version is the agent itself; a version gets a row of its own when an update supersedes it. An old version
 * of an archived agent is archived too.
 *
 * @throws ApiError 404 when there is no such agent or version in the workspace.
 */
export async function loadAgent(deps: AgentDeps, workspace: string, id: string, version?: number): Promise<Agent> {
  const entry = isId('agent', id) ? await deps.store.agents.get(workspace, id) : undefined;
  if (!entry) throw absent(id);
  const { value: latest } = entry;
  if (version === undefined || version === latest.version) return latest;
  const old = version < latest.version ? await deps.store.agents.getVersion(workspace, id, version) : undefined;
  if (!old) throw absentVersion(id, version);
  return { ...old, archived_at: latest.archived_at };
}

/** Agents: versioned configurations (reference 3). */
export function createAgents(
  deps: Pick<ResourceDeps, 'ids'> & AgentDeps,
): OperationsOf<
  'agents.create' | 'agents.retrieve' | 'agents.update' | 'agents.list' | 'agents.archive' | 'agents.versions.list'
> {
  const { agents } = deps.store;
  return {
    'agents.create': async ({ principal: { workspace }, now }, { body }) => {
      const agent = createAgent(body, deps.ids.make('agent'), toTimestamp(now));
      await agents.create(workspace, agent.id, agent);
      return agent;
    },

    'agents.retrieve': ({ principal: { workspace } }, { path, query }) =>
      loadAgent(deps, workspace, path.agent_id, query.version ?? undefined),

    /**
     * Two rows: the superseded version's, then the agent. The first is a copy of what the second replaces, so rivals write the
     * same row, and one left behind by a crash says nothing that the agent does not say itself.
     */
    'agents.update': async ({ principal: { workspace }, now }, { path, body }) => {
      const id = path.agent_id;
      if (!isId('agent', id)) throw absent(id);
      return amend(agents, { workspace, id, absent: () => absent(id) }, async (current) => {
        if (current.archived_at !== null) throw invalid(`Agent ${id} is archived and cannot be updated.`);
        const asked = body.version ?? current.version;
        if (asked !== current.version) throw concurrentModification();
        const next = updateAgent(current, body);
        if (isDeepStrictEqual(next, current)) return current;
        await agents.putVersion(workspace, id, current.version, current);
        return { ...next, version: current.version + 1, updated_at: toTimestamp(now) };
      });
    },

    'agents.list': async ({ principal: { workspace } }, { query }) => {
      const range = createdAtRange(query);
      const request = pageRequest(AGENTS, query);
      const page = await agents.list(workspace, request, (agent) => {
        const shown = query.include_archived === true || agent.archived_at === null;
        return shown && isWithin(range, fromTimestamp(agent.created_at) ?? 0);
      });
      return wirePage(AGENTS, request.order, page);
    },

    'agents.archive': async ({ principal: { workspace }, now }, { path }) => {
      const id = path.agent_id;
      if (!isId('agent', id)) throw absent(id);
      return amend(agents, { workspace, id, absent: () => absent(id) }, (current) => {
        const at = toTimestamp(now);
        return current.archived_at === null ? { ...current, archived_at: at, updated_at: at } : current;
      });
    },

    'agents.versions.list': async ({ principal: { workspace } }, { path, query }) => {
      const latest = await loadAgent(deps, workspace, path.agent_id);
      const { limit, order, after } = pageRequest(VERSIONS, query);
      const first = after === undefined ? [latest] : [];
      const rest = limit - first.length;
      const older = { limit: rest, order, after: after ?? String(latest.version) };
      const rows = rest > 0 ? (await agents.listVersions(workspace, latest.id, older)).items : [];
      const items = [...first, ...rows.map((row) => ({ ...row, archived_at: latest.archived_at }))];
      // Versions are numbered without a gap, so there is an older one below all but the first.
      const last = items.at(-1)?.version ?? 1;
      return { data: items, next_page: nextCursor(VERSIONS, order, last > 1 ? String(last) : null) };
    },
  };
}
