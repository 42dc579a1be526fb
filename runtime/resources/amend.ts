import { conflict, type ApiError } from '../contract/errors';
import type { Catalog } from '../store/ports';

/** How often a write is tried again when others keep being quicker. Each loser met a winner, so few are ever needed. */
export const AMEND_ATTEMPTS = 10;

/** What a stale version is told, and a writer whom others always outran (reference 3.3). */
export const concurrentModification = (): ApiError =>
  conflict('Concurrent modification detected. Please fetch the latest version and retry.');

/**
 * Changes a resource: reads it, asks what it should become, and writes that if nobody has written meanwhile; otherwise it
 * begins again with what the other wrote, so that no update is lost and each is judged by what it really meets.
 *
 * @param change the new value, or the very value it was given when there is nothing to write. It may run several times.
 * @throws ApiError `absent()` when there is no such resource; 409 when others were quicker every time.
 */
export async function amend<T>(
  catalog: Catalog<T>,
  { workspace, id, absent }: { workspace: string; id: string; absent: () => ApiError },
  change: (current: T) => T | Promise<T>,
): Promise<T> {
  for (let attempt = 0; attempt < AMEND_ATTEMPTS; attempt += 1) {
    const entry = await catalog.get(workspace, id);
    if (!entry) throw absent();
    const next = await change(entry.value);
    if (next === entry.value || (await catalog.replace(workspace, id, next, entry.revision))) return next;
  }
  throw concurrentModification();
}
