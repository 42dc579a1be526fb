import { inspect } from 'node:util';
import { secretsOf } from '../../runtime/vault/entry';
import { Service, elsewhere, home } from './service';

let service: Service;
beforeAll(async () => {
  service = await Service.open();
});
afterAll(() => service.close());

const newVault = async (): Promise<string> => (await service.call('vaults.create', { body: { display_name: 'v' } })).id;
const create = (vault_id: string, auth: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  service.call('vaults.credentials.create', { path: { vault_id }, body: { auth, ...more } });
const refusalOfCreate = (vault_id: string, auth: Record<string, unknown>) =>
  service.refusal('vaults.credentials.create', { path: { vault_id }, body: { auth } });
const pathOf = (credential: { id: string; vault_id: string }) => ({
  vault_id: credential.vault_id,
  credential_id: credential.id,
});
const update = (credential: { id: string; vault_id: string }, body: Record<string, unknown>) =>
  service.call('vaults.credentials.update', { path: pathOf(credential), body });
const refusalOfUpdate = (credential: { id: string; vault_id: string }, body: Record<string, unknown>) =>
  service.refusal('vaults.credentials.update', { path: pathOf(credential), body });

/** The values that are kept, revealed. */
async function kept(credential: { id: string; vault_id: string }): Promise<string[]> {
  const ref = { workspace: home.workspace, vaultId: credential.vault_id, credentialId: credential.id };
  const entry = await service.vaults.entry(ref);
  return entry ? secretsOf(entry).map((secret) => secret.reveal()) : [];
}

const bearer = (url: string, token = 'token-1') => ({ type: 'static_bearer', mcp_server_url: url, token });
const oauth = (url: string, more: Record<string, unknown> = {}) => ({
  type: 'mcp_oauth',
  mcp_server_url: url,
  access_token: 'access-1',
  ...more,
});
const refresh = (more: Record<string, unknown> = {}) => ({
  client_id: 'client',
  token_endpoint: 'https://auth.example.com/token',
  refresh_token: 'refresh-1',
  token_endpoint_auth: { type: 'client_secret_basic', client_secret: 'client-secret-1' },
  ...more,
});
const variable = (name: string, more: Record<string, unknown> = {}) => ({
  type: 'environment_variable',
  secret_name: name,
  secret_value: 'value-1',
  networking: { type: 'unrestricted' },
  ...more,
});

describe('creating a credential', () => {
  it('answers all but the secrets of a bearer token', async () => {
    const vault_id = await newVault();
    const credential = await create(vault_id, bearer('https://mcp.example.com/a'), { metadata: { a: 'b' } });
    expect(credential).toEqual({
      id: expect.stringMatching(/^vcrd_01/),
      type: 'vault_credential',
      vault_id,
      display_name: null,
      metadata: { a: 'b' },
      auth: { type: 'static_bearer', mcp_server_url: 'https://mcp.example.com/a' },
      created_at: expect.any(String),
      updated_at: credential.created_at,
      archived_at: null,
    });
    expect(await service.call('vaults.credentials.retrieve', { path: pathOf(credential) })).toEqual(credential);
    expect(await kept(credential)).toEqual(['token-1']);
  });

  it('answers all but the secrets of OAuth tokens, with and without a refresh', async () => {
    const vault_id = await newVault();
    const plain = await create(vault_id, oauth('https://a.example.com'));
    expect(plain.auth).toEqual({
      type: 'mcp_oauth',
      mcp_server_url: 'https://a.example.com',
      expires_at: null,
      refresh: null,
    });
    const expires_at = '2099-01-01T00:00:00Z';
    const full = await create(
      vault_id,
      oauth('https://b.example.com', { expires_at, refresh: refresh({ scope: 's' }) }),
    );
    expect(full.auth).toEqual({
      type: 'mcp_oauth',
      mcp_server_url: 'https://b.example.com',
      expires_at,
      refresh: {
        client_id: 'client',
        token_endpoint: 'https://auth.example.com/token',
        token_endpoint_auth: { type: 'client_secret_basic' },
        scope: 's',
        resource: null,
      },
    });
    expect(await kept(full)).toEqual(['access-1', 'refresh-1', 'client-secret-1']);
  });

  it('injects a variable everywhere unless told where', async () => {
    const vault_id = await newVault();
    const injection = async (name: string, more: Record<string, unknown>) => {
      const { auth } = await create(vault_id, variable(name, more));
      return auth.type === 'environment_variable' ? auth.injection_location : undefined;
    };
    expect(await injection('A', {})).toEqual({ header: true, body: true });
    expect(await injection('B', { injection_location: { header: true } })).toEqual({ header: true, body: false });
    expect(await injection('C', { injection_location: { body: true } })).toEqual({ header: false, body: true });
  });

  it.each([
    [
      'an expiry in the past',
      oauth('https://a.example.com', { expires_at: '2020-01-01T00:00:00Z' }),
      'auth.expires_at must be in the future.',
    ],
    ['an empty token', bearer('https://a.example.com', ''), 'token: value is required'],
    ['a token with a line end', bearer('https://a.example.com', 'canary\r\nx: y'), 'token: must be free of line ends'],
    ['a token beyond all measure', bearer('https://a.example.com', 'canary'.repeat(4_000)), 'token: must be at most'],
    ['no URL', bearer('mcp.example.com'), 'mcp_server_url: must be an http or https URL'],
    ['a password in the URL', bearer('https://u:canary@a.example.com'), 'must not carry a user or a password'],
    ['no name of a variable', variable('A-B'), 'secret_name: must be the name of an environment variable'],
    ['no place to inject', variable('A', { injection_location: {} }), 'at least one of header and body'],
    ['null as a place to inject', variable('A', { injection_location: null }), 'injection_location: value is required'],
    [
      'a host with a port',
      variable('A', { networking: { type: 'limited', allowed_hosts: ['a.com:443'] } }),
      'allowed_hosts.0: must be a bare host',
    ],
    [
      'too many hosts',
      variable('A', { networking: { type: 'limited', allowed_hosts: Array(17).fill('a.com') } }),
      'at most 16',
    ],
    [
      'no hosts',
      variable('A', { networking: { type: 'limited', allowed_hosts: [] } }),
      'allowed_hosts: value is required',
    ],
    [
      'a client without its secret',
      oauth('https://a.example.com', { refresh: refresh({ token_endpoint_auth: { type: 'client_secret_post' } }) }),
      'client_secret: value is required',
    ],
    ['an unknown type', { type: 'basic' }, 'auth.type: must be one of'],
  ])('refuses %s', async (_what, auth, message) => {
    const refusal = await refusalOfCreate(await newVault(), auth);
    expect(refusal).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(refusal.message).toContain(message);
    expect(inspect(refusal)).not.toContain('canary');
  });

  it('refuses a key that a living credential of the vault has, of whatever kind', async () => {
    const vault_id = await newVault();
    await create(vault_id, bearer('https://mcp.example.com/a/'));
    const taken = { status: 409, type: 'conflict_error' };
    for (const url of ['https://MCP.example.com:443/a', 'HTTPS://mcp.example.com/a//']) {
      expect(await refusalOfCreate(vault_id, bearer(url))).toMatchObject(taken);
      expect(await refusalOfCreate(vault_id, oauth(url))).toMatchObject(taken);
    }
    for (const url of ['https://mcp.example.com/A', 'https://mcp.example.com:444/a', 'https://x.mcp.example.com/a']) {
      await create(vault_id, oauth(url));
    }
    await create(vault_id, variable('KEY'));
    expect(await refusalOfCreate(vault_id, variable('KEY'))).toMatchObject(taken);
    await create(vault_id, variable('key'));
    await create(await newVault(), variable('KEY'));
  });

  it('lets one of many win the same key, and leaves nothing of the others', async () => {
    const vault_id = await newVault();
    const attempts = Array.from({ length: 6 }, (_, i) => create(vault_id, variable('KEY', { secret_value: `v${i}` })));
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { data } = await service.call('vaults.credentials.list', {
      path: { vault_id },
      query: { include_archived: 'true' },
    });
    expect(data).toHaveLength(1);
  });

  it('holds at most 20 living credentials', async () => {
    const vault_id = await newVault();
    const made = [];
    for (let i = 0; i < 20; i += 1) made.push(await create(vault_id, variable(`KEY_${i}`)));
    expect(await refusalOfCreate(vault_id, variable('ONE_MORE'))).toMatchObject({ status: 400 });
    const [first] = made;
    if (first) await service.call('vaults.credentials.archive', { path: pathOf(first) });
    await create(vault_id, variable('ONE_MORE'));
  });

  it('leaves nothing that counts when it crashes before the vault has its word', async () => {
    const vault_id = await newVault();
    const dying = service.with({
      vault: { ...service.vaults.broker(), keep: () => Promise.reject(new Error('the power is gone')) },
    });
    const request = { path: { vault_id }, body: { auth: variable('KEY') } };
    await expect(dying.call('vaults.credentials.create', request)).rejects.toThrow('power');
    const path = { vault_id };
    expect((await service.call('vaults.credentials.list', { path })).data).toEqual([]);
    const page = await service.store.credentials(vault_id).list(home.workspace, { limit: 10, order: 'asc' });
    const [ghost] = page.items;
    expect(ghost).toBeDefined();
    const ghostPath = { vault_id, credential_id: ghost?.id ?? '' };
    expect(await service.refusal('vaults.credentials.retrieve', { path: ghostPath })).toMatchObject({ status: 404 });
    await create(vault_id, variable('KEY'));
  });
});

describe('updating a credential', () => {
  it('replaces a secret, purges the old one, and shows neither', async () => {
    const credential = await create(await newVault(), bearer('https://a.example.com'));
    const next = await update(credential, { auth: { type: 'static_bearer', token: 'token-2' } });
    expect(next.auth).toEqual(credential.auth);
    expect(await kept(credential)).toEqual(['token-2']);
    await update(credential, { auth: { type: 'static_bearer', token: null } });
    expect(await kept(credential)).toEqual(['token-2']);
  });

  it('changes name and metadata alone, and nothing when nothing changes', async () => {
    const credential = await create(await newVault(), variable('A'), { display_name: 'n', metadata: { a: '1' } });
    expect(await update(credential, { display_name: 'n' })).toEqual(credential);
    const next = await update(credential, { display_name: null, metadata: { a: null, b: '2' } });
    expect(next).toMatchObject({ display_name: null, metadata: { b: '2' } });
  });

  it('merges places to inject, replaces hosts as a whole, and keeps the rest', async () => {
    const credential = await create(await newVault(), variable('A', { injection_location: { header: true } }));
    const set = (auth: Record<string, unknown>) =>
      update(credential, { auth: { type: 'environment_variable', ...auth } });
    expect((await set({ injection_location: { body: true } })).auth).toMatchObject({
      injection_location: { header: true, body: true },
    });
    const networking = { type: 'limited', allowed_hosts: ['*.a.com', '192.0.2.1'] };
    expect((await set({ networking })).auth).toMatchObject({
      networking,
      injection_location: { header: true, body: true },
    });
    expect((await set({ networking: null, injection_location: { header: false } })).auth).toMatchObject({
      networking,
      injection_location: { header: false, body: true },
    });
    const refused = { auth: { type: 'environment_variable', injection_location: { body: false } } };
    expect(await refusalOfUpdate(credential, refused)).toMatchObject({ status: 400 });
    expect(await kept(credential)).toEqual(['value-1']);
  });

  it('changes tokens, expiry, scope and client secret of OAuth, and never what it is for', async () => {
    const credential = await create(
      await newVault(),
      oauth('https://a.example.com', { refresh: refresh({ scope: 's' }) }),
    );
    const next = await update(credential, {
      auth: {
        type: 'mcp_oauth',
        access_token: 'access-2',
        expires_at: '2099-01-01T00:00:00Z',
        mcp_server_url: 'https://evil.example.com',
        refresh: {
          refresh_token: 'refresh-2',
          scope: '',
          client_id: 'other',
          token_endpoint_auth: { type: 'client_secret_post', client_secret: 'client-secret-2' },
        },
      },
    });
    expect(next.auth).toMatchObject({
      mcp_server_url: 'https://a.example.com',
      expires_at: '2099-01-01T00:00:00Z',
      refresh: { client_id: 'client', scope: null, token_endpoint_auth: { type: 'client_secret_basic' } },
    });
    expect(await kept(credential)).toEqual(['access-2', 'refresh-2', 'client-secret-2']);
    const past = { auth: { type: 'mcp_oauth', expires_at: '2020-01-01T00:00:00Z' } };
    expect(await refusalOfUpdate(credential, past)).toMatchObject({
      message: 'auth.expires_at must be in the future.',
    });
  });

  it('refuses another type, a refresh where there was none, and a client secret where none is used', async () => {
    const vault_id = await newVault();
    const plain = await create(vault_id, oauth('https://a.example.com'));
    const open = await create(
      vault_id,
      oauth('https://b.example.com', { refresh: refresh({ token_endpoint_auth: { type: 'none' } }) }),
    );
    const bodies = [
      [plain, { type: 'static_bearer', token: 't' }, 'auth.type: cannot change'],
      [plain, { type: 'mcp_oauth', refresh: { refresh_token: 'r' } }, 'cannot get it'],
      [
        open,
        {
          type: 'mcp_oauth',
          refresh: { token_endpoint_auth: { type: 'client_secret_post', client_secret: 'c' } },
        },
        'uses no client secret',
      ],
    ] as const;
    for (const [credential, auth, message] of bodies) {
      const refusal = await refusalOfUpdate(credential, { auth });
      expect(refusal).toMatchObject({ status: 400 });
      expect(refusal.message).toContain(message);
    }
  });
});

describe('ending a credential', () => {
  it('archives: the secret is gone, the key is free, and it stays to be seen', async () => {
    const vault_id = await newVault();
    const credential = await create(vault_id, variable('KEY'));
    const other = await create(vault_id, variable('OTHER', { secret_value: 'other' }));
    const archived = await service.call('vaults.credentials.archive', { path: pathOf(credential) });
    expect(archived.archived_at).not.toBeNull();
    expect(await service.call('vaults.credentials.archive', { path: pathOf(credential) })).toEqual(archived);
    expect(await kept(credential)).toEqual([]);
    expect(await kept(other)).toEqual(['other']);
    const path = { vault_id };
    const listed = async (query: Record<string, string>) =>
      (await service.call('vaults.credentials.list', { path, query })).data.map(({ id }) => id);
    expect(await listed({})).toEqual([other.id]);
    expect(await listed({ include_archived: 'true' })).toEqual([other.id, credential.id]);
    expect(await refusalOfUpdate(credential, { display_name: 'x' })).toMatchObject({ status: 400 });
    const validation = { path: pathOf(credential) };
    expect(await service.refusal('vaults.credentials.mcpOAuthValidate', validation)).toMatchObject({ status: 400 });
    await create(vault_id, variable('KEY'));
  });

  it('deletes: nothing of it is left', async () => {
    const vault_id = await newVault();
    const credential = await create(vault_id, variable('KEY'));
    expect(await service.call('vaults.credentials.delete', { path: pathOf(credential) })).toEqual({
      id: credential.id,
      type: 'vault_credential_deleted',
    });
    expect(await kept(credential)).toEqual([]);
    for (const action of ['retrieve', 'archive', 'delete'] as const) {
      const request = { path: pathOf(credential) };
      expect(await service.refusal(`vaults.credentials.${action}`, request)).toEqual({
        status: 404,
        type: 'not_found_error',
        message: `credential ${credential.id} not found`,
      });
    }
    await create(vault_id, variable('KEY'));
  });

  it('is finished by archiving again, when a crash kept the secret', async () => {
    const credential = await create(await newVault(), variable('KEY'));
    const dying = service.with({
      vault: { ...service.vaults.broker(), forget: () => Promise.reject(new Error('the power is gone')) },
    });
    await expect(dying.call('vaults.credentials.archive', { path: pathOf(credential) })).rejects.toThrow('power');
    await service.call('vaults.credentials.archive', { path: pathOf(credential) });
    expect(await kept(credential)).toEqual([]);
    await create(credential.vault_id, variable('KEY'));
  });

  it('is not reached through another vault, nor from another workspace', async () => {
    const credential = await create(await newVault(), variable('KEY'));
    const path = { vault_id: await newVault(), credential_id: credential.id };
    expect(await service.refusal('vaults.credentials.delete', { path })).toMatchObject({ status: 404 });
    const foreign = { path: pathOf(credential), as: elsewhere };
    expect(await service.refusal('vaults.credentials.delete', foreign)).toMatchObject({
      status: 404,
      message: `vault ${credential.vault_id} not found`,
    });
    expect(await kept(credential)).toEqual(['value-1']);
  });
});
