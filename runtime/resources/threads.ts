import { invalid } from '../contract/errors';
import { toTimestamp, type Micros } from '../contract/time';
import type { Thread } from '../contract/wire';
import type { SessionRecord, ThreadSummary } from '../store/records';
import { publicStatus } from '../thread/inbox';
import { listCostNanoUsd, toMoney, toStats, toUsage } from '../thread/summary';
import { pageRequest, wirePage, type Paging } from './cursors';
import { findSession, findThread, primaryThread, readThread, type ThreadNow } from './events-thread';
import type { OperationsOf, ResourceDeps } from './ports';
import { updatedAt } from './session-view';

const THREADS: Paging = { list: 'sessions.threads', defaultLimit: 1_000, maxLimit: 1_000 };

/** Threads of a session. Until sessions run several agents, that is the primary one (reference 12.1). */
export function createThreads({
  store,
}: ResourceDeps): OperationsOf<'sessions.threads.list' | 'sessions.threads.retrieve' | 'sessions.threads.archive'> {
  return {
    'sessions.threads.list': async ({ principal, now }, { path, query }) => {
      const session = await findSession(store, principal, path.session_id);
      const { order, after } = pageRequest(THREADS, query, 'asc');
      const primary = toThread(session, await readThread(store, primaryThread(session)), now);
      const wanted = !query.statuses?.length || query.statuses.includes(primary.status);
      return wirePage(THREADS, order, { items: wanted && after === undefined ? [primary] : [], next: null });
    },

    'sessions.threads.retrieve': async ({ principal, now }, { path }) => {
      const session = await findThread(store, principal, path);
      return toThread(session, await readThread(store, primaryThread(session)), now);
    },

    'sessions.threads.archive': async ({ principal }, { path }) => {
      await findThread(store, principal, path);
      throw invalid('The primary thread cannot be archived; archive the session instead.');
    },
  };
}

/** The primary thread in the form of the wire. It stays as it is when its session is archived (reference 5.5). */
function toThread(session: SessionRecord, thread: ThreadNow, now: Micros): Thread {
  const { multiagent: _roster, ...agent } = session.agent;
  const { summary } = thread;
  return {
    id: session.threadId,
    type: 'session_thread',
    session_id: session.id,
    parent_thread_id: null,
    status: publicStatus(summary, thread.waiting),
    agent,
    workflow_run_id: null,
    ...(hasBeenIdle(summary)
      ? { stats: { ...toStats(summary, session.createdAt, now), startup_seconds: 0 }, usage: threadUsage(summary, now) }
      : { stats: null, usage: null }),
    created_at: toTimestamp(session.createdAt),
    updated_at: toTimestamp(updatedAt(session, thread)),
    archived_at: null,
  };
}

/** Whether the thread's first turn has come to an end: until then it shows neither timing nor usage (reference 5.2). */
function hasBeenIdle({ cycleStart, runningSince, activeMicros }: ThreadSummary): boolean {
  return cycleStart > 0 && (activeMicros > 0 || runningSince === null);
}

/** A thread's usage is its session's without the price of the running time, which is the session's alone. */
function threadUsage(summary: ThreadSummary, now: Micros): NonNullable<Thread['usage']> {
  const timeless: ThreadSummary = { ...summary, activeMicros: 0, runningSince: null };
  return { ...toUsage(summary, now), list_cost: toMoney(listCostNanoUsd(timeless, now)) };
}
