/** Sealing: texts encrypted with AES-256-GCM, bound to what they belong to. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretPlace } from './ports';
import { Secret } from './secret';

const CIPHER = 'aes-256-gcm';
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a sealed text belongs to: it opens nowhere else. */
export const contextOf = ({ workspace, vaultId, place }: SecretPlace, version: string): Buffer =>
  Buffer.from(JSON.stringify([workspace, vaultId, place, version]));

/** Nonce, tag and ciphertext. */
export function seal(key: Uint8Array, context: Buffer, text: Secret): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(context);
  const ciphertext = Buffer.concat([cipher.update(text.reveal(), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}

/** @throws Error for another key or context, and for what was changed. */
export function unseal(key: Uint8Array, context: Buffer, sealed: Buffer): Secret {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(context).setAuthTag(tag);
  const text = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  return new Secret(text.toString('utf8'));
}
