import { anyOf, given } from './expressions';
import { refreshKey } from './keys';
import type { Item, Table } from './table';
import type { RefreshLeases, RefreshState } from './vault-ports';

/** Nobody is at the token endpoint for this credential, or whoever was has been silent for too long. */
const LEASE_IS_FREE = anyOf('attribute_not_exists(#lease_owner)', '#lease_until < :now');

/** Without it, somebody whose lease has lapsed would go on beside his successor. */
const LEASE_IS_OURS = '#lease_owner = :owner';

/** The rows that keep refreshes of one credential apart, over the control table. */
export function createRefreshLeases(table: Table): RefreshLeases {
  return {
    async get(ref) {
      const item = await table.get(refreshKey(ref));
      return item && toState(item);
    },

    async acquire(ref, owner, now, until) {
      const lease = { set: { lease_owner: owner, lease_until: until } };
      const item = await table.update(refreshKey(ref), lease, given(LEASE_IS_FREE, { now }));
      return item && toState(item);
    },

    async noteSent(ref, owner, serial, version) {
      const noted = { set: { sent_serial: serial, sent_version: version } };
      return (await table.update(refreshKey(ref), noted, given(LEASE_IS_OURS, { owner }))) !== undefined;
    },

    async release(ref, owner, { answered, refused }) {
      const freed = {
        set: refused ? { refused: JSON.stringify(refused) } : {},
        remove: ['lease_owner', 'lease_until', 'sent_version', ...(answered ? ['sent_serial'] : [])],
      };
      await table.update(refreshKey(ref), freed, given(LEASE_IS_OURS, { owner }));
    },

    delete: (ref) => table.delete(refreshKey(ref)),
  };
}

function toState(item: Item): RefreshState {
  return {
    ...(item.lease_owner === undefined ? {} : { owner: String(item.lease_owner), until: Number(item.lease_until) }),
    ...(item.sent_serial === undefined ? {} : { sent: Number(item.sent_serial) }),
    ...(item.sent_version === undefined ? {} : { sentVersion: String(item.sent_version) }),
    ...(item.refused === undefined ? {} : { refused: JSON.parse(String(item.refused)) as RefreshState['refused'] }),
  };
}
