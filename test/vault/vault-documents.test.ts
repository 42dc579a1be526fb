import { readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemIds } from '../../runtime/contract/ids';
import { openSecretFiles } from '../../runtime/local/secrets';
import type { CredentialRef, VaultRef } from '../../runtime/store/vault-ports';
import type { EnvironmentVariableEntry } from '../../runtime/vault/entry';
import { Secret } from '../../runtime/vault/secret';
import { openEngine, type Engine } from '../store/engine';
import { filesIn, VaultWorld } from '../support/vault-world';

let engine: Engine;
let world: VaultWorld;
beforeAll(async () => {
  engine = await openEngine();
  world = await VaultWorld.open(engine.store);
});
afterAll(async () => {
  await world.close();
  await engine.close();
});

async function newVault(): Promise<VaultRef> {
  const ref = { workspace: 'wrkspc_test', vaultId: systemIds.make('vault') };
  await world.store.vaultHeads.create(ref);
  return ref;
}
const credentialIn = (vault: VaultRef): CredentialRef => ({ ...vault, credentialId: systemIds.make('credential') });
const variable = (name: string, value = 'value'): EnvironmentVariableEntry => ({
  type: 'environment_variable',
  name,
  value: new Secret(value),
  networking: { type: 'unrestricted' },
  injection: { header: true, body: true },
});
const dying = () => Promise.reject(new Error('the power is gone'));

/** The files of a vault, by place. */
async function filesOf({ workspace, vaultId }: VaultRef): Promise<string[]> {
  const directory = join(filesIn(world.directory).directory, `_${workspace}`, `_${vaultId}`);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('the secrets of a vault', () => {
  it('lose no change, however many are made at the same time', async () => {
    const vault = await newVault();
    const refs = Array.from({ length: 8 }, () => credentialIn(vault));
    const outcomes = await Promise.all(refs.map((ref, i) => world.broker().keep(ref, variable(`K${i}`, `v${i}`))));
    expect(new Set(outcomes)).toEqual(new Set(['kept']));
    await Promise.all([
      ...refs.slice(0, 3).map((ref) => world.broker().forget(ref)),
      ...refs
        .slice(3, 6)
        .map((ref, i) => world.broker().change(ref, { type: 'environment_variable', value: new Secret(`new ${i}`) })),
    ]);
    const left = (await world.documents().open(vault))?.entries;
    expect([...(left?.values() ?? [])].map((entry) => 'value' in entry && entry.value.reveal()).toSorted()).toEqual([
      'new 0',
      'new 1',
      'new 2',
      'v6',
      'v7',
    ]);
    expect(await filesOf(vault)).toHaveLength(1);
    expect((await world.store.vaultHeads.get(vault))?.doomed).toEqual([]);
  });

  it('are replaced as a whole by a purge: nothing of before is left on the disk', async () => {
    const vault = await newVault();
    const [kept, gone] = [credentialIn(vault), credentialIn(vault)];
    await world.broker().keep(kept, variable('KEPT'));
    await world.broker().keep(gone, variable('GONE'));
    const before = await filesOf(vault);
    await world.broker().forget(gone);
    const after = await filesOf(vault);
    expect(after).toHaveLength(1);
    expect(before).not.toContain(after[0]);
    await world.broker().forget(kept);
    expect(await filesOf(vault)).toEqual([]);
  });

  it('stay as they were when a writer dies, wherever that is, and the next one cleans up', async () => {
    const vault = await newVault();
    const [ref, other] = [credentialIn(vault), credentialIn(vault)];
    await world.broker().keep(ref, variable('A', 'old'));
    const { store, secrets } = world;
    let written = 0;
    const replaceOnce = (...args: Parameters<typeof store.vaultHeads.replace>) =>
      (written += 1) > 1 ? dying() : store.vaultHeads.replace(...args);
    const deaths = [
      { secrets: { ...secrets, put: dying } },
      {
        secrets: {
          ...secrets,
          put: async (...args: Parameters<typeof secrets.put>) => secrets.put(...args).then(dying),
        },
      },
      { store: { ...store, vaultHeads: { ...store.vaultHeads, replace: replaceOnce } } },
    ];
    for (const death of deaths) {
      const change = { type: 'environment_variable', value: new Secret('new') } as const;
      await expect(world.broker(death).change(ref, change)).rejects.toThrow('power');
      const entry = await world.entry(ref);
      expect(entry?.type === 'environment_variable' && entry.value.reveal()).toBe('old');
    }
    await world.broker().keep(other, variable('B'));
    expect((await world.store.vaultHeads.get(vault))?.doomed).toEqual([]);
    await world.broker().forget(other);
    expect(await filesOf(vault)).toHaveLength(1);
  });

  it('are purged by asking again, when the deletion did not come to its end', async () => {
    const vault = await newVault();
    const ref = credentialIn(vault);
    await world.broker().keep(ref, variable('A'));
    const secrets = { ...world.secrets, delete: dying };
    await expect(world.broker({ secrets }).forget(ref)).rejects.toThrow('power');
    expect(await filesOf(vault)).toHaveLength(1);
    await world.broker().forget(ref);
    expect(await filesOf(vault)).toEqual([]);
  });

  it('take nothing once the vault is closed, or was deleted', async () => {
    const [closed, deleted] = [await newVault(), await newVault()];
    await world.broker().keep(credentialIn(closed), variable('A'));
    await world.broker().close(closed);
    await world.broker().close(closed);
    await world.store.vaultHeads.delete(deleted);
    for (const vault of [closed, deleted]) {
      expect(await world.broker().keep(credentialIn(vault), variable('B'))).toBe('closed');
      expect(await filesOf(vault)).toEqual([]);
    }
  });
});

describe('secret files', () => {
  it('show nothing of what is in them, and nobody else may read them', async () => {
    const vault = await newVault();
    await world.broker().keep(credentialIn(vault), variable('NAME', 'canary'));
    const [file = ''] = await filesOf(vault);
    const content = await readFile(file, 'latin1');
    expect(content).not.toContain('canary');
    expect(content).not.toContain('NAME');
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect((await stat(filesIn(world.directory).keyFile)).mode & 0o077).toBe(0);
  });

  it('do not open in the place of others, nor with another key', async () => {
    const place = { workspace: 'w', vaultId: 'v', place: 'p' };
    await world.secrets.put(place, 'one', new Secret('text'));
    expect((await world.secrets.get(place, 'one'))?.reveal()).toBe('text');
    const directory = join(filesIn(world.directory).directory, '_w', '_v', '_p');
    await rename(join(directory, '_one'), join(directory, '_two'));
    await expect(world.secrets.get(place, 'two')).rejects.toThrow();
    await world.secrets.put(place, 'one', new Secret('text'));
    const stranger = await openSecretFiles({
      ...filesIn(world.directory),
      keyFile: join(world.directory, 'other-key'),
    });
    await expect(stranger.get(place, 'one')).rejects.toThrow();
  });

  it('keep what they belong to inside their directory, whatever it is called', async () => {
    const strange = { workspace: '../..', vaultId: '/', place: '' };
    await world.secrets.put(strange, '..', new Secret('text'));
    expect((await world.secrets.get(strange, '..'))?.reveal()).toBe('text');
    const again = await openSecretFiles(filesIn(world.directory));
    expect((await again.get(strange, '..'))?.reveal()).toBe('text');
    await world.secrets.delete(strange);
    expect(await world.secrets.get(strange, '..')).toBeUndefined();
    expect(await readdir(world.directory)).toEqual(expect.arrayContaining(['secret-key', 'secrets']));
  });
});
