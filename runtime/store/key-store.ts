import { MICROS_PER_SECOND, type Clock } from '../contract/time';
import { ITEM_EXISTS } from './conditions';
import { given } from './expressions';
import { keyHashKey, keyListKey, keyListPartition, keyListRange } from './keys';
import type { KeyRecord, KeyStore } from './ports';
import type { Item, Table } from './table';
import { EXPIRES_AT } from './tables';

const LISTED_KINDS = ['api_key', 'environment_key'] as const;

/**
 * Keys, over the control table. A row under the key's hash is what a request is checked against; a row under the workspace
 * is what lists and revocation use. A new key is listed before it works, and a revoked one stops working before the list
 * says so: whatever a crash leaves, no key works that a list does not show, and revoking again finishes the job.
 */
export function createKeyStore(table: Table, clock: Clock): KeyStore {
  async function listed(kind: 'api_key' | 'environment_key', workspace?: string): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of table.query({ partition: keyListPartition(kind), ...keyListRange(workspace) })) {
      items.push(item);
    }
    return items;
  }

  return {
    async put(hash, key) {
      const { principal } = key;
      const record = { record: JSON.stringify(key) };
      if (principal.kind === 'session_token' || principal.kind === 'work_claim') {
        const expiry = key.expiresAt === null ? {} : { [EXPIRES_AT]: Math.ceil(key.expiresAt / MICROS_PER_SECOND) };
        await table.set({ ...keyHashKey(hash), ...record, ...expiry });
        return;
      }
      const row = keyListKey(principal.kind, principal.workspace, key.id);
      await table.set({ ...row, key_id: key.id, key_hash: hash, ...record });
      await table.set({ ...keyHashKey(hash), ...record });
    },

    async findByHash(hash) {
      const item = await table.get(keyHashKey(hash));
      const key = item && toKey(item);
      if (!key || key.revokedAt !== null) return undefined;
      return key.expiresAt === null || key.expiresAt > clock.now() ? key : undefined;
    },

    async list(kind, workspace) {
      const keys = (await listed(kind, workspace)).map(toKey);
      return keys.toSorted((a, b) => b.createdAt - a.createdAt);
    },

    async revoke(keyId, at) {
      const rows = (await Promise.all(LISTED_KINDS.map((kind) => listed(kind)))).flat();
      const row = rows.find((item) => item.key_id === keyId);
      if (!row) return false;
      const revoked = { initially: { revoked_at: at } };
      await table.update(keyHashKey(String(row.key_hash)), revoked, given(ITEM_EXISTS));
      await table.update({ pk: row.pk, sk: row.sk }, revoked, given(ITEM_EXISTS));
      return true;
    },

    removeByHash: (hash) => table.delete(keyHashKey(hash)),
  };
}

/** The record with what was added to its row since. */
function toKey(item: Item): KeyRecord {
  const key = JSON.parse(String(item.record)) as KeyRecord;
  return typeof item.revoked_at === 'number' ? { ...key, revokedAt: item.revoked_at } : key;
}
