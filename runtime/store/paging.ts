import type { Page, PageRequest } from './page';

/** Where to begin reading: next to this position (itself excluded) or, when undefined, at the end. */
export interface ReadFrom {
  readonly beyond?: string;
  readonly ascending: boolean;
}

/**
 * A page of a list that can be read from any position both ways. Reads one item more than fits, to know whether the list goes
 * on in the direction of reading; in the other direction it does whenever the request names a position there.
 *
 * @param read the list's items from a position on, already filtered; it is not read further than needed.
 */
export async function pageOf<T>(
  request: PageRequest,
  positionOf: (item: T) => string,
  read: (from: ReadFrom) => AsyncIterable<T>,
): Promise<Page<T>> {
  const backwards = request.before !== undefined;
  const beyond = request.before ?? request.after;
  const ascending = (request.order === 'asc') !== backwards;
  const { items, more } = await take(read({ beyond, ascending }), request.limit);
  if (backwards) items.reverse();
  const first = items[0];
  const last = items.at(-1);
  const goesOn = backwards || more;
  const wentBefore = backwards ? more : beyond !== undefined;
  return {
    items,
    next: last !== undefined && goesOn ? positionOf(last) : null,
    previous: first !== undefined && wentBefore ? positionOf(first) : null,
  };
}

async function take<T>(source: AsyncIterable<T>, limit: number): Promise<{ items: T[]; more: boolean }> {
  const items: T[] = [];
  for await (const item of source) {
    if (items.length === limit) return { items, more: true };
    items.push(item);
  }
  return { items, more: false };
}

/** The part of a range of keys that lies beyond a position, which itself is still in it: ranges have inclusive ends. */
export function narrowed(
  range: { from: string; to: string },
  position: string | undefined,
  ascending: boolean,
): { from: string; to: string } {
  if (position === undefined) return range;
  return ascending ? { from: position, to: range.to } : { from: range.from, to: position };
}
