import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Micros } from '../contract/time';
import type { BodyCodec, StoredBody } from './codec';
import { ITEM_EXISTS } from './conditions';
import { dueAttributes } from './due-index';
import { given } from './expressions';
import { inboxKey, inboxNameOf, inboxRange, threadBlobs, threadPartition } from './keys';
import type { ThreadLog } from './ports';
import type { InboxEntry, ThreadRef } from './records';
import type { Item, Table } from './table';

const MICROS_DIGITS = 16;
const SEQUENCE_DIGITS = 4;
const RANDOM_BYTES = 8;

/** Names for inbox items that sort by acceptance: the instant, a count within the instant, and chance. */
function namesByTime(): (at: Micros) => string {
  let last: Micros = 0;
  let sequence = 0;
  return (at) => {
    sequence = at === last ? sequence + 1 : 0;
    last = at;
    const time = String(at).padStart(MICROS_DIGITS, '0');
    return `${time}${String(sequence).padStart(SEQUENCE_DIGITS, '0')}${randomBytes(RANDOM_BYTES).toString('hex')}`;
  };
}

/** An item that did not arrive is sent again this often, after waits that double from 50 ms. */
const ACCEPT_TRIES = 4;
const ACCEPT_WAIT_MS = 50;
/** How far back the log is searched for an item whose fate is unknown. A thread makes a few commits a second. */
const RECENT_COMMITS = 25;

/** What the inbox stands on. */
export interface InboxDeps {
  readonly table: Table;
  readonly codec: BodyCodec;
  readonly readCommits: ThreadLog['readCommits'];
}

/** The inbox of a thread: anyone may put, and only those who have committed an item's entries delete it. */
export function createInbox({
  table,
  codec,
  readCommits,
}: InboxDeps): Pick<ThreadLog, 'accept' | 'readInbox' | 'settle' | 'park'> {
  const nextName = namesByTime();

  /** Whether an item is in the inbox, or was and has been used up. */
  async function hasArrived(ref: ThreadRef, name: string): Promise<boolean> {
    if (await table.get(inboxKey(ref, name))) return true;
    for await (const commit of readCommits(ref, { from: 1, limit: RECENT_COMMITS, descending: true })) {
      if (commit.consumed.includes(name)) return true;
    }
    return false;
  }

  /**
   * Puts the item, again if need be. Not by the SDK's retries: when an answer is lost, a harness may use the item up and
   * delete it before the second try, which would bring the events back to be processed twice.
   */
  async function deliver(ref: ThreadRef, name: string, item: Item): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await table.putOnce(item);
      } catch (error) {
        if (await hasArrived(ref, name)) return;
        if (tries === ACCEPT_TRIES) throw error;
        await sleep(ACCEPT_WAIT_MS * 2 ** (tries - 1));
      }
    }
  }

  return {
    async accept(ref, entries, acceptedAt, wakeBy) {
      const name = nextName(acceptedAt);
      await deliver(ref, name, {
        ...inboxKey(ref, name),
        accepted_at: acceptedAt,
        ...dueAttributes('inbox', threadPartition(ref), wakeBy),
        ...(await codec.encode(entries, threadBlobs(ref))),
      });
      return { key: name, acceptedAt, entries };
    },

    async readInbox(ref, { eventual = false } = {}) {
      const items: Item[] = [];
      const query = { partition: threadPartition(ref), ...inboxRange, eventual };
      for await (const item of table.query(query)) items.push(item);
      return Promise.all(
        items.map(async (item) => ({
          key: inboxNameOf(item.sk),
          acceptedAt: Number(item.accepted_at),
          entries: await codec.decode<InboxEntry[]>(item as StoredBody),
        })),
      );
    },

    // A body in the blobs stays until its thread is deleted: a reader may hold the item and still come for it.
    settle: (ref, keys) => table.deleteAll([...new Set(keys)].map((key) => inboxKey(ref, key))),

    async park(ref, keys) {
      const due = dueAttributes('inbox', threadPartition(ref), undefined);
      await Promise.all(keys.map((key) => table.update(inboxKey(ref, key), { set: due }, given(ITEM_EXISTS))));
    },
  };
}
