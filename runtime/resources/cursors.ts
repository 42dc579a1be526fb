import { createHash } from 'node:crypto';
import { invalid } from '../contract/errors';
import type { Page, PageRequest } from '../store/page';

type Order = PageRequest['order'];

/** What a cursor remembers: which list it is of, in which order, and after or before which position it continues. */
interface Cursor {
  readonly list: string;
  readonly order: Order;
  readonly edge: 'after' | 'before';
  readonly position: string;
}

/** How a list is paged: its name, how many items a page has unless asked otherwise, and how many at most (reference 1.3). */
export interface Paging {
  readonly list: string;
  readonly defaultLimit: number;
  readonly maxLimit: number;
}

const PREFIX = 'page_';
const DIGEST_LENGTH = 8;
const MAX_LENGTH = 1_024;
/** List, order, edge and position. */
const FIELDS = /^(\S+) (asc|desc) (after|before) (\S+)$/;

/** Enough to tell a cursor of ours from garbage. It guards no secret: whoever forges one reaches only what he may list. */
function digest(payload: string): string {
  return createHash('sha256').update(PREFIX).update(payload).digest('base64url').slice(0, DIGEST_LENGTH);
}

/** The opaque text of a position in a list. */
export function encodeCursor(cursor: Cursor): string {
  const fields = [cursor.list, cursor.order, cursor.edge, cursor.position].join(' ');
  const payload = Buffer.from(fields).toString('base64url');
  return `${PREFIX}${digest(payload)}${payload}`;
}

function decodeCursor(text: string): Cursor {
  const body = text.slice(PREFIX.length);
  const payload = body.slice(DIGEST_LENGTH);
  if (text.length > MAX_LENGTH || !text.startsWith(PREFIX) || body.slice(0, DIGEST_LENGTH) !== digest(payload)) {
    throw invalid('page: invalid cursor');
  }
  const match = FIELDS.exec(Buffer.from(payload, 'base64url').toString());
  if (!match) throw invalid('page: invalid cursor');
  const [, list = '', order, edge, position = ''] = match;
  return { list, order: order as Order, edge: edge as Cursor['edge'], position };
}

/**
 * What a list's query asks of the store.
 *
 * @throws ApiError 400 for a limit out of range, for a text that is no cursor of this list, and for a cursor that was made in
 * the other order.
 */
export function pageRequest(
  paging: Paging,
  query: { readonly limit?: number | null; readonly page?: string | null },
  order: Order = 'desc',
): PageRequest {
  const limit = query.limit ?? paging.defaultLimit;
  if (!Number.isInteger(limit) || limit < 1 || limit > paging.maxLimit) {
    throw invalid(`limit: must be a whole number between 1 and ${paging.maxLimit}`);
  }
  if (query.page === undefined || query.page === null || query.page === '') return { limit, order };
  const cursor = decodeCursor(query.page);
  if (cursor.list !== paging.list) throw invalid('page: this cursor belongs to another list');
  if (cursor.order !== order) throw invalid(`page: this cursor was made with order=${cursor.order}`);
  return { limit, order, [cursor.edge]: cursor.position };
}

/** The cursor with which the list goes on after `position`, or null where it ends. */
export function nextCursor(paging: Paging, order: Order, position: string | null): string | null {
  return position === null ? null : encodeCursor({ list: paging.list, order, edge: 'after', position });
}

/** The cursor of the page before `position`, or null on the first page. */
export function previousCursor(paging: Paging, order: Order, position: string | null): string | null {
  return position === null ? null : encodeCursor({ list: paging.list, order, edge: 'before', position });
}

/** A page in the form of the wire. `next_page` is always there (reference 1.3). */
export function wirePage<T>(
  paging: Paging,
  order: Order,
  page: Pick<Page<T>, 'items' | 'next'>,
): { data: T[]; next_page: string | null } {
  return { data: [...page.items], next_page: nextCursor(paging, order, page.next) };
}
