import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecretPlace, SecretStore } from '../../runtime/vault/ports';
import { Secret } from '../../runtime/vault/secret';
import { heldOf, openSecrets } from '../support/secret-store';

let directory: string;
let secrets: SecretStore;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'secret-store-test-'));
  secrets = await openSecrets(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const newPlace = (vaultId: string = randomUUID()): SecretPlace => ({
  workspace: 'wrkspc_test',
  vaultId,
  place: randomUUID(),
});
const put = async (place: SecretPlace, text: string): Promise<string> => {
  const version = randomUUID();
  expect(await secrets.put(place, version, new Secret(text), true)).toBe(true);
  return version;
};
const get = async (place: SecretPlace, version: string) => (await secrets.get(place, version))?.reveal();

/** Longer than one secret of Secrets Manager, cut at every alignment of its characters. */
const long = (n: number): string => `${'x'.repeat(n)}${'✂️é😀'.repeat(14_000)}`;

describe('a secret store', () => {
  it('keeps every version as it was put, of any length', async () => {
    const place = newPlace();
    const texts = [
      '',
      'short',
      '{"a":"b"}\n',
      long(0),
      long(1),
      long(2),
      long(3),
      'y'.repeat(65_000),
      'z'.repeat(65_001),
    ];
    const versions: string[] = [];
    for (const text of texts) versions.push(await put(place, text));
    for (const [i, version] of versions.entries()) expect(await get(place, version)).toBe(texts[i]);
  });

  it('takes the same version again', async () => {
    const place = newPlace();
    const version = await put(place, 'text');
    expect(await secrets.put(place, version, new Secret('text'), false)).toBe(true);
    expect(await get(place, version)).toBe('text');
  });

  it('takes versions of one place from many at the same time', async () => {
    const place = newPlace();
    const texts = Array.from({ length: 6 }, (_, i) => `${i}${long(i)}`);
    const versions = await Promise.all(texts.map((text) => put(place, text)));
    expect(await Promise.all(versions.map((version) => get(place, version)))).toEqual(texts);
  });

  it('knows nothing of what was never put', async () => {
    const place = newPlace();
    expect(await get(place, randomUUID())).toBeUndefined();
    await put(place, 'text');
    expect(await get(place, randomUUID())).toBeUndefined();
    await secrets.drop(place, randomUUID());
    await secrets.drop(newPlace(), randomUUID());
    await secrets.delete(newPlace());
  });

  it('puts nothing into a place that is gone, or never was', async () => {
    const place = newPlace('vlt_b');
    await put(place, 'text');
    await secrets.delete(place);
    for (const gone of [place, newPlace('vlt_b')]) {
      expect(await secrets.put(gone, randomUUID(), new Secret('late'), false)).toBe(false);
    }
    expect(await heldOf({ workspace: 'wrkspc_test', vaultId: 'vlt_b' }, directory)).toEqual([]);
  });

  it('deletes a place with everything in it, and nothing beside it', async () => {
    const [place, neighbour] = [newPlace('vlt_a'), newPlace('vlt_a')];
    const [a, b, kept] = [await put(place, 'a'), await put(place, long(0)), await put(neighbour, 'kept')];
    await secrets.delete(place);
    await secrets.delete(place);
    expect([await get(place, a), await get(place, b), await get(neighbour, kept)]).toEqual([
      undefined,
      undefined,
      'kept',
    ]);
    expect(await heldOf({ workspace: 'wrkspc_test', vaultId: 'vlt_a' }, directory)).toHaveLength(1);
  });
});
