import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createFileBlobs } from '../../runtime/local/blobs';
import type { BlobStore } from '../../runtime/store/ports';

let directory: string;
let blobs: BlobStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'blobs-test-'));
  blobs = createFileBlobs(join(directory, 'blobs'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = async (key: string): Promise<string | undefined> => {
  const found = await blobs.get(key);
  return found && new TextDecoder().decode(found);
};

describe('blobs in files', () => {
  it('come back under their key, and are replaced as a whole', async () => {
    await blobs.put('a/b/c', bytes('one'));
    await blobs.put('a/b/c', bytes('two'));
    expect(await textOf('a/b/c')).toBe('two');
    expect(await textOf('a/b')).toBeUndefined();
    expect(await textOf('a/b/c/d')).toBeUndefined();
  });

  it('stay in their directory and apart, whatever the keys', async () => {
    const piece = fc.oneof(
      fc.constantFrom('', '.', '..', 'a', 'A/', '/', '%', '%2e', 'é', '\0', 'a.blob'),
      fc.string({ maxLength: 8, unit: 'binary' }),
    );
    const keys = fc.uniqueArray(
      fc.array(piece, { maxLength: 4 }).map((parts) => parts.join('/')),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(keys, async (all) => {
        await Promise.all(all.map((key) => blobs.put(key, bytes(key))));
        for (const key of all) expect(await textOf(key)).toBe(key);
        expect(await readdir(directory)).toEqual(['blobs']);
        await blobs.deletePrefix('');
        for (const key of all) expect(await textOf(key)).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it('are deleted by the beginning of their keys', async () => {
    const keys = ['ws/s1/t1/x', 'ws/s1/t1/y', 'ws/s1/t2/x', 'ws/s1', 'ws/s11/x', 'ws/s2/x', 'w', 'é/1', 'éa/1'];
    const prefixes = ['ws/s1/t1/', 'ws/s1', 'ws/', 'w', 'ws/s1/t1/x', 'nothing/', 'é', ''];
    for (const prefix of prefixes) {
      await Promise.all(keys.map((key) => blobs.put(key, bytes(key))));
      await blobs.deletePrefix(prefix);
      for (const key of keys) expect([key, await textOf(key)]).toEqual([key, key.startsWith(prefix) ? undefined : key]);
    }
  });

  it('leave no unfinished file behind', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => blobs.put('a/b', bytes(`${i}`))));
    expect(await readdir(join(directory, 'blobs', 'a'))).toEqual(['b.blob']);
  });
});
