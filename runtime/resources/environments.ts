import { isDeepStrictEqual } from 'node:util';
import { conflict, invalid, notFound } from '../contract/errors';
import { isId } from '../contract/ids';
import type { Operations } from '../contract/operations';
import { toTimestamp } from '../contract/time';
import type { Environment } from '../contract/wire';
import type { Store } from '../store/ports';
import { amend } from './amend';
import { pageRequest, wirePage, type Paging } from './cursors';
import { DEFAULT_CONFIG, resolveConfig } from './environments-config';
import { mergeMetadata } from './metadata';
import type { OperationsOf, ResourceDeps } from './ports';
import { changesSize, checkNetwork, sandboxSizeOf } from './sandbox-offer';

const ENVIRONMENTS: Paging = { list: 'environments', defaultLimit: 20, maxLimit: 100 };
/** Work items looked at in one go while an environment is deleted. */
const WORK_PAGE = 100;

/** Recorded (reference 4). */
const WORK_IN_QUEUE =
  'Cannot delete self-hosted environment with work in the queue. Either archive the environment first to allow the queue to drain, or use force=true to delete immediately.';

type EnvironmentDeps = { readonly store: Pick<Store, 'environments'> };

const absent = (id: string) => notFound(`environment ${id} not found`);

/** @throws ApiError 404 when there is no such environment in the workspace. */
export async function loadEnvironment(deps: EnvironmentDeps, workspace: string, id: string): Promise<Environment> {
  const entry = isId('environment', id) ? await deps.store.environments.get(workspace, id) : undefined;
  if (!entry) throw absent(id);
  return entry.value;
}

/** What an archived environment refuses: to change, and to take sessions (reference 4). */
export const environmentArchived = (id: string) => invalid(`Environment ${id} is archived.`, 'environment_archived');

/**
 * Environments: templates of sandboxes (reference 4). Two may have the same name: uniqueness is asked of clients in words, but
 * what a duplicate gets is not recorded, and refusing it would break programs that create their environment on each run.
 */
export function createEnvironments(
  deps: Pick<ResourceDeps, 'ids' | 'sandboxes'> & {
    readonly store: Pick<Store, 'environments' | 'sessions' | 'work' | 'keys'>;
  },
): OperationsOf<
  | 'environments.create'
  | 'environments.retrieve'
  | 'environments.update'
  | 'environments.list'
  | 'environments.archive'
  | 'environments.delete'
> {
  const { environments } = deps.store;
  return {
    'environments.create': async ({ principal: { workspace }, now }, { body }) => {
      refuseAccountScope(body.scope);
      const at = toTimestamp(now);
      const environment: Environment = {
        id: deps.ids.make('environment'),
        type: 'environment',
        name: body.name,
        description: body.description ?? null,
        scope: 'organization',
        config: body.config ? resolveConfig(body.config) : DEFAULT_CONFIG,
        metadata: mergeMetadata({}, body.metadata, { code: 'invalid_metadata' }),
        created_at: at,
        updated_at: at,
        archived_at: null,
      };
      checkNetwork(environment.config, deps.sandboxes);
      sandboxSizeOf(environment, deps.sandboxes);
      await environments.create(workspace, environment.id, environment);
      return environment;
    },

    'environments.retrieve': ({ principal: { workspace } }, { path }) =>
      loadEnvironment(deps, workspace, path.environment_id),

    'environments.update': async ({ principal: { workspace }, now }, { path, body }) => {
      const id = path.environment_id;
      if (!isId('environment', id)) throw absent(id);
      refuseAccountScope(body.scope);
      return amend(environments, { workspace, id, absent: () => absent(id) }, (current) => {
        if (current.archived_at !== null) throw environmentArchived(id);
        const next = updateEnvironment(current, body);
        if (body.config) checkNetwork(next.config, deps.sandboxes);
        if (changesSize(current, next)) sandboxSizeOf(next, deps.sandboxes);
        return isDeepStrictEqual(next, current) ? current : { ...next, updated_at: toTimestamp(now) };
      });
    },

    'environments.list': async ({ principal: { workspace } }, { query }) => {
      const request = pageRequest(ENVIRONMENTS, query);
      const keep = (environment: Environment) => query.include_archived === true || environment.archived_at === null;
      return wirePage(ENVIRONMENTS, request.order, await environments.list(workspace, request, keep));
    },

    'environments.archive': async ({ principal: { workspace }, now }, { path }) => {
      const id = path.environment_id;
      if (!isId('environment', id)) throw absent(id);
      return amend(environments, { workspace, id, absent: () => absent(id) }, (current) => {
        const at = toTimestamp(now);
        return current.archived_at === null ? { ...current, archived_at: at, updated_at: at } : current;
      });
    },

    'environments.delete': async ({ principal: { workspace }, now }, { path, query }) => {
      const id = path.environment_id;
      const { config } = await loadEnvironment(deps, workspace, id);
      await checkDeletable(deps.store, workspace, id, config.type === 'self_hosted', query.force === true);
      await removeEnvironment(deps.store, workspace, id, now);
      return { id, type: 'environment_deleted' };
    },
  };
}

function refuseAccountScope(scope: Environment['scope'] | null): void {
  if (scope === 'account') throw invalid('scope: only "organization" is supported');
}

function updateEnvironment(current: Environment, body: Operations['environments.update']['body']): Environment {
  return {
    ...current,
    name: body.name ?? current.name,
    description: body.description === undefined ? current.description : body.description,
    config: body.config ? resolveConfig(body.config, current.config) : current.config,
    metadata: mergeMetadata(current.metadata, body.metadata, {
      removes: (value) => value === '',
      code: 'invalid_metadata',
    }),
  };
}

/**
 * An environment goes when no session refers to it (reference 4). `force` is for self-hosted ones, whose queue may be full of
 * work that nobody will do; sessions keep the configuration that they captured.
 */
async function checkDeletable(
  store: Pick<Store, 'sessions' | 'work'>,
  workspace: string,
  id: string,
  selfHosted: boolean,
  force: boolean,
): Promise<void> {
  if (selfHosted && force) return;
  if (selfHosted && (await store.work.queued(workspace, id, 1)).length > 0) throw conflict(WORK_IN_QUEUE);
  if (await store.sessions.anyInEnvironment(workspace, id)) {
    throw conflict(`Environment ${id} cannot be deleted while sessions refer to it. Delete them first, or archive it.`);
  }
}

/**
 * Keys first, then work, the environment last: a crash on the way leaves an environment that can be deleted again, and never a
 * key that outlives what it opened. A session that is created at this very moment captured its configuration and runs on.
 */
async function removeEnvironment(
  store: Pick<Store, 'environments' | 'work' | 'keys'>,
  workspace: string,
  id: string,
  now: number,
): Promise<void> {
  const keys = await store.keys.list('environment_key', workspace);
  for (const { id: keyId, principal, revokedAt } of keys) {
    if (principal.kind !== 'environment_key' || principal.environmentId !== id || revokedAt !== null) continue;
    await store.keys.revoke(keyId, now);
  }
  for (let after: string | undefined; ;) {
    const page = await store.work.list(workspace, id, { limit: WORK_PAGE, order: 'asc', ...(after ? { after } : {}) });
    for (const work of page.items) await store.work.delete(work);
    if (page.next === null) break;
    after = page.next;
  }
  await store.environments.delete(workspace, id);
}
