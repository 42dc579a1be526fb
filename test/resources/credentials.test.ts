import { inspect } from 'node:util';
import { bearer, CredentialCalls, oauth, pathOf, refresh, variable } from './credential-calls';
import { Service, home } from './service';

let service: Service;
let calls: CredentialCalls;
beforeAll(async () => {
  service = await Service.open();
  calls = new CredentialCalls(service);
});
afterAll(() => service.close());

describe('creating a credential', () => {
  it('answers all but the secrets of a bearer token', async () => {
    const vault_id = await calls.newVault();
    const credential = await calls.create(vault_id, bearer('https://mcp.example.com/a'), { metadata: { a: 'b' } });
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
    expect(await calls.kept(credential)).toEqual(['token-1']);
  });

  it('answers all but the secrets of OAuth tokens, with and without a refresh', async () => {
    const vault_id = await calls.newVault();
    const plain = await calls.create(vault_id, oauth('https://a.example.com'));
    expect(plain.auth).toEqual({
      type: 'mcp_oauth',
      mcp_server_url: 'https://a.example.com',
      expires_at: null,
      refresh: null,
    });
    const expires_at = '2099-01-01T00:00:00Z';
    const full = await calls.create(
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
    expect(await calls.kept(full)).toEqual(['access-1', 'refresh-1', 'client-secret-1']);
  });

  it('injects a variable everywhere unless told where', async () => {
    const vault_id = await calls.newVault();
    const injection = async (name: string, more: Record<string, unknown>) => {
      const { auth } = await calls.create(vault_id, variable(name, more));
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
    const refusal = await calls.refusalOfCreate(await calls.newVault(), auth);
    expect(refusal).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(refusal.message).toContain(message);
    expect(inspect(refusal)).not.toContain('canary');
  });

  it('refuses a key that a living credential of the vault has, of whatever kind', async () => {
    const vault_id = await calls.newVault();
    await calls.create(vault_id, bearer('https://mcp.example.com/a/'));
    const taken = { status: 409, type: 'conflict_error' };
    for (const url of ['https://MCP.example.com:443/a', 'HTTPS://mcp.example.com/a//']) {
      expect(await calls.refusalOfCreate(vault_id, bearer(url))).toMatchObject(taken);
      expect(await calls.refusalOfCreate(vault_id, oauth(url))).toMatchObject(taken);
    }
    for (const url of ['https://mcp.example.com/A', 'https://mcp.example.com:444/a', 'https://x.mcp.example.com/a']) {
      await calls.create(vault_id, oauth(url));
    }
    await calls.create(vault_id, variable('KEY'));
    expect(await calls.refusalOfCreate(vault_id, variable('KEY'))).toMatchObject(taken);
    await calls.create(vault_id, variable('key'));
    await calls.create(await calls.newVault(), variable('KEY'));
  });

  it('lets one of many win the same key, and leaves nothing of the others', async () => {
    const vault_id = await calls.newVault();
    const attempts = Array.from({ length: 6 }, (_, i) =>
      calls.create(vault_id, variable('KEY', { secret_value: `v${i}` })),
    );
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { data } = await service.call('vaults.credentials.list', {
      path: { vault_id },
      query: { include_archived: 'true' },
    });
    expect(data).toHaveLength(1);
  });

  it('holds at most 20 living credentials', async () => {
    const vault_id = await calls.newVault();
    const made = [];
    for (let i = 0; i < 20; i += 1) made.push(await calls.create(vault_id, variable(`KEY_${i}`)));
    expect(await calls.refusalOfCreate(vault_id, variable('ONE_MORE'))).toMatchObject({ status: 400 });
    const [first] = made;
    if (first) await service.call('vaults.credentials.archive', { path: pathOf(first) });
    await calls.create(vault_id, variable('ONE_MORE'));
  });

  it('leaves nothing that counts when it crashes before the vault has its word', async () => {
    const vault_id = await calls.newVault();
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
    await calls.create(vault_id, variable('KEY'));
  });
});

describe('updating a credential', () => {
  it('replaces a secret, purges the old one, and shows neither', async () => {
    const credential = await calls.create(await calls.newVault(), bearer('https://a.example.com'));
    const next = await calls.update(credential, { auth: { type: 'static_bearer', token: 'token-2' } });
    expect(next.auth).toEqual(credential.auth);
    expect(await calls.kept(credential)).toEqual(['token-2']);
    await calls.update(credential, { auth: { type: 'static_bearer', token: null } });
    expect(await calls.kept(credential)).toEqual(['token-2']);
  });

  it('changes name and metadata alone, and nothing when nothing changes', async () => {
    const credential = await calls.create(await calls.newVault(), variable('A'), {
      display_name: 'n',
      metadata: { a: '1' },
    });
    expect(await calls.update(credential, { display_name: 'n' })).toEqual(credential);
    const next = await calls.update(credential, { display_name: null, metadata: { a: null, b: '2' } });
    expect(next).toMatchObject({ display_name: null, metadata: { b: '2' } });
  });

  it('merges places to inject, replaces hosts as a whole, and keeps the rest', async () => {
    const credential = await calls.create(
      await calls.newVault(),
      variable('A', { injection_location: { header: true } }),
    );
    const set = (auth: Record<string, unknown>) =>
      calls.update(credential, { auth: { type: 'environment_variable', ...auth } });
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
    expect(await calls.refusalOfUpdate(credential, refused)).toMatchObject({ status: 400 });
    expect(await calls.kept(credential)).toEqual(['value-1']);
  });

  it('changes tokens, expiry, scope and client secret of OAuth, and never what it is for', async () => {
    const credential = await calls.create(
      await calls.newVault(),
      oauth('https://a.example.com', { refresh: refresh({ scope: 's' }) }),
    );
    const next = await calls.update(credential, {
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
    expect(await calls.kept(credential)).toEqual(['access-2', 'refresh-2', 'client-secret-2']);
    const past = { auth: { type: 'mcp_oauth', expires_at: '2020-01-01T00:00:00Z' } };
    expect(await calls.refusalOfUpdate(credential, past)).toMatchObject({
      message: 'auth.expires_at must be in the future.',
    });
  });

  it('refuses another type, a refresh where there was none, and a client secret where none is used', async () => {
    const vault_id = await calls.newVault();
    const plain = await calls.create(vault_id, oauth('https://a.example.com'));
    const open = await calls.create(
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
      const refusal = await calls.refusalOfUpdate(credential, { auth });
      expect(refusal).toMatchObject({ status: 400 });
      expect(refusal.message).toContain(message);
    }
  });
});
