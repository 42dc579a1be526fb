import { MICROS_PER_SECOND } from '../contract/time';
import { ITEM_EXISTS, ITEM_IS_NEW } from './conditions';
import { dueAttributes } from './due-index';
import { allOf, anyOf, given } from './expressions';
import { headKey, threadPartition } from './keys';
import type { ThreadLog } from './ports';
import type { ThreadHead } from './records';
import type { Item, Table } from './table';
import { EXPIRES_AT } from './tables';

type HeadMethods = 'acquireLease' | 'renewLease' | 'releaseLease' | 'watch' | 'noteBell' | 'markHeard' | 'heardTo';

const NOBODY_HOLDS_THE_LEASE = 'attribute_not_exists(#lease_owner)';
const LEASE_HAS_LAPSED = '#lease_until <= :now';
const LEASE_IS_OURS = '#lease_owner = :owner';
const LEASE_CAN_BE_TAKEN = anyOf(NOBODY_HOLDS_THE_LEASE, LEASE_HAS_LAPSED, LEASE_IS_OURS);

const NOBODY_WATCHES = 'attribute_not_exists(#watched_until)';
const WATCHED_FOR_LESS = '#watched_until < :until';
const WATCH_GETS_LONGER = allOf(ITEM_EXISTS, anyOf(NOBODY_WATCHES, WATCHED_FOR_LESS));
/** How long a thread that was only ever watched is remembered. Its session may be gone, and then nobody else will clear it away. */
const KEPT_UNUSED_SECONDS = 24 * 3_600;

const NO_SANDBOX_HAS_CONNECTED = 'attribute_not_exists(#bell_revision)';
const NO_LATER_ONE_HAS_CONNECTED = '#bell_revision <= :revision';
const BELL_IS_OF_THE_LATEST = allOf(ITEM_EXISTS, anyOf(NO_SANDBOX_HAS_CONNECTED, NO_LATER_ONE_HAS_CONNECTED));

const NOBODY_HAS_HEARD = 'attribute_not_exists(#heard_to)';
const HEARD_LESS = '#heard_to < :n';
const HEARD_GROWS = allOf(ITEM_EXISTS, anyOf(NOBODY_HAS_HEARD, HEARD_LESS));

/**
 * HEAD of a thread: who is at work, who looks on, and how its sandbox is told. The lease keeps two harnesses from paying for the
 * same model request; that they could not both commit is the log's doing (`createCommits`).
 *
 *     A  acquire ----- renew ----- renew --x (dies)
 *     sweeper                              . . . . until + a sweep: wakes the thread
 *     B                 refused                                        acquire
 */
export function createHead(table: Table): Pick<ThreadLog, HeadMethods> {
  return {
    async acquireLease(ref, owner, now, until) {
      const due = dueAttributes('lease', threadPartition(ref), until);
      const change = { set: { lease_owner: owner, lease_until: until, ...due }, remove: [EXPIRES_AT] };
      const head = await table.update(headKey(ref), change, given(LEASE_CAN_BE_TAKEN, { owner, now }));
      return head && toHead(head);
    },

    // The due time stays: to move it with each renewal would cost three times as much. The sweeper does, if it finds it passed.
    async renewLease(ref, owner, until) {
      const change = { set: { lease_until: until } };
      const head = await table.update(headKey(ref), change, given(LEASE_IS_OURS, { owner }));
      return head && toHead(head);
    },

    async releaseLease(ref, owner, dueAt) {
      const due = dueAttributes('lease', threadPartition(ref), dueAt);
      const change = { set: due, remove: ['lease_owner', 'lease_until'] };
      const head = await table.update(headKey(ref), change, given(LEASE_IS_OURS, { owner }));
      return head && toHead(head);
    },

    async watch(ref, until) {
      const watched = { watched_until: until };
      if (await table.update(headKey(ref), { set: watched }, given(WATCH_GETS_LONGER, { until }))) return;
      const expiry = { [EXPIRES_AT]: Math.ceil(until / MICROS_PER_SECOND) + KEPT_UNUSED_SECONDS };
      await table.update(headKey(ref), { set: { ...watched, ...expiry } }, given(ITEM_IS_NEW));
    },

    async noteBell(ref, connection, revision) {
      const change = { set: { bell: connection, bell_revision: revision } };
      return (await table.update(headKey(ref), change, given(BELL_IS_OF_THE_LATEST, { revision }))) !== undefined;
    },

    async markHeard(ref, n) {
      await table.update(headKey(ref), { set: { heard_to: n } }, given(HEARD_GROWS, { n }));
    },

    async heardTo(ref) {
      const head = await table.get(headKey(ref));
      return typeof head?.heard_to === 'number' ? head.heard_to : 0;
    },
  };
}

function toHead(item: Item): ThreadHead {
  return {
    ...(typeof item.lease_owner === 'string' ? { leaseOwner: item.lease_owner } : {}),
    ...(typeof item.lease_until === 'number' ? { leaseUntil: item.lease_until } : {}),
    ...(typeof item.watched_until === 'number' ? { watchedUntil: item.watched_until } : {}),
    ...(typeof item.bell === 'string' ? { bell: item.bell } : {}),
  };
}
