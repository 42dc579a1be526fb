import type { SessionEvent } from '../contract/wire';
import type { Principal } from '../store/ports';
import type { SessionRecord } from '../store/records';
import { nextCursor, pageRequest, type Paging } from './cursors';
import { eventsAscending, eventsDescending, type Reading } from './events-history';
import { formatPosition, parsePosition, type ListPosition } from './events-position';
import type { ResourceDeps } from './ports';
import type { TimeRange } from './time-range';

/** What a list of events is narrowed by. */
export interface EventQuery {
  readonly types?: readonly string[];
  readonly order?: 'asc' | 'desc';
  readonly within: TimeRange;
  readonly limit?: number | null;
  readonly page?: string | null;
}

export interface EventPage {
  data: SessionEvent[];
  next_page: string | null;
}

/** The hosted service's default is unknown; a worker asks for pages of 1000, which must be allowed (reference 1.3). */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
/** A page ends early rather than be too big for a function to return, or read so much that nobody waits for it. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
const MAX_EVENTS_READ = 20_000;

/**
 * A page of a thread's history as a principal sees it: commits in order, then what waits in the inbox; `desc` the other way
 * round (reference 6.5). An event that is taken up between two pages may stand on both, first waiting and then processed; it
 * is never missed. `created_at[…]` compares `processed_at`, so a bounded list leaves out what waits. A page may be shorter
 * than its limit and still have a next one.
 *
 * @throws ApiError 400 for a limit, a cursor or an order that does not fit.
 */
export async function listEvents(
  { store }: Pick<ResourceDeps, 'store'>,
  session: SessionRecord,
  principal: Principal,
  { types, order = 'asc', within, ...query }: EventQuery,
): Promise<EventPage> {
  const paging: Paging = { list: `events:${session.id}`, defaultLimit: DEFAULT_LIMIT, maxLimit: MAX_LIMIT };
  const { limit, after } = pageRequest(paging, query, order);
  const reading: Reading = { store, session, principal, within, after: after ? parsePosition(after) : undefined };
  const history = order === 'asc' ? eventsAscending(reading) : eventsDescending(reading);

  const data: SessionEvent[] = [];
  let bytes = 0;
  let read = 0;
  let end: ListPosition | undefined;
  for await (const { event, position } of history) {
    const isWanted = !types || types.includes(event.type);
    const isFull = data.length === limit || bytes > MAX_PAGE_BYTES;
    if ((isWanted && isFull) || read === MAX_EVENTS_READ) {
      return { data, next_page: nextCursor(paging, order, end ? formatPosition(end) : null) };
    }
    read += 1;
    end = position;
    if (!isWanted) continue;
    data.push(event);
    bytes += JSON.stringify(event).length;
  }
  return { data, next_page: null };
}
