/** The work queue of an environment as its workers and its operators see it (reference 10). */
import { invalid, notFound } from '../contract/errors';
import { MICROS_PER_MS, MICROS_PER_SECOND, toTimestamp, type Micros } from '../contract/time';
import type { Environment, Work } from '../contract/wire';
import type { WorkRecord } from '../store/work-ports';
import { pageRequest, wirePage, type Paging } from './cursors';
import { mergeMetadata } from './metadata';
import type { OperationsOf, RequestContext, ResourceDeps } from './ports';
import { checkWorkAccess } from './work-access';
import { reserved, toWork, withMetadata } from './work-item';
import { forget } from './work-cloud';
import { changeWork, createLeaseOperations, findWork, type LeaseOperations } from './work-lease';
import type { SessionWorkQueue } from './work-queue';
import { mintSessionToken, revokeSessionToken } from './work-token';

/** The eight operations of `environments.work`. */
export type WorkOperations = LeaseOperations &
  OperationsOf<
    | 'environments.work.poll'
    | 'environments.work.stats'
    | 'environments.work.list'
    | 'environments.work.retrieve'
    | 'environments.work.update'
  >;

const PAGING: Paging = { list: 'environments.work', defaultLimit: 20, maxLimit: 100 };

/** How often a waiting poll looks, where nobody tells it of a change. */
const LOOK_EVERY_MS = 200;
/** An item that was handed out and not acknowledged is offered again after this, unless the poll says otherwise. */
const RECLAIM_AFTER_MS = 5_000;
/** How many of the oldest items a poll tries for one that it can have. */
const CANDIDATES = 50;

/** The statistics count up to so many items. */
const STATS_LIMIT = 10_000;
const WORKERS_SINCE: Micros = 30 * MICROS_PER_SECOND;

/** The work operations over the store and the queue behind them. */
export function createWorkOperations(deps: ResourceDeps, queue: SessionWorkQueue): WorkOperations {
  return {
    ...createLeaseOperations(deps, queue),

    async 'environments.work.poll'(context, { path, query, headers }) {
      checkWorkAccess(context.principal, path.environment_id, ['environment_key']);
      const environment = await findEnvironment(deps, context, path.environment_id);
      if (environment.config.type !== 'self_hosted') throw notSelfHosted(environment);
      await noteWorker(deps, context, environment.id, headers['Anthropic-Worker-ID']);
      const reclaimAfter = (query.reclaim_older_than_ms ?? RECLAIM_AFTER_MS) * MICROS_PER_MS;
      return poll(deps, context, environment.id, reclaimAfter, query.block_ms ?? 0);
    },

    async 'environments.work.stats'(context, { path }) {
      checkWorkAccess(context.principal, path.environment_id, ['api_key', 'environment_key']);
      const environment = await findEnvironment(deps, context, path.environment_id);
      const { workspace } = context.principal;
      const items = await deps.store.work.queued(workspace, environment.id, STATS_LIMIT);
      const since = context.now - WORKERS_SINCE;
      const selfHosted = environment.config.type === 'self_hosted';
      return {
        type: 'work_queue_stats',
        depth: items.filter((item) => item.reservedAt === null).length,
        pending: items.filter((item) => item.reservedAt !== null).length,
        oldest_queued_at: oldest(items),
        workers_polling: selfHosted ? await deps.store.work.countWorkers(workspace, environment.id, since) : null,
      };
    },

    async 'environments.work.list'(context, { path, query }) {
      checkWorkAccess(context.principal, path.environment_id, ['environment_key']);
      const environment = await findEnvironment(deps, context, path.environment_id);
      const request = pageRequest(PAGING, query);
      const page = await deps.store.work.list(context.principal.workspace, environment.id, request);
      return wirePage(PAGING, request.order, { items: page.items.map((item) => toWork(item)), next: page.next });
    },

    async 'environments.work.retrieve'(context, { path }) {
      checkWorkAccess(context.principal, path.environment_id, ['api_key']);
      return toWork(await findWork(deps, context, path));
    },

    async 'environments.work.update'(context, { path, body }) {
      checkWorkAccess(context.principal, path.environment_id, ['api_key']);
      const work = await changeWork(deps, context, path, (item) =>
        withMetadata(item, mergeMetadata(item.metadata, body.metadata, { code: 'invalid_metadata' })),
      );
      return toWork(work);
    },
  };
}

async function findEnvironment(deps: ResourceDeps, context: RequestContext, id: string): Promise<Environment> {
  const environment = await deps.store.environments.get(context.principal.workspace, id);
  if (!environment) throw notFound(`Environment ${id} not found.`);
  return environment.value;
}

function notSelfHosted(environment: Environment): Error {
  return invalid(
    `Environment ${environment.id} is not a self-hosted environment: its workers are started for it and nobody can poll.`,
  );
}

async function noteWorker(
  deps: ResourceDeps,
  context: RequestContext,
  environmentId: string,
  workerId: string | undefined,
): Promise<void> {
  if (workerId === undefined) return;
  await deps.store.work.noteWorker(context.principal.workspace, environmentId, workerId, context.now);
}

/** Looks for an item until there is one or the time is up. */
async function poll(
  deps: ResourceDeps,
  context: RequestContext,
  environmentId: string,
  reclaimAfter: Micros,
  blockMs: number,
): Promise<Work | null> {
  const until = deps.clock.now() + blockMs * MICROS_PER_MS;
  for (;;) {
    const work = await reserveOldest(deps, context.principal.workspace, environmentId, reclaimAfter);
    const leftMs = Math.floor((until - deps.clock.now()) / MICROS_PER_MS);
    if (work || leftMs <= 0) return work;
    await deps.hints.wait(environmentId, Math.min(leftMs, LOOK_EVERY_MS));
  }
}

async function reserveOldest(
  deps: ResourceDeps,
  workspace: string,
  environmentId: string,
  reclaimAfter: Micros,
): Promise<Work | null> {
  const now = deps.clock.now();
  const items = await deps.store.work.queued(workspace, environmentId, CANDIDATES);
  for (const item of items) {
    if (item.state !== 'queued' || (item.reservedAt !== null && item.reservedAt > now - reclaimAfter)) continue;
    if (!(await deps.store.sessions.get(workspace, item.sessionId))) {
      await forget(deps, item);
      continue;
    }
    const token = await mintSessionToken(deps, item);
    const offer = reserved(item, token.hash, now);
    if (await deps.store.work.update(offer)) {
      await revokeSessionToken(deps, item.sessionTokenHash);
      return toWork(offer, token.secret);
    }
    await revokeSessionToken(deps, token.hash);
  }
  return null;
}

function oldest(items: readonly WorkRecord[]): string | null {
  const first = items.reduce<Micros | null>((least, { startedAt }) => {
    if (startedAt === null) return least;
    return least === null ? startedAt : Math.min(least, startedAt);
  }, null);
  return first === null ? null : toTimestamp(first);
}
