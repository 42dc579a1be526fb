import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobStore } from '../store/ports';

const SUFFIX = '.blob';

/**
 * Blobs as files. A key's parts (between slashes) become directories and a file, with every character but letters, digits, `-`
 * and `_` encoded: no key can leave the directory, and no file can have the name of a directory.
 */
export function createFileBlobs(directory: string): BlobStore {
  const fileOf = (key: string): string => {
    const parts = key.split('/').map(encodePart);
    return join(directory, ...parts) + SUFFIX;
  };

  return {
    async put(key, body) {
      const file = fileOf(key);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const unfinished = join(dirname(file), `.${randomUUID()}`);
      await writeFile(unfinished, body, { mode: 0o600 });
      await rename(unfinished, file);
    },

    get: (key) => readFile(fileOf(key)).catch(undefinedIfAbsent),

    async deletePrefix(prefix) {
      const parts = prefix.split('/').map((part) => encode(part));
      const beginning = parts.pop() ?? '';
      const parent = join(directory, ...parts.map((part) => part || EMPTY));
      const names = (await readdir(parent).catch(undefinedIfAbsent)) ?? [];
      const doomed = names.filter((name) => name.startsWith(beginning) && !name.startsWith('.'));
      await Promise.all(doomed.map((name) => rm(join(parent, name), { recursive: true, force: true })));
    },
  };
}

/** What stands for a part without a character: an encoded one always has two digits after the sign. */
const EMPTY = '%';
const encodePart = (part: string): string => encode(part) || EMPTY;
/** Character by character, so that the beginning of a part encodes to the beginning of its encoding. */
const encode = (part: string): string =>
  Buffer.from(part)
    .toString('latin1')
    .replace(/[^A-Za-z0-9_-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);

function undefinedIfAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
