import { lostCalls, pendingEvents, waiting } from '../thread/inbox';
import type { Store } from '../store/ports';
import type { Commit, OpenCall, SessionRecord, ThreadRef } from '../store/records';

/** The session's primary thread. */
export function threadOf(session: SessionRecord): ThreadRef {
  return { workspace: session.workspace, sessionId: session.id, threadId: session.threadId };
}

/** What the session's log asks of a worker. */
export interface WorkNeeds {
  /**
   * The ids of the calls that only a worker can bring forward now: open, allowed to run, with no result on its way, and not
   * those of a worker that died, which are about to end. In call order.
   */
  readonly unserved: readonly string[];
  /** Whether the session is in the middle of something, in which a user's own worker may have a part. */
  readonly busy: boolean;
}

/** Reads what a worker would have to do. The inbox is read first, or a result that moves in between would be missed. */
export async function workNeeds(store: Pick<Store, 'log'>, session: SessionRecord): Promise<WorkNeeds> {
  const ref = threadOf(session);
  const inbox = await store.log.readInbox(ref);
  const last = await store.log.lastCommit(ref);
  if (!last || session.archivedAt !== null || last.summary.status === 'terminated')
    return { unserved: [], busy: false };
  const left = waiting(inbox, last);
  const pending = pendingEvents(left);
  const results = pending.flatMap((event) => (event.type === 'user.tool_result' ? [event.tool_use_id] : []));
  const answered = new Set([...results, ...lostCalls(left)]);
  // A worker sees a confirmation in the list before the harness has taken it up.
  const confirmed = new Set(
    pending.flatMap((event) =>
      event.type === 'user.tool_confirmation' && event.result === 'allow' ? [event.tool_use_id] : [],
    ),
  );
  return {
    unserved: runnableCalls(last, confirmed).filter((id) => !answered.has(id)),
    busy: last.summary.status !== 'idle' || last.summary.openCalls.length > 0,
  };
}

function runnableCalls(last: Commit, confirmed: ReadonlySet<string>): string[] {
  return last.summary.openCalls
    .filter((call) => call.route === 'sandbox' && mayRun(call, confirmed))
    .map((call) => call.id);
}

function mayRun({ id, permission, verdict }: OpenCall, confirmed: ReadonlySet<string>): boolean {
  return permission === 'allow' || verdict === 'allow' || (permission === 'ask' && !verdict && confirmed.has(id));
}
