import { createHash } from 'node:crypto';
import type { Micros } from '../contract/time';
import { allOf, given, type Attributes } from './expressions';
import { headKey, sessionOfWork, threadOfPartition, threadPartition } from './keys';
import type { DueIndex, DueItem, HeldLease } from './due-ports';
import type { EndedSession } from './records';
import type { Item, Table } from './table';
import { DUE_INDEX } from './tables';

/** How many partitions each kind is spread over: one takes 1,000 writes a second. */
const SHARDS = 4;

/**
 * The attributes with which an item stands in the due index at a time; cleared when the time is undefined. `target` is what
 * the sweeper will act on (a thread's partition, the id of a work item, a vault or a session): all items of one target share a shard.
 */
export function dueAttributes(kind: DueItem['kind'], target: string, at: Micros | undefined): Attributes {
  if (at === undefined) return { due_shard: undefined, due_at: undefined };
  const [hash = 0] = createHash('sha256').update(target).digest();
  return { due_shard: shardName(kind, hash % SHARDS), due_at: at };
}

const shardName = (kind: DueItem['kind'], shard: number): string => `${kind}#${shard}`;

/** The kinds that stand with a thread; the others stand in the control table. */
const OF_THREADS: ReadonlySet<DueItem['kind']> = new Set<DueItem['kind']>(['inbox', 'lease']);

/** What a due item is read for. The bodies stay where they are. */
const READ = [
  'due_shard',
  'due_at',
  'lease_until',
  'work_workspace',
  'work_environment',
  'work_id',
  'vault_workspace',
  'vault_id',
  'ended_workspace',
  'ended_session',
  'ended_environment',
  'ended_environment_type',
];

const DUE_TIME_IS_AS_FOUND = '#due_at = :found';
const LEASE_ENDS_AS_FOUND = '#lease_until = :until';
const LEASE_IS_AS_FOUND = allOf(DUE_TIME_IS_AS_FOUND, LEASE_ENDS_AS_FOUND);

/** Whether it is a lease that holds although its due time has passed. */
export const isHeld = (item: DueItem): item is HeldLease => item.kind === 'lease' && item.heldUntil !== undefined;

/**
 * The due index over both tables. An entry of the index is believed only after its item was read: an index lags, and the
 * local database can keep an entry whose item was never written.
 */
export function createDueIndex(tables: { readonly sessions: Table; readonly control: Table }): DueIndex {
  /** The due items of a shard, oldest first, one a target. Held leases do not count: they must not hide one that lapsed. */
  async function dueOf(kind: DueItem['kind'], shard: string, now: Micros, limit: number): Promise<DueItem[]> {
    const table = OF_THREADS.has(kind) ? tables.sessions : tables.control;
    const found = new Map<string, DueItem>();
    let late = 0;
    for await (const item of table.indexed({ index: DUE_INDEX, partition: shard, to: now, pageSize: limit }, READ)) {
      if (item.due_shard !== shard || Number(item.due_at) > now) continue;
      const target = targetOf(kind, item);
      if (found.has(target)) continue;
      const dueItem = toDueItem(kind, item, now);
      found.set(target, dueItem);
      if (!isHeld(dueItem)) late += 1;
      if (late >= limit) break;
    }
    return [...found.values()];
  }

  return {
    async due(kind, now, limit) {
      const shards = Array.from({ length: SHARDS }, (_, shard) => shardName(kind, shard));
      const found = await Promise.all(shards.map((shard) => dueOf(kind, shard, now, limit)));
      const oldestFirst = found.flat().toSorted((a, b) => a.dueAt - b.dueAt);
      const late = oldestFirst.filter((item) => !isHeld(item));
      return [...late.slice(0, limit), ...oldestFirst.filter(isHeld)];
    },

    async rearm({ ref, dueAt, heldUntil }) {
      const due = dueAttributes('lease', threadPartition(ref), heldUntil);
      const asFound = given(LEASE_IS_AS_FOUND, { found: dueAt, until: heldUntil });
      await tables.sessions.update(headKey(ref), { set: due }, asFound);
    },
  };
}

function targetOf(kind: DueItem['kind'], item: Item): string {
  switch (kind) {
    case 'work':
      return String(item.work_id);
    case 'vault':
      return String(item.vault_id);
    case 'tombstone':
      return String(item.ended_session);
    default:
      return item.pk;
  }
}

function toDueItem(kind: DueItem['kind'], item: Item, now: Micros): DueItem {
  const dueAt = Number(item.due_at);
  switch (kind) {
    case 'inbox':
      return { kind, ref: threadOfPartition(item.pk), dueAt };
    case 'lease':
      return { kind, ref: threadOfPartition(item.pk), dueAt, ...holding(item.lease_until, now) };
    case 'vault':
      return { kind, workspace: String(item.vault_workspace), vaultId: String(item.vault_id), dueAt };
    case 'tombstone':
      return { kind, session: toEndedSession(item), dueAt };
    case 'work':
      return {
        kind,
        workspace: String(item.work_workspace),
        environmentId: String(item.work_environment),
        sessionId: sessionOfWork(item),
        workId: String(item.work_id),
        dueAt,
      };
  }
}

const toEndedSession = (item: Item): EndedSession => ({
  workspace: String(item.ended_workspace),
  id: String(item.ended_session),
  environmentId: String(item.ended_environment),
  environmentConfig: { type: item.ended_environment_type === 'cloud' ? 'cloud' : 'self_hosted' },
});

/** A retry has a due time and no lease. */
const holding = (until: Item[string], now: Micros): Pick<HeldLease, 'heldUntil'> | undefined =>
  typeof until === 'number' && until > now ? { heldUntil: until } : undefined;
