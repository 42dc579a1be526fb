import { unauthenticated } from '../contract/errors';
import { MICROS_PER_SECOND, type Clock, type Micros } from '../contract/time';
import { hashOfSecret, SECRET_PREFIXES } from '../resources/keys';
import type { KeyRecord, KeyStore, Principal } from '../store/ports';

/** A revoked key works this much longer where it was just used. */
const REMEMBERED_FOR: Micros = 30 * MICROS_PER_SECOND;
const REMEMBERED_KEYS = 10_000;
const MAX_SECRET_LENGTH = 256;

const BEARER = /^bearer +(\S+) *$/i;
const PREFIXES = Object.values(SECRET_PREFIXES);

/** Says whose request it is, by its headers alone. */
export interface Authenticator {
  /**
   * @throws ApiError 401 when there is no credential, or one that is unknown, expired or revoked; `refusal` is what it then
   * says.
   */
  authenticate(headers: Headers, refusal?: string): Promise<Principal>;
}

/**
 * Looks credentials up by their hash, so neither the store nor this process holds a key, and what is compared is not the
 * secret. What is found is remembered for a while; what is not is looked up again each time, so that a new key works at once.
 */
export function createAuthenticator(
  keys: Pick<KeyStore, 'findByHash'>,
  clock: Clock,
  rememberedFor: Micros = REMEMBERED_FOR,
): Authenticator {
  const remembered = new Map<string, { readonly key: KeyRecord; readonly until: Micros }>();

  async function find(hash: string, now: Micros): Promise<KeyRecord | undefined> {
    const known = remembered.get(hash);
    if (known && known.until > now) return known.key;
    remembered.delete(hash);
    const key = await keys.findByHash(hash);
    if (key) {
      remembered.set(hash, { key, until: now + rememberedFor });
      for (const oldest of remembered.keys()) {
        if (remembered.size <= REMEMBERED_KEYS) break;
        remembered.delete(oldest);
      }
    }
    return key;
  }

  return {
    async authenticate(headers, refusal) {
      const secret = secretOf(headers);
      if (secret === undefined) {
        throw unauthenticated('Send a key, as `Authorization: Bearer <key>` or as `x-api-key: <key>`.');
      }
      const now = clock.now();
      const key = looksLikeKey(secret) ? await find(hashOfSecret(secret), now) : undefined;
      const isValid = key && key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now);
      if (!isValid) throw unauthenticated(refusal);
      return key.principal;
    },
  };
}

/**
 * The credential of a request, not looked at. Where both headers are sent, the bearer counts: a worker's client may still have
 * an API key from its surroundings.
 */
export function secretOf(headers: Headers): string | undefined {
  const bearer = BEARER.exec(headers.get('authorization') ?? '')?.[1];
  return bearer ?? (headers.get('x-api-key')?.trim() || undefined);
}

/** What is no key of ours is not worth a look into the store. */
function looksLikeKey(secret: string): boolean {
  return secret.length <= MAX_SECRET_LENGTH && PREFIXES.some((prefix) => secret.startsWith(prefix));
}
