import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, link, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SecretPlace, SecretStore } from '../vault/ports';
import { contextOf, KEY_BYTES, seal, unseal } from '../vault/sealing';

/** Where the secrets of a local system stand, and the key to them. */
export interface SecretFiles {
  readonly directory: string;
  readonly keyFile: string;
}

/**
 * The secret store of one machine: a file a version, encrypted with a key that stands in a file of its own (both readable by
 * their owner only). The encryption protects copies of the directory that do not have the key file; it does not protect from who
 * can read both. The path is authenticated too: a file that was moved to another vault's place does not open.
 */
export async function openSecretFiles({ directory, keyFile }: SecretFiles): Promise<SecretStore> {
  const key = await readOrMakeKey(keyFile);
  const directoryOf = ({ workspace, vaultId, place }: SecretPlace): string =>
    join(directory, ...[workspace, vaultId, place].map(encodePart));
  const fileOf = (place: SecretPlace, version: string): string => join(directoryOf(place), encodePart(version));

  return {
    async put(place, version, text, isNew) {
      const file = fileOf(place, version);
      if (isNew) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const unfinished = join(dirname(file), `.${randomUUID()}`);
      try {
        await writeFile(unfinished, seal(key, contextOf(place, version), text), { mode: 0o600, flush: true });
        await rename(unfinished, file);
        return true;
      } catch (error) {
        if (isNew || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        return false;
      }
    },

    async get(place, version) {
      const sealed = await readFile(fileOf(place, version)).catch(undefinedIfAbsent);
      return sealed && unseal(key, contextOf(place, version), sealed);
    },

    drop: (place, version) => rm(fileOf(place, version), { force: true }),

    delete: (place) => rm(directoryOf(place), { recursive: true, force: true }),
  };
}

/** The key, made at the first start. Of two that make one, the first wins: linking fails where there is a file. */
async function readOrMakeKey(file: string): Promise<Buffer> {
  const known = await readFile(file).catch(undefinedIfAbsent);
  if (known) return checked(known, file);
  await mkdir(dirname(file), { recursive: true, mode: 0o711 });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, randomBytes(KEY_BYTES), { mode: 0o600, flush: true });
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
  return checked(await readFile(file), file);
}

function checked(key: Buffer, file: string): Buffer {
  if (key.length !== KEY_BYTES) throw new Error(`${file} is not a key: it has ${key.length} bytes, not ${KEY_BYTES}`);
  return key;
}

/** No id, however strange, leaves its own place; nor is any encoded part hidden, or empty. */
const encodePart = (part: string): string =>
  `_${Buffer.from(part)
    .toString('latin1')
    .replace(/[^A-Za-z0-9_-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)}`;

function undefinedIfAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
