import { mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSecretFiles } from '../../runtime/local/secrets';
import type { SecretStore } from '../../runtime/vault/ports';
import { Secret } from '../../runtime/vault/secret';
import { filesIn } from '../support/secret-store';

const place = { workspace: 'w', vaultId: 'v', place: 'p' };

let directory: string;
let secrets: SecretStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'secrets-test-'));
  secrets = await openSecretFiles(filesIn(directory));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('secret files', () => {
  it('show nothing of what is in them, and nobody else may read them', async () => {
    await secrets.put(place, 'one', new Secret('canary'), true);
    const file = join(filesIn(directory).directory, '_w', '_v', '_p', '_one');
    const content = await readFile(file, 'latin1');
    expect(content).not.toContain('canary');
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect((await stat(filesIn(directory).keyFile)).mode & 0o077).toBe(0);
  });

  it('do not open in the place of others, nor with another key', async () => {
    await secrets.put(place, 'one', new Secret('text'), true);
    expect((await secrets.get(place, 'one'))?.reveal()).toBe('text');
    const files = join(filesIn(directory).directory, '_w', '_v', '_p');
    await rename(join(files, '_one'), join(files, '_two'));
    await expect(secrets.get(place, 'two')).rejects.toThrow();
    await secrets.put(place, 'one', new Secret('text'), true);
    const stranger = await openSecretFiles({
      ...filesIn(directory),
      keyFile: join(directory, 'other-key'),
    });
    await expect(stranger.get(place, 'one')).rejects.toThrow();
  });

  it('keep what they belong to inside their directory, whatever it is called', async () => {
    const strange = { workspace: '../..', vaultId: '/', place: '' };
    await secrets.put(strange, '..', new Secret('text'), true);
    expect((await secrets.get(strange, '..'))?.reveal()).toBe('text');
    const again = await openSecretFiles(filesIn(directory));
    expect((await again.get(strange, '..'))?.reveal()).toBe('text');
    await secrets.delete(strange);
    expect(await secrets.get(strange, '..')).toBeUndefined();
    expect(await readdir(directory)).toEqual(expect.arrayContaining(['secret-key', 'secrets']));
  });
});
