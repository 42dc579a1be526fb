import type { Clock } from '../contract/time';
import type { KeyRecord, KeyStore } from '../store/ports';

const MAX_REMEMBERED = 10_000;

/**
 * The keys of a store that only this process changes: what was found once is not looked up again until a key is made, revoked
 * or removed here, so a revoked key ends at once all the same.
 */
export function rememberKeys(keys: KeyStore, clock: Clock): KeyStore {
  const found = new Map<string, KeyRecord>();
  let changes = 0;
  const afterwards = async <T>(change: Promise<T>): Promise<T> => {
    try {
      return await change;
    } finally {
      changes += 1;
      found.clear();
    }
  };
  return {
    async findByHash(hash) {
      const known = found.get(hash);
      if (known && (known.expiresAt === null || known.expiresAt > clock.now())) return known;
      const before = changes;
      const key = await keys.findByHash(hash);
      // What was read while something changed may be from before the change.
      if (key && before === changes && found.size < MAX_REMEMBERED) found.set(hash, key);
      return key;
    },
    list: (kind, workspace) => keys.list(kind, workspace),
    put: (hash, key) => afterwards(keys.put(hash, key)),
    revoke: (keyId, at) => afterwards(keys.revoke(keyId, at)),
    removeByHash: (hash) => afterwards(keys.removeByHash(hash)),
  };
}
