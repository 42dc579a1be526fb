import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirectory } from '../../runtime/local/data-directory';

describe('the data directory', () => {
  let path: string;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'data-'));
  });
  afterEach(() => rm(path, { recursive: true, force: true }));

  test('keeps secrets for their owner only, and replaces them in one step', async () => {
    const directory = new DataDirectory(path);
    expect(await directory.readApiKey()).toBeUndefined();
    for (const key of ['first', 'second']) {
      await directory.writeApiKey(key);
      expect(await directory.readApiKey()).toBe(key);
    }
    await directory.writeConnection({ base_url: 'http://127.0.0.1:1', api_key: 'second' });
    for (const name of ['api-key', 'connection.json']) {
      expect((await stat(join(path, name))).mode & 0o777).toBe(0o600);
    }
    await directory.removeConnection();
    await directory.removeConnection();
  });

  test('lets others pass through to the sandboxes, and see nothing on the way', async () => {
    const directory = new DataDirectory(join(path, 'fresh'));
    await directory.ensure();
    expect((await stat(directory.path)).mode & 0o777).toBe(0o711);
  });

  test('has no socket where no socket could have such a path', () => {
    expect(new DataDirectory(path).adminSocket).toBe(join(path, 'admin.sock'));
    expect(new DataDirectory(join(path, 'deep'.repeat(40))).adminSocket).toBeUndefined();
  });
});
