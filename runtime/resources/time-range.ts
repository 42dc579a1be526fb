import { invalid } from '../contract/errors';
import { fromTimestamp, type Micros } from '../contract/time';

const BOUNDS = ['gt', 'gte', 'lt', 'lte'] as const;
type Bound = (typeof BOUNDS)[number];

/** A range of instants; what is not set does not bound it. */
export type TimeRange = { readonly [B in Bound]?: Micros };

/**
 * The range that a query's `created_at[…]` parameters name (reference 1.3).
 *
 * @throws ApiError 400 for a bound that is no RFC 3339 timestamp.
 */
export function createdAtRange(query: { readonly [B in Bound as `created_at[${B}]`]?: string | null }): TimeRange {
  const range: { [B in Bound]?: Micros } = {};
  for (const bound of BOUNDS) {
    const field = `created_at[${bound}]` as const;
    const text = query[field];
    if (text === undefined || text === null) continue;
    const instant = fromTimestamp(text);
    if (instant === undefined) throw invalid(`${field}: must be an RFC 3339 timestamp`);
    range[bound] = instant;
  }
  return range;
}

/** Whether an instant lies in the range. */
export function isWithin(range: TimeRange, instant: Micros): boolean {
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range;
  return instant > gt && instant >= gte && instant < lt && instant <= lte;
}
