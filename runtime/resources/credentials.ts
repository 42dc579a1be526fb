import { isDeepStrictEqual } from 'node:util';
import { invalid, notFound } from '../contract/errors';
import { isId } from '../contract/ids';
import { toTimestamp } from '../contract/time';
import type { Credential } from '../contract/wire';
import type { CredentialRef } from '../store/vault-ports';
import { amend } from './amend';
import { updateAuth } from './credentials-auth';
import { createCredential } from './credentials-create';
import { pageRequest, wirePage, type Paging } from './cursors';
import { mergeMetadata } from './metadata';
import type { OperationsOf } from './ports';
import { loadVault, vaultArchived, type VaultDeps } from './vaults';

const CREDENTIALS: Paging = { list: 'vaults.credentials', defaultLimit: 20, maxLimit: 100 };

const absent = (id: string) => notFound(`credential ${id} not found`);
const archived = (id: string) => invalid(`Credential ${id} is archived.`);

/**
 * Credentials (reference 8). A row says what everybody may see of one; the secrets go to the vault, which also decides: a row
 * that is not archived counts only while the vault's head names it. So a credential that was half created is not there.
 */
export function createCredentials(
  deps: VaultDeps,
): OperationsOf<
  | 'vaults.credentials.create'
  | 'vaults.credentials.retrieve'
  | 'vaults.credentials.update'
  | 'vaults.credentials.list'
  | 'vaults.credentials.archive'
  | 'vaults.credentials.delete'
  | 'vaults.credentials.mcpOAuthValidate'
> {
  const { store, vault: keeper } = deps;

  /** @throws ApiError 404 for what is absent, of another vault, or of another workspace. */
  async function find(workspace: string, path: { readonly vault_id: string; readonly credential_id: string }) {
    const vault = await loadVault(deps, workspace, path.vault_id);
    const id = path.credential_id;
    const row = isId('credential', id) ? await store.credentials(vault.id).get(workspace, id) : undefined;
    const ref: CredentialRef = { workspace, vaultId: vault.id, credentialId: id };
    if (!row || !(await isThere(row.value, ref))) throw absent(id);
    return { vault, credential: row.value, ref };
  }

  async function isThere(credential: Credential, ref: CredentialRef): Promise<boolean> {
    if (credential.archived_at !== null) return true;
    return Object.hasOwn((await store.vaultHeads.get(ref))?.active ?? {}, credential.id);
  }

  const change = ({ workspace, vaultId, credentialId }: CredentialRef, to: (current: Credential) => Credential) =>
    amend(store.credentials(vaultId), { workspace, id: credentialId, absent: () => absent(credentialId) }, to);

  return {
    'vaults.credentials.create': createCredential(deps),

    'vaults.credentials.retrieve': async ({ principal: { workspace } }, { path }) =>
      (await find(workspace, path)).credential,

    /** The secrets first: when the row's turn does not come, the request has failed, and its repetition changes nothing else. */
    'vaults.credentials.update': async ({ principal: { workspace }, now }, { path, body }) => {
      const { vault, credential, ref } = await find(workspace, path);
      if (vault.archived_at !== null) throw vaultArchived(vault.id);
      if (credential.archived_at !== null) throw archived(credential.id);
      const metadata = mergeMetadata(credential.metadata, body.metadata);
      if (body.auth) {
        const updated = updateAuth(credential.auth, body.auth, now);
        if (!(await keeper.change(ref, updated.change))) throw absent(ref.credentialId);
      }
      return change(ref, (current) => {
        if (current.archived_at !== null) throw archived(current.id);
        const next: Credential = {
          ...current,
          display_name: body.display_name === undefined ? (current.display_name ?? null) : body.display_name,
          metadata:
            current.metadata === credential.metadata ? metadata : mergeMetadata(current.metadata, body.metadata),
          auth: body.auth ? updateAuth(current.auth, body.auth, now).auth : current.auth,
        };
        const same = isDeepStrictEqual(next, current) && !body.auth;
        return same ? current : { ...next, updated_at: toTimestamp(now) };
      });
    },

    'vaults.credentials.list': async ({ principal: { workspace } }, { path, query }) => {
      const vault = await loadVault(deps, workspace, path.vault_id);
      const request = pageRequest(CREDENTIALS, query);
      const living = (await store.vaultHeads.get({ workspace, vaultId: vault.id }))?.active ?? {};
      const page = await store
        .credentials(vault.id)
        .list(workspace, request, ({ id, archived_at }) =>
          archived_at === null ? Object.hasOwn(living, id) : query.include_archived === true,
        );
      return wirePage(CREDENTIALS, request.order, page);
    },

    /** The row first: archiving again purges what a crash has left. */
    'vaults.credentials.archive': async ({ principal: { workspace }, now }, { path }) => {
      const { ref } = await find(workspace, path);
      const at = toTimestamp(now);
      const credential = await change(ref, (current) =>
        current.archived_at === null ? { ...current, archived_at: at, updated_at: at } : current,
      );
      await keeper.forget(ref);
      return credential;
    },

    /** The secrets first: what is left of a crash is a row that does not count. */
    'vaults.credentials.delete': async ({ principal: { workspace } }, { path }) => {
      const { ref } = await find(workspace, path);
      await keeper.forget(ref);
      await store.credentials(ref.vaultId).delete(workspace, ref.credentialId);
      return { id: ref.credentialId, type: 'vault_credential_deleted' };
    },

    'vaults.credentials.mcpOAuthValidate': async ({ principal: { workspace }, now }, { path }) => {
      const { credential, ref } = await find(workspace, path);
      if (credential.archived_at !== null) throw archived(credential.id);
      if (credential.auth.type !== 'mcp_oauth') {
        throw invalid(
          `Credential ${credential.id} is of type ${credential.auth.type}; only mcp_oauth can be validated.`,
        );
      }
      const result = await keeper.validate(ref);
      if (!result) throw absent(credential.id);
      return {
        type: 'vault_credential_validation',
        credential_id: credential.id,
        vault_id: ref.vaultId,
        validated_at: toTimestamp(now),
        ...result,
      };
    },
  };
}
