import { ITEM_EXISTS, ITEM_IS_NEW } from './conditions';
import { allOf, given } from './expressions';
import { warmKey, WARM_PARTITION, warmQueue } from './keys';
import type { Item, Table } from './table';
import { QUEUE_INDEX } from './tables';
import type { WarmAssignment, WarmSandbox, WarmStore } from './warm-ports';

/** It runs, asks for work, and has done so a moment ago: what died meanwhile would never fetch its assignment. */
const SANDBOX_IS_READY = '#state = :ready';
const SANDBOX_WAS_SEEN = '#seen_at >= :since';
/** It was not heard of before. */
const SANDBOX_STARTS = '#state = :starting';
/** A sandbox that has an assignment belongs to its session until its task ends. */
const SANDBOX_IS_UNCLAIMED = '#state <> :claimed';

/** The rows of the warm pool, over the control table. Those that are ready stand in the index of queues, by their pool. */
export function createWarmStore(table: Table): WarmStore {
  return {
    async add({ ticketHash, pool, startedAt }) {
      const row = { ...warmKey(ticketHash), pool, state: 'starting', started_at: startedAt };
      if (!(await table.put(row, given(ITEM_IS_NEW)))) throw new Error('a ticket was made twice');
    },

    async noteTask(ticketHash, task) {
      await table.update(warmKey(ticketHash), { set: { task } }, given(ITEM_EXISTS));
    },

    async get(ticketHash) {
      const item = await table.get(warmKey(ticketHash));
      return item && toSandbox(item);
    },

    async noteSeen(ticketHash, at) {
      const key = warmKey(ticketHash);
      const seen = await table.update(key, { set: { seen_at: at } }, given(ITEM_EXISTS));
      if (seen?.state !== 'starting') return seen && toSandbox(seen);
      const set = { state: 'ready', queue_of: warmQueue(String(seen.pool)), queued_at: at };
      const ready = await table.update(key, { set }, given(SANDBOX_STARTS, { starting: 'starting' }));
      return toSandbox(ready ?? seen);
    },

    async ready(pool, limit) {
      const found: WarmSandbox[] = [];
      const query = { index: QUEUE_INDEX, partition: warmQueue(pool), pageSize: limit };
      for await (const item of table.indexed(query)) {
        const sandbox = toSandbox(item);
        if (sandbox.state === 'ready') found.push(sandbox);
        if (found.length === limit) break;
      }
      return found;
    },

    async claim(ticketHash, assignment, at, seenSince) {
      const claimed = {
        set: { state: 'claimed', claimed_at: at, assignment: JSON.stringify(assignment) },
        remove: ['queue_of', 'queued_at'],
      };
      const condition = given(allOf(SANDBOX_IS_READY, SANDBOX_WAS_SEEN), { ready: 'ready', since: seenSince });
      const item = await table.update(warmKey(ticketHash), claimed, condition);
      return item && toSandbox(item);
    },

    async retire(ticketHash) {
      const retired = { set: { state: 'retired' }, remove: ['queue_of', 'queued_at'] };
      const condition = given(allOf(ITEM_EXISTS, SANDBOX_IS_UNCLAIMED), { claimed: 'claimed' });
      return (await table.update(warmKey(ticketHash), retired, condition)) !== undefined;
    },

    delete: (ticketHash) => table.delete(warmKey(ticketHash)),

    async list() {
      const found: WarmSandbox[] = [];
      for await (const item of table.query({ partition: WARM_PARTITION })) found.push(toSandbox(item));
      return found;
    },
  };
}

const numberOf = (value: Item[string]): number | null => (value === undefined ? null : Number(value));

function toSandbox(item: Item): WarmSandbox {
  return {
    ticketHash: item.sk,
    pool: String(item.pool),
    state: item.state as WarmSandbox['state'],
    startedAt: Number(item.started_at),
    seenAt: numberOf(item.seen_at),
    claimedAt: numberOf(item.claimed_at),
    task: item.task === undefined ? null : String(item.task),
    assignment: item.assignment === undefined ? null : (JSON.parse(String(item.assignment)) as WarmAssignment),
  };
}
