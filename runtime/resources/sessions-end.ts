/** The two ways in which a session ends by its client's will: archived, it can still be read; deleted, it is gone. */
import { invalid } from '../contract/errors';
import type { Micros } from '../contract/time';
import type { Principal } from '../store/ports';
import type { SessionRecord } from '../store/records';
import { AMEND_ATTEMPTS, concurrentModification } from './amend';
import { deliver } from './deliver';
import { findSession, primaryThread, readThread, type ThreadNow } from './events-thread';
import type { Operation, ResourceDeps, WorkQueue } from './ports';
import { clearSession, putTombstone } from './session-clearing';
import { sessionStatus, toSession } from './session-view';

type EndDeps = ResourceDeps & { readonly workQueue: Pick<WorkQueue, 'end'> };

/** Recorded (reference 5.5). */
const cannotArchive = (id: string, status: string) =>
  invalid(
    `Session ${id} cannot be archived while its status is "${status}". Only pending or idle sessions may be archived.`,
  );
const CANNOT_DELETE =
  'Cannot delete session while it is running. Send an interrupt event or wait for the session to complete.';

/**
 * Archives a session (reference 5.5). The record's write is what counts: from then on events are refused and the harness
 * rests, whatever it finds in the inbox. A crash before the worker is stopped is mended by archiving again; even without, the
 * worker reads `terminated` and leaves.
 */
export function archiveSession(deps: EndDeps): Operation<'sessions.archive'> {
  return async ({ principal, now }, { path }) => {
    const { session, thread } = await close(deps, principal, path.session_id, now, cannotArchive);
    await tellIfAtWork(deps, session, now);
    await deps.workQueue.end(session, { discard: false });
    return toSession(session, thread, now);
  };
}

/**
 * Deletes a session (reference 5.5): it is archived first, so that nothing is added any more; then all of it goes. Its tombstone is
 * there before: by that it is cleared once more, whatever came too late, and whoever died on the way. As long as the session's
 * record is there, deleting it again does what is left at once.
 */
export function deleteSession(deps: EndDeps): Operation<'sessions.delete'> {
  return async ({ principal, now }, { path }) => {
    const { session } = await close(deps, principal, path.session_id, now, () => invalid(CANNOT_DELETE));
    await putTombstone(deps, session, now);
    await clearSession(deps, session);
    deps.hints.changed(session.threadId);
    return { id: session.id, type: 'session_deleted' };
  };
}

/** Marks the session as archived unless it is. @throws ApiError `refusal` while it is at work. */
async function close(
  { store, hints }: EndDeps,
  principal: Principal,
  sessionId: string,
  now: Micros,
  refusal: (id: string, status: string) => Error,
): Promise<{ session: SessionRecord; thread: ThreadNow }> {
  for (let attempt = 0; attempt < AMEND_ATTEMPTS; attempt += 1) {
    const session = await findSession(store, principal, sessionId);
    const thread = await readThread(store, primaryThread(session));
    if (session.archivedAt !== null) {
      await projectEnd(store, session);
      return { session, thread };
    }
    const status = sessionStatus(session, thread);
    if (status === 'running' || status === 'rescheduling') throw refusal(session.id, status);
    const next: SessionRecord = { ...session, archivedAt: now, updatedAt: now, revision: session.revision + 1 };
    if (!(await store.sessions.update(next))) continue;
    await projectEnd(store, session);
    hints.changed(session.threadId);
    return { session: next, thread };
  }
  throw concurrentModification();
}

/**
 * A message that was accepted at the very moment of the archive may have begun a turn, by a harness that knows the session as it
 * was. It is told in the way in which it looks for news; whoever comes later reads the record.
 */
async function tellIfAtWork(deps: EndDeps, session: SessionRecord, now: Micros): Promise<void> {
  const ref = primaryThread(session);
  const { summary, waiting } = await readThread(deps.store, ref);
  if (summary.status === 'terminated' || (summary.status === 'idle' && waiting.length === 0)) return;
  await deliver(deps, ref, [{ id: deps.ids.make('event'), signal: { type: 'session_archived' } }], now);
}

/** Later than every commit: a harness that is late with its last ones does not overwrite it. */
const AFTER_ALL_COMMITS = Number.MAX_SAFE_INTEGER;

/** For the lists' filters: the last word. Archiving again says it again. */
async function projectEnd({ sessions }: EndDeps['store'], { workspace, id }: SessionRecord): Promise<void> {
  await sessions.project(workspace, id, 'terminated', AFTER_ALL_COMMITS);
}
