import { ITEM_IS_NEW, REVISION_IS_STILL_PREVIOUS } from './conditions';
import { given } from './expressions';
import { vaultHeadKey, vaultPartition, vaultRange } from './keys';
import type { Item, Table } from './table';
import type { VaultHead, VaultHeads, VaultRef } from './vault-ports';

/** The heads of vaults, over the control table. */
export function createVaultHeads(table: Table): VaultHeads {
  return {
    async create({ workspace, vaultId }) {
      const head: VaultHead = {
        workspace,
        vaultId,
        active: {},
        place: null,
        version: null,
        doomed: [],
        closed: false,
        revision: 1,
      };
      const created = await table.put(itemOf(head), given(ITEM_IS_NEW));
      if (!created) throw new Error(`There is a vault ${vaultId} already`);
    },

    async get(ref: VaultRef) {
      const item = await table.get(vaultHeadKey(ref));
      return item && (JSON.parse(String(item.record)) as VaultHead);
    },

    replace: (head) => table.put(itemOf(head), given(REVISION_IS_STILL_PREVIOUS, { previous: head.revision - 1 })),

    delete: (ref) => table.deleteRange({ partition: vaultPartition(ref), ...vaultRange }),
  };
}

const itemOf = (head: VaultHead): Item => ({
  ...vaultHeadKey(head),
  record: JSON.stringify(head),
  revision: head.revision,
});
