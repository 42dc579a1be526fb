import type { BodyCodec, StoredBody } from './codec';
import { ITEM_IS_NEW } from './conditions';
import { given } from './expressions';
import { commitKey, commitRange, LAST_COMMIT, threadBlobs, threadPartition } from './keys';
import type { ThreadLog } from './ports';
import type { Commit } from './records';
import type { Table } from './table';

/** Most turns read a handful of commits; a page is cut at a megabyte anyway. */
const PAGE = 50;

/**
 * The commits of a thread.
 *
 *     harness A   reads 1..7   decides   put LOG#8 if it is new   written
 *     harness B   reads 1..7   decides            put LOG#8 if it is new   taken: reads 8, decides again
 *
 * Nobody puts 9 without having read 8, so the condition on one key keeps the whole log free of gaps and forks.
 */
export function createCommits(
  table: Table,
  codec: BodyCodec,
): Pick<ThreadLog, 'append' | 'lastCommit' | 'readCommits'> {
  const readCommits: ThreadLog['readCommits'] = async function* (ref, range) {
    const { from, to = LAST_COMMIT, limit = Infinity, descending = false } = range;
    if (from > to || limit <= 0) return;
    let left = limit;
    const items = table.query({
      partition: threadPartition(ref),
      ...commitRange(from, to),
      descending,
      // Two pages may come from two copies of the data. Ascending, the older copy only ends sooner; descending, it would
      // leave a hole between the pages.
      eventual: range.eventual && !descending,
      pageSize: Math.min(limit, PAGE),
    });
    for await (const item of items) {
      yield codec.decode<Commit>(item as StoredBody);
      left -= 1;
      if (left <= 0) return;
    }
  };

  return {
    readCommits,

    async lastCommit(ref) {
      for await (const commit of readCommits(ref, { from: 1, limit: 1, descending: true })) return commit;
      return undefined;
    },

    async append(ref, commit) {
      const body = await codec.encode(commit, threadBlobs(ref));
      const written = await table.put({ ...commitKey(ref, commit.n), ...body }, given(ITEM_IS_NEW));
      return written ? 'written' : 'taken';
    },
  };
}
