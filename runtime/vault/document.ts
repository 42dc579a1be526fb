import { Secret } from './secret';
import type { CredentialEntry } from './entry';

/** The entries of a vault, by the credential's id. */
export type Entries = ReadonlyMap<string, CredentialEntry>;

/** What stands for a value in the written form; no other object has this one field. */
interface WrittenSecret {
  readonly $secret: string;
}

/**
 * A value with secrets in it as JSON, with the secrets revealed. The result is one secret itself: it goes into a secret store, or
 * between two parts of the broker, and nowhere else.
 */
export function write(value: unknown): Secret {
  return new Secret(JSON.stringify(written(value)));
}

/** The value that `write` has written. */
export function read<T>(text: Secret): T {
  try {
    return JSON.parse(text.reveal(), (_key, part: unknown) =>
      isWrittenSecret(part) ? new Secret(part.$secret) : part,
    ) as T;
  } catch {
    // The parser's own message quotes what it could not parse.
    throw new Error('A text of secrets cannot be read: it is not what was written');
  }
}

/** The entries of a vault as the text that a secret store keeps. */
export const writeEntries = (entries: Entries): Secret => write(Object.fromEntries(entries));
/** The entries that such a text holds. */
export const readEntries = (text: Secret): Entries =>
  new Map(Object.entries(read<Record<string, CredentialEntry>>(text)));

function written(value: unknown): unknown {
  if (value instanceof Secret) return { $secret: value.reveal() } satisfies WrittenSecret;
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, written(part)]));
}

function isWrittenSecret(value: unknown): value is WrittenSecret {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === '$secret';
}
