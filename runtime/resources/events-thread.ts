import { notFound } from '../contract/errors';
import type { Principal, Store } from '../store/ports';
import type { Commit, InboxItem, SessionRecord, ThreadRef, ThreadSummary } from '../store/records';
import { waiting } from '../thread/inbox';
import { EMPTY_SUMMARY } from '../thread/summary';
import { reaches } from './session-access';

/** Where a thread stands: its last commit, and what waits. */
export interface ThreadNow {
  readonly last: Commit | undefined;
  readonly summary: ThreadSummary;
  /** The inbox as stored; positions in it are stable while an item stands. */
  readonly items: readonly InboxItem[];
  /** The entries that are not history yet. */
  readonly waiting: readonly InboxItem[];
}

/** A reader that is slower than the thread so many times in a row takes what it has. */
const MAX_READS = 5;

/**
 * Reads the inbox before the log: an entry that moves in between is then seen twice, which `waiting` undoes, never missed.
 *
 * `waiting` knows what the last commit used up. A slow reader may have missed that one was made before it; what that one used is
 * deleted by now, for nothing is committed before. So what seems to wait is looked for once more, and if it is not there any
 * more, all is read anew.
 */
export async function readThread({ log }: Pick<Store, 'log'>, ref: ThreadRef): Promise<ThreadNow> {
  for (let reads = 1; ; reads += 1) {
    const items = await log.readInbox(ref);
    const last = await log.lastCommit(ref);
    const left = waiting(items, last);
    const now: ThreadNow = { last, summary: last?.summary ?? EMPTY_SUMMARY, items, waiting: left };
    if (left.length === 0 || reads === MAX_READS) return now;
    const there = new Set((await log.readInbox(ref)).map(({ key }) => key));
    if (left.every(({ key }) => there.has(key))) return now;
  }
}

/** @throws ApiError 404 when there is no such session within the credential's reach. */
export async function findSession(
  { sessions }: Pick<Store, 'sessions'>,
  principal: Principal,
  sessionId: string,
): Promise<SessionRecord> {
  const session = await sessions.get(principal.workspace, sessionId);
  if (!session || !reaches(principal, session)) throw notFound(`session ${sessionId} not found`);
  return session;
}

/**
 * The same, where the path also names one of its threads. Until sessions have child threads, that is the primary one.
 *
 * @throws ApiError 404 when the session has no such thread.
 */
export async function findThread(
  store: Pick<Store, 'sessions'>,
  principal: Principal,
  path: { readonly session_id: string; readonly thread_id: string },
): Promise<SessionRecord> {
  const session = await findSession(store, principal, path.session_id);
  if (path.thread_id !== session.threadId) throw notFound(`thread ${path.thread_id} not found`);
  return session;
}

/** Names the primary thread of a session. */
export function primaryThread(session: SessionRecord): ThreadRef {
  return { workspace: session.workspace, sessionId: session.id, threadId: session.threadId };
}
