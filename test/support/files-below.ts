import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dirent } from 'node:fs';

/** Something in a directory. */
export interface FileBelow {
  readonly path: string;
  /** What a file holds, and where a link leads; nothing of anything else. */
  readonly content: Buffer;
}

/** Everything below a directory. Whoever takes something away meanwhile makes it look anew, so it misses nothing that was there all along. */
export async function filesBelow(directory: string): Promise<FileBelow[]> {
  for (;;) {
    try {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      return await Promise.all(entries.map(look));
    } catch (error) {
      const { code, path } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || path === directory) throw error;
    }
  }
}

async function look(entry: Dirent): Promise<FileBelow> {
  const path = join(entry.parentPath, entry.name);
  if (entry.isSymbolicLink()) return { path, content: Buffer.from(await readlink(path)) };
  return { path, content: entry.isFile() ? await readFile(path) : Buffer.alloc(0) };
}
