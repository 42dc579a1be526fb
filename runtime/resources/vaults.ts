import { isDeepStrictEqual } from 'node:util';
import { invalid, notFound } from '../contract/errors';
import { isId } from '../contract/ids';
import { toTimestamp } from '../contract/time';
import type { Vault } from '../contract/wire';
import type { Store } from '../store/ports';
import type { VaultRef } from '../store/vault-ports';
import type { VaultKeeper } from '../vault/ports';
import { amend } from './amend';
import { pageRequest, wirePage, type Paging } from './cursors';
import { mergeMetadata } from './metadata';
import type { OperationsOf, ResourceDeps } from './ports';

const VAULTS: Paging = { list: 'vaults', defaultLimit: 20, maxLimit: 100 };
/** Credentials looked at in one go while their vault is archived or deleted. */
const CREDENTIALS_PAGE = 100;

/** What vaults and credentials are built from: what clients see of them, and whoever keeps their secrets. */
export interface VaultDeps extends Pick<ResourceDeps, 'ids'> {
  readonly store: Pick<Store, 'vaults' | 'credentials' | 'vaultHeads'>;
  readonly vault: VaultKeeper;
}

const absent = (id: string) => notFound(`vault ${id} not found`);

/** @throws ApiError 404 when there is no such vault in the workspace. */
export async function loadVault(
  { store }: { readonly store: Pick<Store, 'vaults'> },
  workspace: string,
  id: string,
): Promise<Vault> {
  const entry = isId('vault', id) ? await store.vaults.get(workspace, id) : undefined;
  if (!entry) throw absent(id);
  return entry.value;
}

/** What an archived vault refuses: to change, to take credentials, and to serve new sessions (reference 8). */
export const vaultArchived = (id: string) => invalid(`Vault ${id} is archived.`);

/** Vaults: what credentials are kept in (reference 8). */
export function createVaults(
  deps: VaultDeps,
): OperationsOf<
  'vaults.create' | 'vaults.retrieve' | 'vaults.update' | 'vaults.list' | 'vaults.archive' | 'vaults.delete'
> {
  const { vaults, vaultHeads } = deps.store;
  return {
    /** The head first: without the vault nobody asks for it, and a vault without one could keep nothing. */
    'vaults.create': async ({ principal: { workspace }, now }, { body }) => {
      const at = toTimestamp(now);
      const vault: Vault = {
        id: deps.ids.make('vault'),
        type: 'vault',
        display_name: body.display_name,
        metadata: mergeMetadata({}, body.metadata),
        created_at: at,
        updated_at: at,
        archived_at: null,
      };
      await vaultHeads.create({ workspace, vaultId: vault.id });
      await vaults.create(workspace, vault.id, vault);
      return vault;
    },

    'vaults.retrieve': ({ principal: { workspace } }, { path }) => loadVault(deps, workspace, path.vault_id),

    'vaults.update': async ({ principal: { workspace }, now }, { path, body }) => {
      const id = path.vault_id;
      if (!isId('vault', id)) throw absent(id);
      return amend(vaults, { workspace, id, absent: () => absent(id) }, (current) => {
        if (current.archived_at !== null) throw vaultArchived(id);
        const next: Vault = {
          ...current,
          display_name: body.display_name ?? current.display_name,
          metadata: mergeMetadata(current.metadata, body.metadata),
        };
        return isDeepStrictEqual(next, current) ? current : { ...next, updated_at: toTimestamp(now) };
      });
    },

    'vaults.list': async ({ principal: { workspace } }, { query }) => {
      const request = pageRequest(VAULTS, query);
      const keep = (vault: Vault) => query.include_archived === true || vault.archived_at === null;
      return wirePage(VAULTS, request.order, await vaults.list(workspace, request, keep));
    },

    /** The vault, then its credentials, the secrets last: whatever is left after a crash, archiving again does. */
    'vaults.archive': async ({ principal: { workspace }, now }, { path }) => {
      const id = path.vault_id;
      if (!isId('vault', id)) throw absent(id);
      const at = toTimestamp(now);
      const archived = await amend(vaults, { workspace, id, absent: () => absent(id) }, (current) =>
        current.archived_at === null ? { ...current, archived_at: at, updated_at: at } : current,
      );
      await archiveCredentials(deps.store, { workspace, vaultId: id }, at);
      await deps.vault.close({ workspace, vaultId: id });
      return archived;
    },

    /** The secrets first, the vault last: as long as it is there, it can be deleted again. */
    'vaults.delete': async ({ principal: { workspace } }, { path }) => {
      const { id } = await loadVault(deps, workspace, path.vault_id);
      const ref = { workspace, vaultId: id };
      await deps.vault.close(ref);
      for await (const credentialId of credentialIds(deps.store, ref)) {
        await deps.store.credentials(id).delete(workspace, credentialId);
      }
      await vaultHeads.delete(ref);
      await vaults.delete(workspace, id);
      return { id, type: 'vault_deleted' };
    },
  };
}

/** Those that live by the vault's head: the row of one that was never kept is no credential. */
async function archiveCredentials(store: VaultDeps['store'], ref: VaultRef, at: string): Promise<void> {
  const credentials = store.credentials(ref.vaultId);
  const living = Object.keys((await store.vaultHeads.get(ref))?.active ?? {});
  for (const id of living) {
    const entry = await credentials.get(ref.workspace, id);
    if (!entry) continue;
    await amend(credentials, { workspace: ref.workspace, id, absent: () => absent(ref.vaultId) }, (current) =>
      current.archived_at === null ? { ...current, archived_at: at, updated_at: at } : current,
    );
  }
}

/** Every credential's row, read anew after each page, since the rows go away meanwhile. */
async function* credentialIds(store: VaultDeps['store'], { workspace, vaultId }: VaultRef): AsyncGenerator<string> {
  const rows = store.credentials(vaultId);
  for (;;) {
    const { items } = await rows.list(workspace, { limit: CREDENTIALS_PAGE, order: 'asc' });
    if (items.length === 0) return;
    for (const { id } of items) yield id;
  }
}
