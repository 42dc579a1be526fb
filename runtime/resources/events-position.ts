/**
 * Where a list of events continues. A position names a place in the log by commit and index, so that a page in the middle of
 * a long log begins with one range read; and, at the tail, a place among the events that still wait.
 */
import { invalid } from '../contract/errors';
import type { InboxEntry, InboxItem } from '../store/records';
import { entryId } from '../thread/inbox';

/** A place among the waiting events: an inbox item and the index of an entry in it. */
export interface TailPosition {
  readonly key: string;
  readonly entry: number;
}

export interface ListPosition {
  /** The commit and the index of the record in it. In the tail, the last commit that was listed. */
  readonly commit: number;
  readonly index: number;
  readonly tail?: TailPosition;
}

/** An entry that waits, and where. */
export interface TailEntry {
  readonly entry: InboxEntry;
  readonly at: TailPosition;
}

const PATTERN = /^(\d{1,12})\.(\d{1,9})(?:\.(\d{1,9})\.(.{1,200}))?$/;

/** The text of a position, which a cursor wraps. */
export function formatPosition({ commit, index, tail }: ListPosition): string {
  const place = `${commit}.${index}`;
  return tail ? `${place}.${tail.entry}.${tail.key}` : place;
}

/** @throws ApiError 400 for a text that is no position. */
export function parsePosition(text: string): ListPosition {
  const match = PATTERN.exec(text);
  if (!match) throw invalid('page: invalid cursor');
  const [, commit, index, entry, key] = match;
  const place = { commit: Number(commit), index: Number(index) };
  return key === undefined ? place : { ...place, tail: { key, entry: Number(entry) } };
}

/**
 * The waiting entries with their places. Places count in the item as stored, so they stay the same while other entries of the
 * item are taken up.
 */
export function tailOf(items: readonly InboxItem[], waiting: readonly InboxItem[]): TailEntry[] {
  const live = new Set(waiting.flatMap(({ entries }) => entries.map(entryId)));
  return items.flatMap(({ key, entries }) =>
    entries.flatMap((entry, index) => (live.has(entryId(entry)) ? [{ entry, at: { key, entry: index } }] : [])),
  );
}

/** Whether one place in the tail comes before another. */
export function isBefore(a: TailPosition, b: TailPosition): boolean {
  return a.key < b.key || (a.key === b.key && a.entry < b.entry);
}
