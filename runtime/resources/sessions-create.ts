import { invalid, notFound } from '../contract/errors';
import { primaryThreadOf } from '../contract/ids';
import type { IdSource } from '../contract/ids';
import type { Operations } from '../contract/operations';
import type { ClientEvent, Environment } from '../contract/wire';
import type { Store } from '../store/ports';
import type { InboxItem, SessionRecord } from '../store/records';
import { EMPTY_SUMMARY } from '../thread/summary';
import { deliver } from './deliver';
import { environmentArchived, loadEnvironment } from './environments';
import { checkContent } from './events-content';
import { primaryThread } from './events-thread';
import { mergeMetadata } from './metadata';
import { admitServers } from './network-policy';
import type { Operation, ResourceDeps, WorkQueue } from './ports';
import { checkNetwork, sandboxSizeOf } from './sandbox-offer';
import { resolveSessionAgent } from './sessions-agent';
import { checkBudget, checkBudgetable } from './sessions-budget';
import { toSession } from './session-view';
import { loadVault, vaultArchived } from './vaults';

type Body = Operations['sessions.create']['body'];

/**
 * Creates a session (reference 5.1). All is checked before anything is written. Then come two writes, the record and the first
 * events. A crash between them leaves an idle session of which no client knows the id: it has done nothing and never will.
 */
export function createSession(
  deps: ResourceDeps & { readonly workQueue: Pick<WorkQueue, 'want'> },
): Operation<'sessions.create'> {
  const { store, ids } = deps;
  return async ({ principal: { workspace }, now }, { body }) => {
    const agent = await resolveSessionAgent(deps, workspace, body.agent);
    const environment = await loadEnvironment(deps, workspace, body.environment_id);
    if (environment.archived_at !== null) throw environmentArchived(environment.id);
    await checkVaults(store, workspace, body.vault_ids);
    refuseResources(body.resources, environment);
    const asked = `environment_id: ${environment.id}`;
    checkNetwork(environment.config, deps.sandboxes, asked);
    const sandboxSize = sandboxSizeOf(environment, deps.sandboxes, asked);
    admitServers(agent.mcp_servers, environment.config);
    if (body.budget) {
      checkBudgetable(agent, deps.traits);
      checkBudget(body.budget, 0);
    }
    const events = initialEvents(body.initial_events, ids);
    const id = ids.make('session');
    const session: SessionRecord = {
      id,
      workspace,
      threadId: primaryThreadOf(id),
      agent,
      environmentId: environment.id,
      environmentConfig: environment.config,
      ...(sandboxSize === undefined ? {} : { sandboxSize }),
      title: body.title ?? null,
      metadata: mergeMetadata({}, body.metadata),
      resources: [],
      vaultIds: body.vault_ids ?? [],
      budget: body.budget ?? null,
      createdAt: now,
      updatedAt: now,
      archivedAt: null,
      runtime: deps.runtime,
      revision: 1,
      status: events.length > 0 ? 'running' : 'idle',
    };
    await store.sessions.create(session);
    const waiting: InboxItem[] = [];
    if (events.length > 0) {
      const entries = events.map((event) => ({ event }));
      waiting.push(await deliver(deps, primaryThread(session), entries, now));
    }
    if (environment.config.type === 'self_hosted') await announce(deps.workQueue, session);
    // As it was when it was created: a quick model may have answered by now.
    return toSession(session, { last: undefined, summary: EMPTY_SUMMARY, items: waiting, waiting }, now);
  };
}

/** A user's worker may prepare for the session at once (reference 10). If this fails, the first call asks for one again. */
async function announce(workQueue: Pick<WorkQueue, 'want'>, session: SessionRecord): Promise<void> {
  try {
    await workQueue.want(session);
  } catch {
    // The session stands and is whole without it.
  }
}

/** The first events. Anything wrong with one refuses the session (reference 5.1). */
function initialEvents(params: Body['initial_events'], ids: IdSource): ClientEvent[] {
  return (params ?? []).map((event, i) => {
    const path = `initial_events.${i}.${event.type.replace('.', '_')}`;
    if (event.type === 'user.define_outcome') throw invalid(`${path}: outcomes are not served yet`);
    checkContent(event.content, `${path}.content`);
    return { id: ids.make('event'), ...event };
  });
}

/** Every vault is there and open (reference 5.1). An archived one serves the sessions that it has, and no new ones. */
async function checkVaults(store: Pick<Store, 'vaults'>, workspace: string, ids: Body['vault_ids']): Promise<void> {
  for (const id of ids ?? []) {
    const vault = await loadVault({ store }, workspace, id);
    if (vault.archived_at !== null) throw vaultArchived(id);
  }
}

/** Neither files nor memory stores can have been made yet. Self-hosted sandboxes take memory stores only (reference 5.1). */
function refuseResources(resources: Body['resources'], environment: Environment): void {
  const all = resources ?? [];
  if (environment.config.type === 'self_hosted' && all.some(({ type }) => type !== 'memory_store')) {
    throw invalid(
      `Environment ${environment.id} is a self-hosted environment. \`resources\` are not supported with self-hosted environments.`,
    );
  }
  for (const [i, resource] of all.entries()) {
    switch (resource.type) {
      case 'file':
        throw notFound(`file ${resource.file_id} not found`);
      case 'memory_store':
        throw notFound(`memory store ${resource.memory_store_id} not found`);
      case 'github_repository':
        throw invalid(`resources.${i}.github_repository: this server does not mount repositories yet`);
    }
  }
}
