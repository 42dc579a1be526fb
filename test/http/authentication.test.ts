import { createAuthenticator } from '../../runtime/http/authentication';
import { ApiError } from '../../runtime/contract/errors';
import { hashOfSecret, makeSecret } from '../../runtime/resources/keys';
import type { KeyRecord, Principal } from '../../runtime/store/ports';
import { Api, WORKSPACE } from './api';

let api: Api;
beforeAll(async () => {
  api = await Api.open();
});
afterAll(() => api.close());

const status = async (path: string, key: string, init: RequestInit = {}) =>
  (await api.fetch(path, { ...init, key })).status;
const message = async (path: string, key: string) => {
  const body = (await (await api.fetch(path, { key })).json()) as { error: { message: string } };
  return body.error.message;
};

async function tokenFor(principal: Principal): Promise<string> {
  const secret = makeSecret('session_token');
  const key: KeyRecord = {
    id: 'work_x',
    principal,
    name: null,
    hint: '',
    createdAt: 0,
    expiresAt: null,
    revokedAt: null,
  };
  await api.store.keys.put(hashOfSecret(secret), key);
  return secret;
}

describe('a key', () => {
  test('is taken from either header', async () => {
    const both: HeadersInit[] = [{ authorization: `Bearer ${api.key}` }, { 'x-api-key': api.key }];
    for (const headers of both) {
      expect((await api.fetch('/v1/agents', { headers, key: '' })).status).toBe(200);
    }
  });

  test('in the authorization header counts before one in the other', async () => {
    const headers = { 'x-api-key': api.key };
    expect((await api.fetch('/v1/agents', { headers, key: 'sk-ant-oat01-unknown' })).status).toBe(401);
  });

  test.each(['', 'x', 'sk-ant-api03-', `sk-ant-api03-${'a'.repeat(64)}`, `sk-ant-api03-${'a'.repeat(10_000)}`])(
    'that is unknown (%#) is refused',
    async (key) => {
      const response = await api.fetch('/v1/agents', { key });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { type: 'authentication_error' } });
    },
  );

  test('sees nothing of another workspace', async () => {
    const { id } = await api.session();
    const other = await api.newKey('other');
    for (const path of [`/v1/sessions/${id}`, `/v1/sessions/${id}/events`, `/v1/sessions/${id}/events/stream`]) {
      expect(await status(path, other)).toBe(404);
    }
    const body = JSON.stringify({ events: [{ type: 'user.interrupt' }] });
    expect(await status(`/v1/sessions/${id}/events`, other, { method: 'POST', body })).toBe(404);
  });
});

describe('a key that has ended', () => {
  const deadline = 1_000_000;
  const record = (ends: Partial<KeyRecord>): KeyRecord => ({
    id: 'apikey_x',
    principal: { kind: 'api_key', workspace: 'w', keyId: 'apikey_x' },
    name: null,
    hint: '',
    createdAt: 0,
    expiresAt: null,
    revokedAt: null,
    ...ends,
  });
  const authenticated = async (key: KeyRecord, now: number): Promise<boolean> => {
    const { authenticate } = createAuthenticator({ findByHash: async () => key }, { now: () => now });
    const headers = new Headers({ 'x-api-key': makeSecret('api_key') });
    return authenticate(headers).then(
      () => true,
      (error: unknown) => {
        expect(error).toBeInstanceOf(ApiError);
        return false;
      },
    );
  };

  test('by its time or by revocation is refused', async () => {
    expect(await authenticated(record({ expiresAt: deadline }), deadline - 1)).toBe(true);
    expect(await authenticated(record({ expiresAt: deadline }), deadline)).toBe(false);
    expect(await authenticated(record({ revokedAt: 1 }), deadline)).toBe(false);
  });

  test('is remembered for no more than a minute, and an unknown one not at all', async () => {
    let now = 0;
    let looked = 0;
    let known: KeyRecord | undefined;
    const findByHash = async () => {
      looked += 1;
      return known;
    };
    const { authenticate } = createAuthenticator({ findByHash }, { now: () => now });
    const headers = new Headers({ 'x-api-key': makeSecret('api_key') });
    await expect(authenticate(headers)).rejects.toThrow(ApiError);
    known = record({});
    await authenticate(headers);
    await authenticate(headers);
    expect(looked).toBe(2);
    known = record({ revokedAt: 1 });
    now = 60_000_000;
    await expect(authenticate(headers)).rejects.toThrow(ApiError);
  });
});

describe('the credentials of workers', () => {
  test('are good for their lane and for nothing else', async () => {
    const { id, environment_id } = await api.session('self_hosted');
    const key = await api.environmentKey(environment_id);
    expect(await status(`/v1/environments/${environment_id}/work/poll`, key)).toBe(200);
    expect(await status(`/v1/sessions/${id}`, key)).toBe(200);
    expect(await status(`/v1/sessions/${id}/events?limit=1000`, key)).toBe(200);
    for (const path of ['/v1/agents', '/v1/sessions', '/v1/environments', '/v1/vaults']) {
      expect(await status(path, key)).toBe(401);
      expect(await message(path, key)).toBe('Authentication failed');
    }
    expect(await status(`/v1/sessions/${id}`, key, { method: 'DELETE' })).toBe(401);
  });

  test('do not reach other environments and their sessions', async () => {
    const mine = await api.session('self_hosted');
    const theirs = await api.session('self_hosted');
    const key = await api.environmentKey(mine.environment_id);
    const path = `/v1/environments/${theirs.environment_id}/work/poll`;
    expect(await status(path, key)).toBe(403);
    expect(await message(path, key)).toBe('Token not authorized for this environment');
    expect(await status(`/v1/sessions/${theirs.id}`, key)).toBe(404);
    expect(await status(`/v1/sessions/${theirs.id}/events/stream`, key)).toBe(404);
  });

  test('for one work item reach its session alone', async () => {
    const mine = await api.session('self_hosted');
    const { environment_id: environmentId } = mine;
    const client = await api.client();
    const other = await client.beta.sessions.create({ agent: mine.agent.id, environment_id: environmentId });
    const token = await tokenFor({
      kind: 'session_token',
      workspace: WORKSPACE,
      environmentId,
      sessionId: mine.id,
      workId: 'work_x',
    });
    expect(await status(`/v1/sessions/${mine.id}`, token)).toBe(200);
    expect(await status(`/v1/sessions/${other.id}`, token)).toBe(404);
    expect(await status(`/v1/environments/${environmentId}/work/poll`, token)).toBe(403);
  });

  test('that are garbage are refused in the lane’s own words', async () => {
    const path = '/v1/environments/env_x/work/poll';
    expect(await status(path, 'sk-ant-oat01-garbage')).toBe(401);
    expect(await message(path, 'sk-ant-oat01-garbage')).toBe('Invalid bearer token');
  });
});
