/** Where in the log a stream begins. */
import { invalid } from '../contract/errors';
import { madeAt } from '../contract/ids';
import { MICROS_PER_MS, MICROS_PER_SECOND, type Micros } from '../contract/time';
import type { ThreadNow } from '../resources/events-thread';
import { isWorker } from '../resources/events-view';
import type { RequestContext } from '../resources/ports';
import type { ThreadLog } from '../store/ports';
import type { Commit, SessionRecord, ThreadRef } from '../store/records';
import { pendingEvents, willRun } from '../thread/inbox';
import type { StreamSettings } from './stream-settings';

export interface StreamStart {
  /** Commits up to this one are not sent. */
  readonly after: number;
  /** Of the commit after that, records up to this count are not sent either. */
  readonly skip: number;
  /** The last cycle, if it ended just now: where it begins. Sent when nothing new comes for a while. */
  readonly recentCycle?: number;
}

/** How far the clocks of two processes may differ. */
const CLOCK_SKEW: Micros = 300 * MICROS_PER_SECOND;

/**
 * Where a stream begins when it is not resumed. The hosted service only sends what happens from now on, and models are slow
 * enough there that "send, then open the stream" works all the same. Here it works by intent:
 *
 * - The thread is at work: the stream begins with the cycle under way.
 * - Input waits that will start a cycle: it begins with what comes next, which is that cycle.
 * - The last cycle ended moments ago, and no stream has told of its end: most likely the client sent and was too late for it.
 *   It may also have read the cycle from the list and be about to send; then it sends at once. So if nothing is sent for a
 *   moment, the stream repeats the cycle. Clients tell repeated events by their ids.
 * - The thread has terminated, or its session was archived: the stream begins with the last cycle, since nothing else will ever come.
 *
 * Workers read the whole history after they have opened the stream, so theirs always begins with what comes next.
 */
export function startOf(
  { last, summary, waiting }: ThreadNow,
  session: SessionRecord,
  { principal, now }: Pick<RequestContext, 'principal' | 'now'>,
  settings: StreamSettings,
  heardTo: number,
): StreamStart {
  const live: StreamStart = { after: last?.n ?? 0, skip: 0 };
  if (!last || summary.cycleStart === 0 || isWorker(principal)) return live;
  const cycle: StreamStart = { after: summary.cycleStart - 1, skip: 0 };
  if (summary.status !== 'idle' || session.archivedAt !== null) return cycle;
  const isRecent = now - summary.lastAt < settings.replayWithinMs * MICROS_PER_MS;
  const isUnheard = heardTo < last.n;
  return isRecent && isUnheard && !willRun(summary, waiting) ? { ...live, recentCycle: cycle.after } : live;
}

/**
 * Where a stream begins that goes on after an event: one of the history, or one that still waits, with everything that
 * happens because of it.
 *
 * @throws ApiError 400 when the thread has no such event.
 */
export async function resumeAfter(
  log: ThreadLog,
  ref: ThreadRef,
  thread: ThreadNow,
  eventId: string,
): Promise<StreamStart> {
  const { last, waiting } = thread;
  if (pendingEvents(waiting).some(({ id }) => id === eventId)) return { after: last?.n ?? 0, skip: 0 };
  const found = last && (await findEvent(log, ref, last, eventId));
  if (!found) throw invalid(`from: this session has no event \`${eventId}\``);
  return { after: found.commit.n - 1, skip: found.index + 1 };
}

/** Looks from the end, where events are that somebody resumes after. An event stands in no commit older than itself. */
async function findEvent(
  log: ThreadLog,
  ref: ThreadRef,
  last: Commit,
  eventId: string,
): Promise<{ commit: Commit; index: number } | undefined> {
  const earliest = (madeAt(eventId) ?? 0) - CLOCK_SKEW;
  for await (const commit of log.readCommits(ref, { from: 1, to: last.n, descending: true })) {
    const index = commit.records.findIndex(({ event }) => event.id === eventId);
    if (index >= 0) return { commit, index };
    if (commit.at < earliest) return undefined;
  }
  return undefined;
}
