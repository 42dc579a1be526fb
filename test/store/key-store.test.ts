import { createHash } from 'node:crypto';
import type { KeyRecord, Principal } from '../../runtime/store/ports';
import { openEngine, type Engine } from './engine';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const NOW = Date.now() * 1_000;
const HOUR = 3_600_000_000;
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

function key(principal: Principal, parts: Partial<KeyRecord> = {}): KeyRecord {
  const id = 'keyId' in principal ? principal.keyId : principal.workId;
  return { id, principal, name: null, hint: 'wxyz', createdAt: NOW, expiresAt: null, revokedAt: null, ...parts };
}
const apiKey = (workspace: string, keyId: string, parts: Partial<KeyRecord> = {}): KeyRecord =>
  key({ kind: 'api_key', workspace, keyId }, parts);
const token = (workId: string, expiresAt: number | null): KeyRecord =>
  key({ kind: 'session_token', workspace: 'w', environmentId: 'e', sessionId: 's', workId }, { expiresAt });

describe('keys', () => {
  it('are found by their hash and by nothing else', async () => {
    const record = apiKey('ws_a', 'apikey_a', { name: 'laptop' });
    await engine.store.keys.put(hashOf('secret a'), record);
    expect(await engine.store.keys.findByHash(hashOf('secret a'))).toEqual(record);
    expect(await engine.store.keys.findByHash(hashOf('secret b'))).toBeUndefined();
    expect(await engine.store.keys.findByHash('')).toBeUndefined();
  });

  it('are listed newest first, by kind and by workspace', async () => {
    const { keys } = engine.store;
    const one = apiKey('list_a', 'apikey_1', { createdAt: NOW + 1 });
    const two = apiKey('list_a', 'apikey_2', { createdAt: NOW + 3 });
    const other = apiKey('list_ab', 'apikey_3', { createdAt: NOW + 2 });
    const environment = key({ kind: 'environment_key', workspace: 'list_a', environmentId: 'env', keyId: 'envkey_1' });
    for (const record of [one, two, other, environment, token('work_1', NOW + HOUR)])
      await keys.put(hashOf(record.id), record);
    expect(await keys.list('api_key', 'list_a')).toEqual([two, one]);
    expect(await keys.list('environment_key', 'list_a')).toEqual([environment]);
    expect((await keys.list('api_key')).filter(({ id }) => /_[123]$/.test(id))).toEqual([two, other, one]);
  });

  it('stop working when revoked, and say when', async () => {
    const { keys } = engine.store;
    await keys.put(hashOf('revoked'), apiKey('revoke', 'apikey_r'));
    expect(await keys.revoke('apikey_r', NOW + 5)).toBe(true);
    expect(await keys.revoke('apikey_r', NOW + 9)).toBe(true);
    expect(await keys.findByHash(hashOf('revoked'))).toBeUndefined();
    expect(await keys.list('api_key', 'revoke')).toEqual([apiKey('revoke', 'apikey_r', { revokedAt: NOW + 5 })]);
    expect(await keys.revoke('apikey_unknown', NOW)).toBe(false);
  });

  it('stop working when they expire', async () => {
    const { keys } = engine.store;
    const late = engine.storeOf(engine.client, { now: () => NOW + HOUR });
    await keys.put(hashOf('short'), apiKey('expire', 'apikey_e', { expiresAt: NOW + HOUR }));
    await keys.put(hashOf('token'), token('work_2', NOW + HOUR));
    expect(await engine.storeOf(engine.client, { now: () => NOW }).keys.findByHash(hashOf('short'))).toBeDefined();
    expect(await late.keys.findByHash(hashOf('short'))).toBeUndefined();
    expect(await late.keys.findByHash(hashOf('token'))).toBeUndefined();
  });

  it('of sessions leave with their row', async () => {
    const { keys } = engine.store;
    await keys.put(hashOf('gone'), token('work_3', NOW + HOUR));
    expect(await keys.findByHash(hashOf('gone'))).toEqual(token('work_3', NOW + HOUR));
    await keys.removeByHash(hashOf('gone'));
    await keys.removeByHash(hashOf('gone'));
    expect(await keys.findByHash(hashOf('gone'))).toBeUndefined();
  });

  it('are listed but do not work when a crash came while they were made', async () => {
    const client = engine.connect();
    let puts = 0;
    client.middlewareStack.add(
      (send) => (args) => {
        puts += 1;
        if (puts === 2) throw new Error('crash');
        return send(args);
      },
      { step: 'initialize' },
    );
    const record = apiKey('crash', 'apikey_c');
    await expect(engine.storeOf(client).keys.put(hashOf('crashed'), record)).rejects.toThrow('crash');
    client.destroy();
    expect(await engine.store.keys.findByHash(hashOf('crashed'))).toBeUndefined();
    expect(await engine.store.keys.list('api_key', 'crash')).toEqual([record]);
    expect(await engine.store.keys.revoke('apikey_c', NOW)).toBe(true);
    expect(await engine.store.keys.findByHash(hashOf('crashed'))).toBeUndefined();
  });
});
