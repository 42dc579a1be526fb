import type { KeyRecord, KeyStore } from '../../runtime/store/ports';
import { rememberKeys } from '../../runtime/local/remembered-keys';

const record = (expiresAt: number | null = null): KeyRecord => ({
  id: 'key',
  principal: { kind: 'api_key', workspace: 'w', keyId: 'key' },
  name: null,
  hint: 'abcd',
  createdAt: 1,
  expiresAt,
  revokedAt: null,
});

/** A store of one key, which counts how often it is looked up. */
function storeOf(key: KeyRecord): KeyStore & { lookUps: number } {
  let stored: KeyRecord | undefined = key;
  const store = {
    lookUps: 0,
    put: async () => undefined,
    findByHash: async () => {
      store.lookUps += 1;
      return stored;
    },
    list: async () => [],
    revoke: async () => {
      stored = undefined;
      return true;
    },
    removeByHash: async () => {
      stored = undefined;
    },
  };
  return store;
}

let now = 10;
const clock = { now: () => now };

describe('remembered keys', () => {
  test('are looked up once, until one is revoked', async () => {
    const store = storeOf(record());
    const keys = rememberKeys(store, clock);
    expect(await keys.findByHash('h')).toBeDefined();
    expect(await keys.findByHash('h')).toBeDefined();
    expect(store.lookUps).toBe(1);
    await keys.revoke('key', now);
    expect(await keys.findByHash('h')).toBeUndefined();
  });

  test('are not remembered from a look-up that a revocation overtook', async () => {
    const store = storeOf(record());
    const keys = rememberKeys(store, clock);
    const lookUp = keys.findByHash('h');
    await keys.removeByHash('h');
    await lookUp;
    expect(await keys.findByHash('h')).toBeUndefined();
  });

  test('expire', async () => {
    const store = storeOf(record(20));
    const keys = rememberKeys(store, clock);
    await keys.findByHash('h');
    now = 30;
    await keys.findByHash('h');
    expect(store.lookUps).toBe(2);
  });
});
