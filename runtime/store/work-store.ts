import { MICROS_PER_SECOND, type Clock, type Micros } from '../contract/time';
import { ITEM_IS_NEW, REVISION_IS_STILL_PREVIOUS } from './conditions';
import { dueAttributes } from './due-index';
import { given } from './expressions';
import { workerKey, workerPartition, workerRange, workKey, workNameKey, workNameRange, workPartition } from './keys';
import { narrowed, pageOf } from './paging';
import type { WorkRecord, WorkRef, WorkStore } from './work-ports';
import type { Item, Table } from './table';
import { EXPIRES_AT, QUEUE_INDEX } from './tables';

/** How long the database keeps a worker that polls no more. Nobody counts workers over a longer time. */
const WORKER_LIFE: Micros = 24 * 3_600 * MICROS_PER_SECOND;
const PAGE = 50;

/**
 * Work items, over the control table. An item is keyed by its session, so that a session's item is one consistent read and
 * a second one a failed condition. A pointer row leads from the item's own id to the session. It is written before the item
 * and deleted after it, and believed only where the item bears that id: whatever a crash leaves of the two, a pointer
 * without its item is the same as none.
 */
export function createWorkStore(table: Table, clock: Clock): WorkStore {
  async function bySession(
    workspace: string,
    environmentId: string,
    sessionId: string,
  ): Promise<WorkRecord | undefined> {
    const item = await table.get(workKey(workspace, environmentId, sessionId));
    return item && toWork(item);
  }

  async function reread({ workspace, environmentId, sessionId, id }: WorkRef): Promise<WorkRecord | undefined> {
    const work = await bySession(workspace, environmentId, sessionId);
    return work?.id === id ? work : undefined;
  }

  /** The items that pointer rows lead to, in the rows' order. */
  async function follow(workspace: string, environmentId: string, pointers: readonly Item[]): Promise<WorkRecord[]> {
    const items = await table.getAll(
      pointers.map((pointer) => workKey(workspace, environmentId, String(pointer.session_id))),
    );
    const work = items.map((item) => item && toWork(item));
    return work.filter((found, i): found is WorkRecord => found?.id === pointers[i]?.work_id && found !== undefined);
  }

  return {
    getBySession: bySession,

    async get(workspace, environmentId, workId) {
      const pointer = await table.get(workNameKey(workspace, environmentId, workId));
      return pointer && reread({ workspace, environmentId, sessionId: String(pointer.session_id), id: workId });
    },

    reread,

    async create(work) {
      const name = workNameKey(work.workspace, work.environmentId, work.id);
      await table.set({ ...name, session_id: work.sessionId, work_id: work.id });
      if (await table.put(itemOf(work), given(ITEM_IS_NEW))) return true;
      // Refused, and yet perhaps there: the put was sent again after its answer was lost, and others had changed the item by then.
      if (await reread(work)) return true;
      await table.delete(name);
      return false;
    },

    async update(work) {
      return table.put(itemOf(work), given(REVISION_IS_STILL_PREVIOUS, { previous: work.revision - 1 }));
    },

    async delete(work) {
      await table.delete(workKey(work.workspace, work.environmentId, work.sessionId));
      await table.delete(workNameKey(work.workspace, work.environmentId, work.id));
    },

    async queued(workspace, environmentId, limit) {
      const found: WorkRecord[] = [];
      const query = { index: QUEUE_INDEX, partition: workPartition(workspace, environmentId), pageSize: PAGE };
      for await (const item of table.indexed(query)) {
        const work = toWork(item);
        if (work.state === 'queued') found.push(work);
        if (found.length === limit) return found;
      }
      return found;
    },

    list: (workspace, environmentId, page) =>
      pageOf(
        page,
        (work) => work.id,
        async function* works({ beyond, ascending }) {
          const position = beyond === undefined ? undefined : workNameKey(workspace, environmentId, beyond).sk;
          const pages = table.pages({
            partition: workPartition(workspace, environmentId),
            ...narrowed(workNameRange, position, ascending),
            descending: !ascending,
            pageSize: PAGE,
          });
          for await (const rows of pages) {
            const pointers = rows.filter((row) => row.sk !== position);
            yield* await follow(workspace, environmentId, pointers);
          }
        },
      ),

    async noteWorker(workspace, environmentId, workerId, at) {
      await table.set({
        ...workerKey(workspace, environmentId, workerId),
        seen_at: at,
        [EXPIRES_AT]: Math.ceil((at + WORKER_LIFE) / MICROS_PER_SECOND),
      });
    },

    async countWorkers(workspace, environmentId, since) {
      const now = clock.now() / MICROS_PER_SECOND;
      let count = 0;
      const query = { partition: workerPartition(workspace, environmentId), ...workerRange };
      for await (const worker of table.query(query)) {
        if (Number(worker.seen_at) >= since && Number(worker[EXPIRES_AT]) > now) count += 1;
      }
      return count;
    },
  };
}

/** A record is small (its metadata is bounded), so it needs no body that could be deflated or put elsewhere. */
const toWork = (item: Item): WorkRecord => JSON.parse(String(item.record)) as WorkRecord;

function itemOf(work: WorkRecord): Item {
  return {
    ...workKey(work.workspace, work.environmentId, work.sessionId),
    revision: work.revision,
    work_workspace: work.workspace,
    work_environment: work.environmentId,
    work_id: work.id,
    ...queueAttributes(work),
    ...dueAttributes('work', work.id, work.leaseUntil ?? undefined),
    record: JSON.stringify(work),
  };
}

function queueAttributes(work: WorkRecord): { queue_of?: string; queued_at?: number } {
  if (work.state !== 'queued') return {};
  return { queue_of: workPartition(work.workspace, work.environmentId), queued_at: work.startedAt ?? work.createdAt };
}
