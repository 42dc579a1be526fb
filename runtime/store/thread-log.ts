import type { Clock } from '../contract/time';
import type { BodyCodec } from './codec';
import { threadBlobs, threadContentRange, threadPartition } from './keys';
import type { BlobStore, ThreadLog } from './ports';
import type { Table } from './table';
import { createCommits } from './thread-commits';
import { createHead } from './thread-head';
import { createInbox } from './thread-inbox';
import { createPreviews } from './thread-previews';

/** What the log of threads is made of. */
export interface ThreadLogDeps {
  readonly table: Table;
  readonly codec: BodyCodec;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

/** The log of threads, over the sessions table. */
export function createThreadLog({ table, codec, blobs, clock }: ThreadLogDeps): ThreadLog {
  const commits = createCommits(table, codec);
  return {
    ...createInbox({ table, codec, readCommits: commits.readCommits }),
    ...commits,
    ...createHead(table),
    ...createPreviews(table, clock),

    // Items before blobs: a reader meanwhile finds fewer items, never one whose body is gone. The session's record stays, so
    // that whoever is interrupted here can find the thread and delete it again.
    async deleteThread(ref) {
      await table.deleteRange({ partition: threadPartition(ref), ...threadContentRange });
      await blobs.deletePrefix(threadBlobs(ref));
    },
  };
}
