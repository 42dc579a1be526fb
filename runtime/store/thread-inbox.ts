import { randomBytes } from 'node:crypto';
import type { Micros } from '../contract/time';
import type { BodyCodec, StoredBody } from './codec';
import { ITEM_EXISTS, ITEM_IS_NEW } from './conditions';
import { dueAttributes } from './due-index';
import { given } from './expressions';
import { inboxKey, inboxNameOf, inboxRange, threadBlobs, threadPartition } from './keys';
import type { ThreadLog } from './ports';
import type { InboxEntry } from './records';
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

/** The inbox of a thread: anyone may put, and only those who have committed an item's entries delete it. */
export function createInbox(
  table: Table,
  codec: BodyCodec,
): Pick<ThreadLog, 'accept' | 'readInbox' | 'settle' | 'park'> {
  const nextName = namesByTime();
  return {
    async accept(ref, entries, acceptedAt, wakeBy) {
      const name = nextName(acceptedAt);
      await table.put(
        {
          ...inboxKey(ref, name),
          accepted_at: acceptedAt,
          ...dueAttributes('inbox', threadPartition(ref), wakeBy),
          ...(await codec.encode(entries, threadBlobs(ref))),
        },
        { text: ITEM_IS_NEW },
      );
      return { key: name, acceptedAt, entries };
    },

    async readInbox(ref) {
      const items: Item[] = [];
      for await (const item of table.query({ partition: threadPartition(ref), ...inboxRange })) items.push(item);
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
      await Promise.all(keys.map((key) => table.update(inboxKey(ref, key), { set: due }, given(ITEM_EXISTS, {}))));
    },
  };
}
