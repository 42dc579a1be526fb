import { MICROS_PER_SECOND, type Clock, type Micros } from '../contract/time';
import { ITEM_IS_NEW, REVISION_IS_STILL_PREVIOUS } from './conditions';
import { dueAttributes } from './due-index';
import { given } from './expressions';
import { vaultHeadKey, vaultPartition, vaultRange } from './keys';
import type { Item, Table } from './table';
import type { VaultHead, VaultHeads, VaultRef } from './vault-ports';

/** How long whoever moved a head may take to delete what he doomed. After that the sweeper has it done. */
const TIDIED_WITHIN: Micros = 300 * MICROS_PER_SECOND;

/** The heads of vaults, over the control table. */
export function createVaultHeads(table: Table, clock: Clock): VaultHeads {
  const itemOf = (head: VaultHead): Item => ({
    ...vaultHeadKey(head),
    record: JSON.stringify(head),
    revision: head.revision,
    ...(head.doomed.length > 0 ? dueOf(head, clock.now() + TIDIED_WITHIN) : {}),
  });

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

/** By these the sweeper finds a vault in which something waits to be deleted. */
const dueOf = ({ workspace, vaultId }: VaultRef, at: Micros) => ({
  vault_workspace: workspace,
  vault_id: vaultId,
  ...dueAttributes('vault', vaultId, at),
});
