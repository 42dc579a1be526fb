import { conflict, invalid, type ApiError } from '../contract/errors';
import { toTimestamp } from '../contract/time';
import type { Credential } from '../contract/wire';
import type { KeepOutcome } from '../vault/ports';
import { createAuth } from './credentials-auth';
import { mergeMetadata } from './metadata';
import type { Operation } from './ports';
import { loadVault, vaultArchived, type VaultDeps } from './vaults';

/**
 * Creates a credential (reference 8): its row, which does not count yet, then the vault's word, which makes it count. What a crash
 * leaves between them is a row that nobody sees.
 */
export function createCredential({ store, ids, vault: keeper }: VaultDeps): Operation<'vaults.credentials.create'> {
  return async ({ principal: { workspace }, now }, { path, body }) => {
    const { id: vaultId, archived_at } = await loadVault({ store }, workspace, path.vault_id);
    if (archived_at !== null) throw vaultArchived(vaultId);
    const { auth, entry } = createAuth(body.auth, now);
    const at = toTimestamp(now);
    const credential: Credential = {
      id: ids.make('credential'),
      type: 'vault_credential',
      vault_id: vaultId,
      display_name: body.display_name ?? null,
      metadata: mergeMetadata({}, body.metadata),
      auth,
      created_at: at,
      updated_at: at,
      archived_at: null,
    };
    const rows = store.credentials(vaultId);
    await rows.create(workspace, credential.id, credential);
    const outcome = await keeper.keep({ workspace, vaultId, credentialId: credential.id }, entry);
    if (outcome === 'kept') return credential;
    await rows.delete(workspace, credential.id);
    throw refusalOf(outcome, vaultId, auth);
  };
}

function refusalOf(outcome: Exclude<KeepOutcome, 'kept'>, vaultId: string, auth: Credential['auth']): ApiError {
  switch (outcome) {
    case 'closed':
      return vaultArchived(vaultId);
    case 'full':
      return invalid(`Vault ${vaultId} holds as many credentials as a vault can. Archive or delete one first.`);
    case 'key_taken': {
      const field = auth.type === 'environment_variable' ? 'secret_name' : 'mcp_server_url';
      return conflict(`Vault ${vaultId} has an active credential with this ${field} already.`, 'conflict_error');
    }
  }
}
