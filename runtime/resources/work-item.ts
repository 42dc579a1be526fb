/** A work item's states and the steps between them, as pure functions, and its form on the wire (reference 10). */
import { createHash } from 'node:crypto';
import { MICROS_PER_MS, MICROS_PER_SECOND, toTimestamp, type Micros } from '../contract/time';
import type { Work } from '../contract/wire';
import type { SavedWorkspace, WorkRecord } from '../store/work-ports';
import type { SessionRecord } from '../store/records';
import type { StartedSandbox } from './ports';

/**
 * How long a lease holds without a heartbeat. The end of a sandbox that this stack started is told by whoever runs it; only one
 * that hangs is known by its silence.
 */
export const LEASE_SECONDS: Readonly<Record<WorkRecord['kind'], number>> = { self_hosted: 60, cloud: 60 };

/** What a worker may ask for instead (`desired_ttl_seconds`). */
export const LEASE_SECONDS_MIN = 5;
export const LEASE_SECONDS_MAX = 600;

/** How long a worker may take from the start (or the acknowledgement) to its first heartbeat. */
const FIRST_HEARTBEAT_WITHIN: Micros = 60 * MICROS_PER_SECOND;

/** How long a worker may take from the making of its item to its start, before the sweeper looks whether anybody still wants it. */
const BEGIN_WITHIN: Micros = 10 * MICROS_PER_SECOND;

/** How long telling a thread of its worker's death may take before the sweeper begins it anew. */
const TELL_WITHIN: Micros = 10 * MICROS_PER_SECOND;

/** The pause before a failed start is tried again, doubled with each failure in a row up to the longest. */
const START_RETRY: Micros = 500 * MICROS_PER_MS;
const LONGEST_START_RETRY: Micros = 30 * MICROS_PER_SECOND;

/** What a first heartbeat sends in place of the previous one, and what a refusal calls an item without one. */
export const NO_HEARTBEAT = 'NO_HEARTBEAT';

/** The session's first item, waiting for a worker. Who is to start one at once may die first: so that of a `cloud` item is due. */
export function newWork(id: string, session: SessionRecord, now: Micros): WorkRecord {
  const kind = session.environmentConfig.type;
  return {
    id,
    workspace: session.workspace,
    environmentId: session.environmentId,
    sessionId: session.id,
    kind,
    state: 'queued',
    metadata: {},
    createdAt: now,
    startedAt: now,
    acknowledgedAt: null,
    latestHeartbeatAt: null,
    stopRequestedAt: null,
    stoppedAt: null,
    reservedAt: null,
    leaseUntil: kind === 'cloud' ? now + BEGIN_WITHIN : null,
    ttlSeconds: LEASE_SECONDS[kind],
    sessionTokenHash: null,
    wantedAgain: false,
    startFailures: 0,
    revision: 1,
  };
}

/** What an item remembers of its last run and forgets at the next. */
const FRESH = {
  acknowledgedAt: null,
  latestHeartbeatAt: null,
  stopRequestedAt: null,
  stoppedAt: null,
  reservedAt: null,
  leaseUntil: null,
  task: null,
  startedWarm: false,
  wantedAgain: false,
} satisfies Partial<WorkRecord>;

/**
 * The same item under the same id, waiting for a worker again. Whoever held it before fails its next heartbeat. With
 * `holdBack` it is not offered at once: a worker that fails at every item it takes would otherwise spin on this one.
 */
export function requeued(work: WorkRecord, now: Micros, { holdBack = false } = {}): WorkRecord {
  const reservedAt = holdBack ? now : null;
  return step(work, { ...FRESH, state: 'queued', startedAt: now, reservedAt, ttlSeconds: LEASE_SECONDS[work.kind] });
}

/** Handed out by a poll: nobody else is offered it for a while, and only the new token works from here on. */
export function reserved(work: WorkRecord, tokenHash: string, now: Micros): WorkRecord {
  return step(work, { reservedAt: now, sessionTokenHash: tokenHash });
}

/** Taken out of the queue by a worker that has not shown life yet. */
export function acknowledged(work: WorkRecord, now: Micros): WorkRecord {
  return step(work, {
    state: 'starting',
    acknowledgedAt: now,
    reservedAt: null,
    leaseUntil: now + FIRST_HEARTBEAT_WITHIN,
  });
}

/**
 * A `cloud` item whose worker this stack is about to start, and believes to be starting for as long as `startWithin`.
 * `failures` is how many starts in a row came to nothing.
 */
export function claimed(
  work: WorkRecord,
  tokenHash: string,
  failures: number,
  now: Micros,
  startWithin: Micros = FIRST_HEARTBEAT_WITHIN,
): WorkRecord {
  return step(work, {
    ...FRESH,
    state: 'starting',
    startedAt: now,
    acknowledgedAt: now,
    leaseUntil: now + startWithin,
    ttlSeconds: LEASE_SECONDS[work.kind],
    sessionTokenHash: tokenHash,
    claimHash: null,
    startFailures: failures,
  });
}

/** It is known what the worker on its way is stopped by, and when it must have shown life. */
export function underWay(work: WorkRecord, { start, task, within }: StartedSandbox, now: Micros): WorkRecord {
  const isAwaited = work.state === 'starting' && within !== undefined;
  const leaseUntil = isAwaited ? now + within : work.leaseUntil;
  return step(work, { task: task ?? null, startedWarm: start === 'warm', leaseUntil });
}

/** Whether the item goes by the worker that was started with a credential of this hash, or by what it was exchanged for. */
export function goesBy({ sessionTokenHash, claimHash }: WorkRecord, hash: string | null): boolean {
  return sessionTokenHash !== null && [sessionTokenHash, claimHash].includes(hash);
}

/** The worker has shown the claim that it was started with and works with the token from here on. */
export function exchanged(work: WorkRecord, tokenHash: string): WorkRecord {
  return step(work, { sessionTokenHash: tokenHash, claimHash: work.sessionTokenHash });
}

/** The archives of the session's files, as they are after a step of saving. */
export function withSavedWorkspace(work: WorkRecord, savedWorkspace: SavedWorkspace): WorkRecord {
  return step(work, { savedWorkspace });
}

/** The start failed: it is due again after a pause, with a new token. */
export function startFailed(work: WorkRecord, now: Micros): WorkRecord {
  return step(work, {
    startFailures: work.startFailures + 1,
    leaseUntil: now + startPause(work),
    sessionTokenHash: null,
  });
}

/** Half of the pause is the item's own: items that failed together do not come again together. */
function startPause({ id, startFailures }: WorkRecord): Micros {
  const longest = Math.min(LONGEST_START_RETRY, START_RETRY * 2 ** startFailures);
  const [chance = 0] = createHash('sha256').update(`${id}:${startFailures}`).digest();
  return Math.round((longest * (1 + chance / 255)) / 2);
}

/** Whether the last try to start a worker came to nothing, and the next one is still to be made. */
export function awaitsStart(work: WorkRecord): boolean {
  return work.kind === 'cloud' && work.state === 'starting' && work.sessionTokenHash === null;
}

/** Alive, and for `ttlSeconds` believed to be. */
export function beaten(work: WorkRecord, ttlSeconds: number, now: Micros): WorkRecord {
  return step(work, {
    state: 'active',
    reservedAt: null,
    acknowledgedAt: work.acknowledgedAt ?? now,
    latestHeartbeatAt: now,
    leaseUntil: now + ttlSeconds * MICROS_PER_SECOND,
    ttlSeconds,
  });
}

/** Asked to stop: the worker hears it with its next heartbeat. */
export function stopping(work: WorkRecord, now: Micros): WorkRecord {
  return step(work, { state: 'stopping', stopRequestedAt: work.stopRequestedAt ?? now });
}

/** Its worker is dead. It stays `stopping`, and due, until the thread has been told. */
export function dying(work: WorkRecord, now: Micros): WorkRecord {
  return { ...stopping(work, now), leaseUntil: now + TELL_WITHIN, sessionTokenHash: null };
}

/**
 * Stopped, and due once more: its holder hears of it with the next heartbeat, for which the token still has to work, and
 * whoever stopped it may die before settling what follows.
 */
export function stopped(work: WorkRecord, now: Micros): WorkRecord {
  return step(work, { ...ended(work, now), leaseUntil: now + work.ttlSeconds * MICROS_PER_SECOND });
}

/** Stopped for good: nothing is left to settle, and no token works. */
export function settled(work: WorkRecord, now: Micros): WorkRecord {
  return step(work, { ...ended(work, now), leaseUntil: null, task: null, sessionTokenHash: null, wantedAgain: false });
}

function ended(work: WorkRecord, now: Micros): Partial<WorkRecord> {
  return {
    state: 'stopped',
    stopRequestedAt: work.stopRequestedAt ?? now,
    stoppedAt: work.stoppedAt ?? now,
    reservedAt: null,
  };
}

/** Input came while the item was on its way to stop. */
export function wantedAgain(work: WorkRecord): WorkRecord {
  return step(work, { wantedAgain: true });
}

/** The item with other metadata. */
export function withMetadata(work: WorkRecord, metadata: Record<string, string>): WorkRecord {
  return step(work, { metadata });
}

/** Whether nobody has said for too long that he is at work on the item. */
export function lapsed(work: WorkRecord, now: Micros): boolean {
  return work.leaseUntil !== null && work.leaseUntil <= now;
}

function step(work: WorkRecord, change: Partial<WorkRecord>): WorkRecord {
  return { ...work, ...change, revision: work.revision + 1 };
}

const timestamp = (at: Micros | null): string | null => (at === null ? null : toTimestamp(at));

/** The item as the API shows it. Only a poll's answer carries the secret. */
export function toWork(work: WorkRecord, secret: string | null = null): Work {
  return {
    id: work.id,
    type: 'work',
    environment_id: work.environmentId,
    data: { type: 'session', id: work.sessionId },
    state: work.state,
    secret,
    metadata: { ...work.metadata },
    created_at: toTimestamp(work.createdAt),
    started_at: timestamp(work.startedAt),
    acknowledged_at: timestamp(work.acknowledgedAt),
    latest_heartbeat_at: timestamp(work.latestHeartbeatAt),
    stop_requested_at: timestamp(work.stopRequestedAt),
    stopped_at: timestamp(work.stoppedAt),
  };
}
