/** Reads a thread's history in either order, from anywhere in it. */
import { fromTimestamp, type Micros } from '../contract/time';
import type { SessionEvent } from '../contract/wire';
import type { Principal, ThreadLog } from '../store/ports';
import type { SessionRecord, ThreadRef } from '../store/records';
import { isBefore, tailOf, type ListPosition, type TailEntry } from './events-position';
import { primaryThread, readThread } from './events-thread';
import { pendingSeenBy, seenBy } from './events-view';
import type { ResourceDeps } from './ports';
import { isWithin, type TimeRange } from './time-range';

/** What is read: a session's events as a principal sees them, in a range of time, after a place in the reading's order. */
export interface Reading {
  readonly store: ResourceDeps['store'];
  readonly session: SessionRecord;
  readonly principal: Principal;
  readonly within: TimeRange;
  readonly after: ListPosition | undefined;
}

export interface Listed {
  readonly event: SessionEvent;
  readonly position: ListPosition;
}

/** From the oldest commit to the last, then what waits. */
export async function* eventsAscending(reading: Reading): AsyncGenerator<Listed> {
  const { store, session, principal, within, after } = reading;
  const ref = primaryThread(session);
  const { last, items, waiting } = await readThread(store, ref);
  const to = last?.n ?? 0;
  const resumed = after ? after.commit + (after.tail ? 1 : 0) : 1;
  const earliest = within.gte ?? (within.gt === undefined ? undefined : within.gt + 1);
  // Who asks again and again for what came since mostly finds nothing.
  if (earliest !== undefined && (last?.summary.lastAt ?? 0) < earliest) return;
  const from = earliest === undefined ? resumed : Math.max(resumed, await firstCommitAt(store.log, ref, to, earliest));
  for await (const commit of store.log.readCommits(ref, { from, to })) {
    for (const [index, { event }] of commit.records.entries()) {
      if (after && !after.tail && commit.n === after.commit && index <= after.index) continue;
      if (isPast(within, event)) return;
      if (isIn(within, event)) yield { event: seenBy(principal, event), position: { commit: commit.n, index } };
    }
  }
  for (const waits of tailOf(items, waiting)) {
    if (!after?.tail || isBefore(after.tail, waits.at)) yield* listTail(reading, waits, to);
  }
}

/** What waits, the latest first, then from the last commit to the oldest. */
export async function* eventsDescending(reading: Reading): AsyncGenerator<Listed> {
  const { store, session, principal, within, after } = reading;
  const ref = primaryThread(session);
  const { last, items, waiting } = await readThread(store, ref);
  const to = last?.n ?? 0;
  if (!after || after.tail) {
    for (const waits of tailOf(items, waiting).toReversed()) {
      if (!after?.tail || isBefore(waits.at, after.tail)) yield* listTail(reading, waits, to);
    }
  }
  // After a place in the tail come all commits, those included that were made since: they hold what then still waited.
  const resumed = after && !after.tail ? after.commit : to;
  const latest = within.lte ?? within.lt;
  const top = latest === undefined ? resumed : Math.min(resumed, await firstCommitAt(store.log, ref, to, latest));
  for await (const commit of store.log.readCommits(ref, { from: 1, to: top, descending: true })) {
    for (const [index, { event }] of [...commit.records.entries()].toReversed()) {
      if (after && !after.tail && commit.n === after.commit && index >= after.index) continue;
      if (isBeforeRange(within, event)) return;
      if (isIn(within, event)) yield { event: seenBy(principal, event), position: { commit: commit.n, index } };
    }
  }
}

function* listTail({ session, principal, within }: Reading, { entry, at }: TailEntry, commit: number) {
  const shown = isBounded(within) ? [] : pendingSeenBy(principal, session, entry);
  for (const event of shown) yield { event, position: { commit, index: 0, tail: at } };
}

/**
 * The first commit of 1..`to` after which the log reaches the instant; `to + 1` when it never does. Times grow along the log,
 * so a few single reads find the place in a log of any length.
 */
async function firstCommitAt(log: ThreadLog, ref: ThreadRef, to: number, instant: Micros): Promise<number> {
  let low = 1;
  let high = to + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    let lastAt = 0;
    for await (const commit of log.readCommits(ref, { from: middle, to: middle })) lastAt = commit.summary.lastAt;
    if (lastAt >= instant) high = middle;
    else low = middle + 1;
  }
  return low;
}

const isBounded = (within: TimeRange): boolean => Object.keys(within).length > 0;

const timeOf = (event: SessionEvent): Micros => fromTimestamp(event.processed_at ?? '') ?? 0;
/** Whether the event is asked for. Without bounds all are. */
const isIn = (within: TimeRange, event: SessionEvent): boolean => !isBounded(within) || isWithin(within, timeOf(event));
/** Whether the event, and with it all later ones, lies after the range. */
const isPast = (within: TimeRange, event: SessionEvent): boolean =>
  timeOf(event) > Math.min(within.lte ?? Infinity, within.lt ?? Infinity);
/** Whether the event, and with it all earlier ones, lies before the range. */
const isBeforeRange = (within: TimeRange, event: SessionEvent): boolean =>
  timeOf(event) < Math.max(within.gte ?? 0, within.gt ?? 0);
