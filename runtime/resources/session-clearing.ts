/** Clearing away all that belongs to a session which is being deleted, as often as it takes. */
import { primaryThreadOf } from '../contract/ids';
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

/**
 * Clears once more what was deleted long ago, and then its tombstone. Whoever was at work then may have slept, written what nobody
 * would ever have found, and died; and whoever was deleting it may have died on the way.
 */
export async function forgetSession(deps: ClearingDeps, session: EndedSession): Promise<void> {
  await clearSession(deps, session);
  await deps.store.tombstones.remove(session);
}
