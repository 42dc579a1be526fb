import { hashOfSecret, type Keys } from '../resources/keys';
import type { KeyStore } from '../store/ports';
import type { DataDirectory } from './data-directory';

/** The workspace of a machine that has only one. */
export const DEFAULT_WORKSPACE = 'default';

/** The key for local use: made at the first start, and again only where it was revoked or lost. */
export async function localApiKey(directory: DataDirectory, keys: Keys, store: KeyStore): Promise<string> {
  const kept = await directory.readApiKey();
  const record = kept === undefined ? undefined : await store.findByHash(hashOfSecret(kept));
  if (kept !== undefined && record?.revokedAt === null) return kept;
  const { secret } = await keys.createApiKey(DEFAULT_WORKSPACE, 'local use');
  await directory.writeApiKey(secret);
  return secret;
}
