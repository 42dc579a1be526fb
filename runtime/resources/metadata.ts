import { invalid } from '../contract/errors';

/** How many pairs an object's metadata may hold (reference 1.4). */
const MAX_PAIRS = 16;

type Metadata = Readonly<Record<string, string>>;

/**
 * The metadata after an update: a string sets a key, null deletes it, and what is not named stays (reference 1.4).
 *
 * @param removes which values delete a key; null does everywhere.
 * @param code the typed error code of a refusal, where the route has one.
 * @throws ApiError 400 when the result has too many pairs.
 */
export function mergeMetadata(
  current: Metadata,
  patch: Readonly<Record<string, string | null>> | null | undefined,
  { removes = (value) => value === null, code }: { removes?: (value: string | null) => boolean; code?: string } = {},
): Record<string, string> {
  const merged = new Map(Object.entries(current));
  for (const [key, value] of Object.entries(patch ?? {})) {
    if (value === null || removes(value)) merged.delete(key);
    else merged.set(key, value);
  }
  if (merged.size > MAX_PAIRS) throw invalid(`metadata: may hold at most ${MAX_PAIRS} pairs`, code);
  return Object.fromEntries(merged);
}
