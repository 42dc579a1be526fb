/** Clearing away all that belongs to a session which is being deleted, as often as it takes. */
import { primaryThreadOf } from '../contract/ids';
import { MICROS_PER_SECOND, type Micros } from '../contract/time';
import type { EndedSession, ThreadRef } from '../store/records';
import type { ResourceDeps, WorkQueue } from './ports';

type ClearingDeps = Pick<ResourceDeps, 'store'> & { readonly workQueue: Pick<WorkQueue, 'end'> };

/** Its worker and files go, its log, and its record last: as long as that is there, its client can ask for the rest once more. */
export async function clearSession({ store, workQueue }: ClearingDeps, session: EndedSession): Promise<void> {
  const { workspace, id } = session;
  const thread: ThreadRef = { workspace, sessionId: id, threadId: primaryThreadOf(id) };
  await workQueue.end(session, { discard: true });
  await store.log.deleteThread(thread);
  await store.sessions.delete(workspace, id);
  // A harness may have taken the thread's lease after its rows had gone and before the record did, and knew of no delete.
  await store.log.deleteThread(thread);
}

/** Longer than any function runs: by then, nobody is left who knew the session when its record went. */
const LATECOMERS_ARE_OVER_AFTER: Micros = 20 * 60 * MICROS_PER_SECOND;

/** Puts the session's tombstone, or moves its time. */
export async function putTombstone(
  { store }: Pick<ResourceDeps, 'store'>,
  session: EndedSession,
  now: Micros,
): Promise<void> {
  await store.tombstones.put(session, now + LATECOMERS_ARE_OVER_AFTER);
}

/**
 * Clears once more what was deleted long ago, and then its tombstone. Whoever was at work then may have slept, written what nobody
 * would ever have found, and died. And whoever was deleting it may have died on the way: then it only goes now, there may be
 * latecomers once more, and its tombstone stays for as long again.
 */
export async function forgetSession(deps: ClearingDeps, session: EndedSession, now: Micros): Promise<void> {
  const isThere = (await deps.store.sessions.get(session.workspace, session.id)) !== undefined;
  if (isThere) await putTombstone(deps, session, now);
  await clearSession(deps, session);
  if (!isThere) await deps.store.tombstones.remove(session, now);
}
