/** What a worker does with an item that it holds: acknowledge, heartbeat, stop (reference 10). */
import { ApiError, conflict, notFound } from '../contract/errors';
import { toTimestamp, type Micros } from '../contract/time';
import type { WorkRecord } from '../store/work-ports';
import type { OperationsOf, RequestContext, ResourceDeps } from './ports';
import { checkWorkAccess } from './work-access';
import {
  acknowledged,
  beaten,
  LEASE_SECONDS_MAX,
  LEASE_SECONDS_MIN,
  NO_HEARTBEAT,
  stopped,
  stopping,
  toWork,
} from './work-item';
import type { SessionWorkQueue } from './work-queue';

type Heartbeat = Awaited<ReturnType<LeaseOperations['environments.work.heartbeat']>>;

/** The operations of an item's lease. */
export type LeaseOperations = OperationsOf<
  'environments.work.ack' | 'environments.work.heartbeat' | 'environments.work.stop'
>;

const MAX_TRIES = 20;

/** The item that a path names, or 404. */
export async function findWork(
  deps: Pick<ResourceDeps, 'store'>,
  context: RequestContext,
  path: { environment_id: string; work_id: string },
): Promise<WorkRecord> {
  const work = await deps.store.work.get(context.principal.workspace, path.environment_id, path.work_id);
  if (!work) throw notFound(`Work item ${path.work_id} not found.`);
  return work;
}

/** Reads an item, takes one step and writes it, again from the start when somebody else wrote first. */
export async function changeWork(
  deps: Pick<ResourceDeps, 'store'>,
  context: RequestContext,
  path: { environment_id: string; work_id: string },
  change: (work: WorkRecord) => WorkRecord,
): Promise<WorkRecord> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const work = await findWork(deps, context, path);
    const changed = change(work);
    if (changed === work || (await deps.store.work.update(changed))) return changed;
  }
  throw new ApiError(529, 'overloaded_error', `Work item ${path.work_id} is being changed by others. Try again.`);
}

/** The lease operations over the store; `queue` decides what follows when an item has stopped. */
export function createLeaseOperations(deps: ResourceDeps, queue: SessionWorkQueue): LeaseOperations {
  return {
    async 'environments.work.ack'(context, { path }) {
      checkWorkAccess(context.principal, path.environment_id, ['environment_key', 'session_token'], path.work_id);
      const work = await changeWork(deps, context, path, (item) => {
        if (item.state !== 'queued') throw notQueued(item);
        return acknowledged(item, context.now);
      });
      return toWork(work);
    },

    async 'environments.work.heartbeat'(context, { path, query }) {
      checkWorkAccess(context.principal, path.environment_id, ['environment_key', 'session_token'], path.work_id);
      let isFirst = false;
      const work = await changeWork(deps, context, path, (item) => {
        if (isEnding(item)) return item;
        checkPrecondition(item, query.expected_last_heartbeat ?? undefined);
        isFirst = item.latestHeartbeatAt === null;
        return beaten(item, leaseSeconds(item, query.desired_ttl_seconds ?? undefined), deps.clock.now());
      });
      if (isFirst) tellReady(deps, work);
      return heartbeatOf(work);
    },

    async 'environments.work.stop'(context, { path, body }) {
      checkWorkAccess(
        context.principal,
        path.environment_id,
        ['api_key', 'environment_key', 'session_token'],
        path.work_id,
      );
      const force = body?.force ?? false;
      const byOperator = context.principal.kind === 'api_key';
      if (byOperator && force && (await abandoned(deps, queue, context, path))) {
        return toWork(await findWork(deps, context, path));
      }
      const work = await changeWork(deps, context, path, (item) => stop(item, force, context.now));
      if (work.state === 'stopped' && !byOperator) await queue.settle(work.workspace, work.environmentId, work.id);
      return toWork(work);
    },
  };
}

/** An item of a `cloud` session in a worker's hands ends here and now; false where there is nothing of the kind. */
async function abandoned(
  deps: ResourceDeps,
  queue: SessionWorkQueue,
  context: RequestContext,
  path: { environment_id: string; work_id: string },
): Promise<boolean> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const work = await findWork(deps, context, path);
    if (work.kind !== 'cloud' || work.state === 'stopped') return false;
    if (await queue.abandon(work)) return true;
  }
  return false;
}

function stop(work: WorkRecord, force: boolean, now: Micros): WorkRecord {
  if (work.state === 'stopped' || (work.state === 'stopping' && !force)) throw cannotStop(work);
  return force || work.state === 'queued' ? stopped(work, now) : stopping(work, now);
}

const isEnding = (work: WorkRecord): boolean => work.state === 'stopping' || work.state === 'stopped';

function leaseSeconds(work: WorkRecord, desired: number | undefined): number {
  if (desired === undefined) return work.ttlSeconds;
  return Math.min(LEASE_SECONDS_MAX, Math.max(LEASE_SECONDS_MIN, Math.ceil(desired)));
}

const lastHeartbeat = (work: WorkRecord): string | null =>
  work.latestHeartbeatAt === null ? null : toTimestamp(work.latestHeartbeatAt);

/** A worker of ours is at work: since its start, that took. */
function tellReady({ observe, clock }: ResourceDeps, work: WorkRecord): void {
  if (work.kind !== 'cloud' || work.startedAt === null) return;
  observe?.({ type: 'sandbox_ready', work, startedAt: work.startedAt, endedAt: work.latestHeartbeatAt ?? clock.now() });
}

/** Without an expectation a heartbeat claims a free lease and extends one that is held. */
function checkPrecondition(work: WorkRecord, expected: string | undefined): void {
  const actual = lastHeartbeat(work);
  if (expected === undefined || expected === (actual ?? NO_HEARTBEAT)) return;
  throw new ApiError(
    412,
    'invalid_request_error',
    `Heartbeat precondition failed: expected ${expected}, actual was ${actual ?? NO_HEARTBEAT}`,
    {
      error_code: 'heartbeat_precondition_failed',
      current_state: { state: work.state, last_heartbeat: actual, lease_extended: false, ttl_seconds: work.ttlSeconds },
    },
  );
}

function heartbeatOf(work: WorkRecord): Heartbeat {
  return {
    type: 'work_heartbeat',
    last_heartbeat: lastHeartbeat(work) ?? '',
    lease_extended: work.state === 'active',
    state: work.state,
    ttl_seconds: work.ttlSeconds,
  };
}

/** The session's id stands where one would expect the item's: so the recorded message (reference 10). */
function notQueued(work: WorkRecord): ApiError {
  return conflict(`Work item ${work.sessionId} must be in QUEUED state to acknowledge. Current state: ${work.state}.`);
}

function cannotStop(work: WorkRecord): ApiError {
  return conflict(`Work item ${work.sessionId} cannot be stopped. Current state: ${work.state}.`);
}
