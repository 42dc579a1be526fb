import { systemIds } from '../../runtime/contract/ids';
import { MICROS_PER_SECOND } from '../../runtime/contract/time';
import type { CredentialRef, VaultRef } from '../../runtime/store/vault-ports';
import type { EnvironmentVariableEntry } from '../../runtime/vault/entry';
import { Secret } from '../../runtime/vault/secret';
import { openEngine, type Engine } from '../store/engine';
import { VaultWorld } from '../support/vault-world';

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
    expect(await world.held(vault)).toHaveLength(1);
    expect((await world.store.vaultHeads.get(vault))?.doomed).toEqual([]);
  });

  it('are replaced as a whole by a purge: nothing of before is left', async () => {
    const vault = await newVault();
    const [kept, gone] = [credentialIn(vault), credentialIn(vault)];
    await world.broker().keep(kept, variable('KEPT'));
    await world.broker().keep(gone, variable('GONE'));
    const before = await world.held(vault);
    await world.broker().forget(gone);
    const after = await world.held(vault);
    expect(after).toHaveLength(1);
    expect(before).not.toContain(after[0]);
    await world.broker().forget(kept);
    expect(await world.held(vault)).toEqual([]);
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
    expect(await world.held(vault)).toHaveLength(1);
  });

  it('are purged by asking again, when the deletion did not come to its end', async () => {
    const vault = await newVault();
    const ref = credentialIn(vault);
    await world.broker().keep(ref, variable('A'));
    const secrets = { ...world.secrets, delete: dying };
    await expect(world.broker({ secrets }).forget(ref)).rejects.toThrow('power');
    expect(await world.held(vault)).toHaveLength(1);
    await world.broker().forget(ref);
    expect(await world.held(vault)).toEqual([]);
  });

  it('are purged by the sweeper, when nobody asks again', async () => {
    const vault = await newVault();
    const ref = credentialIn(vault);
    await world.broker().keep(ref, variable('A'));
    const secrets = { ...world.secrets, delete: dying };
    await expect(world.broker({ secrets }).forget(ref)).rejects.toThrow('power');
    const later = world.clock.now() + 600 * MICROS_PER_SECOND;
    const mine = async () =>
      (await world.store.due.due('vault', later, 100)).filter(
        (item) => 'vaultId' in item && item.vaultId === vault.vaultId,
      );
    const [due] = await mine();
    expect(due).toMatchObject({ kind: 'vault', ...vault });
    await world.broker().tidy(vault);
    expect(await world.held(vault)).toEqual([]);
    expect(await mine()).toEqual([]);
  });

  it('are not brought back by a writer who comes too late', async () => {
    const vault = await newVault();
    const [ref, other] = [credentialIn(vault), credentialIn(vault)];
    await world.broker().keep(ref, variable('A', 'old'));
    let isFirst = true;
    const put = async (...args: Parameters<typeof world.secrets.put>): Promise<boolean> => {
      if (isFirst) await world.broker().forget(ref);
      isFirst = false;
      return world.secrets.put(...args);
    };
    await world.broker({ secrets: { ...world.secrets, put } }).keep(other, variable('B'));
    expect([...((await world.documents().open(vault))?.entries.keys() ?? [])]).toEqual([other.credentialId]);
    expect(await world.held(vault)).toHaveLength(1);
  });

  it('take nothing once the vault is closed, or was deleted', async () => {
    const [closed, deleted] = [await newVault(), await newVault()];
    await world.broker().keep(credentialIn(closed), variable('A'));
    await world.broker().close(closed);
    await world.broker().close(closed);
    await world.store.vaultHeads.delete(deleted);
    for (const vault of [closed, deleted]) {
      expect(await world.broker().keep(credentialIn(vault), variable('B'))).toBe('closed');
      expect(await world.held(vault)).toEqual([]);
    }
  });
});
