import type Anthropic from '@anthropic-ai/sdk';
import type { CredentialCreateParams } from '@anthropic-ai/sdk/resources/beta/vaults/credentials';
import { randomBytes } from 'node:crypto';
import { conversations, say } from '../support/conversations';
import { filesBelow } from '../support/files-below';
import { startLocalServer, type LocalServer } from '../support/local-server';
import { nearMiss } from '../support/near-miss';
import { McpServer, TokenEndpoint } from '../support/oauth-servers';
import { fresh } from '../support/sessions';

type Auth = CredentialCreateParams['auth'];

let server: LocalServer;
let client: Anthropic;
let mcp: McpServer;
let endpoint: TokenEndpoint;
/** What the process wrote to its error stream. */
const written: string[] = [];
beforeAll(async () => {
  [mcp, endpoint] = await Promise.all([McpServer.start(), TokenEndpoint.start()]);
  server = await startLocalServer(conversations({ hello: [say('Hello.')] }), { privateHosts: ['127.0.0.1'] });
  ({ client } = server);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
});
afterAll(async () => {
  jest.restoreAllMocks();
  await server.close();
  await Promise.all([mcp.close(), endpoint.close()]);
});

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

const newVault = () => client.beta.vaults.create({ display_name: fresh('v') });
const bearer = (url: string, token = 'token'): Auth => ({ type: 'static_bearer', mcp_server_url: url, token });

describe('vaults', () => {
  test('are created, changed, listed, archived and deleted', async () => {
    const { vaults } = client.beta;
    const made = await vaults.create({ display_name: 'mine', metadata: { team: 'a' } });
    const changed = await vaults.update(made.id, { display_name: 'ours', metadata: { team: null, floor: '2' } });
    expect(changed).toMatchObject({ display_name: 'ours', metadata: { floor: '2' } });
    expect(await vaults.retrieve(made.id)).toEqual(changed);
    expect((await all(vaults.list({ limit: 1 }))).map(({ id }) => id)).toContain(made.id);
    expect((await vaults.archive(made.id)).archived_at).not.toBeNull();
    expect((await all(vaults.list())).map(({ id }) => id)).not.toContain(made.id);
    expect(await vaults.delete(made.id)).toEqual({ id: made.id, type: 'vault_deleted' });
    await expect(vaults.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
  });

  test('serve sessions, which name them', async () => {
    const { vaults, sessions, agents, environments } = client.beta;
    const [vault, archived] = [await newVault(), await newVault()];
    await vaults.archive(archived.id);
    const agent = await agents.create({ name: 'a', model: 'claude-opus-5' });
    const environment = await environments.create({ name: fresh('e') });
    const create = (id: string) =>
      sessions.create({ agent: agent.id, environment_id: environment.id, vault_ids: [id] });
    const session = await create(vault.id);
    expect((await sessions.retrieve(session.id)).vault_ids).toEqual([vault.id]);
    await expect(create(archived.id)).rejects.toMatchObject({ status: 400 });
    await expect(create(nearMiss(vault.id))).rejects.toMatchObject({ status: 404 });
  });
});

describe('credentials', () => {
  test('are created, changed, listed, archived and deleted', async () => {
    const { id: vault_id } = await newVault();
    const { credentials } = client.beta.vaults;
    const made = await credentials.create(vault_id, { auth: bearer('https://mcp.example.com'), display_name: 'c' });
    expect(await credentials.retrieve(made.id, { vault_id })).toEqual(made);
    const changed = await credentials.update(made.id, {
      vault_id,
      display_name: 'd',
      auth: { type: 'static_bearer', token: 'another' },
    });
    expect(changed).toMatchObject({ display_name: 'd', auth: made.auth });
    const other = await credentials.create(vault_id, {
      auth: {
        type: 'environment_variable',
        secret_name: 'KEY',
        secret_value: 'value',
        networking: { type: 'limited', allowed_hosts: ['api.example.com'] },
      },
    });
    expect((await all(credentials.list(vault_id, { limit: 1 }))).map(({ id }) => id)).toEqual([other.id, made.id]);
    expect((await credentials.archive(made.id, { vault_id })).archived_at).not.toBeNull();
    expect((await all(credentials.list(vault_id))).map(({ id }) => id)).toEqual([other.id]);
    expect(await credentials.delete(other.id, { vault_id })).toEqual({
      id: other.id,
      type: 'vault_credential_deleted',
    });
    expect(await all(credentials.list(vault_id, { include_archived: true }))).toHaveLength(1);
  });

  test('are refused a second time with the same key, and the client does not try again', async () => {
    const { id: vault_id } = await newVault();
    const { credentials } = client.beta.vaults;
    await credentials.create(vault_id, { auth: bearer('https://mcp.example.com') });
    let requests = 0;
    const counting = client.withOptions({
      fetch: (...args) => {
        requests += 1;
        return fetch(...args);
      },
    });
    const again = counting.beta.vaults.credentials.create(vault_id, { auth: bearer('https://mcp.example.com/') });
    await expect(again).rejects.toMatchObject({ status: 409 });
    expect(requests).toBe(1);
  });

  test('are validated at their server, with a refresh where the token is refused', async () => {
    const { id: vault_id } = await newVault();
    const { credentials } = client.beta.vaults;
    mcp.accepts = () => 'access-1';
    const { id } = await credentials.create(vault_id, {
      auth: {
        type: 'mcp_oauth',
        mcp_server_url: mcp.url,
        access_token: 'expired',
        refresh: {
          client_id: 'c',
          token_endpoint: endpoint.url,
          refresh_token: 'refresh-0',
          token_endpoint_auth: { type: 'none' },
        },
      },
    });
    expect(await credentials.mcpOAuthValidate(id, { vault_id })).toEqual({
      type: 'vault_credential_validation',
      credential_id: id,
      vault_id,
      status: 'valid',
      has_refresh_token: true,
      mcp_probe: null,
      refresh: { status: 'succeeded', http_response: null },
      validated_at: expect.any(String),
    });
    const { auth } = await credentials.retrieve(id, { vault_id });
    expect(auth.type === 'mcp_oauth' && auth.expires_at).toMatch(/Z$/);
  });
});

/** A value that stands nowhere else in the world, in the forms in which it might be written. */
function canary(name: string): { readonly value: string; readonly forms: readonly string[] } {
  const value = `canary-${name}-${randomBytes(12).toString('hex')}`;
  // The digits of base64 that do not depend on the neighbours.
  const core = Buffer.from(value.slice(0, 30)).toString('base64');
  return { value, forms: [value, core, Buffer.from(value).toString('hex')] };
}

test('no secret is found anywhere but where it was sent', async () => {
  const names = [
    'token',
    'access',
    'refresh',
    'client',
    'variable',
    'token2',
    'access2',
    'refresh2',
    'client2',
    'variable2',
  ];
  const planted = names.map(canary);
  const [token, access, refresh, secret, variable, token2, access2, refresh2, secret2, variable2] = planted.map(
    ({ value }) => value,
  );
  const seen: string[] = [];
  const watched = client.withOptions({
    maxRetries: 0,
    fetch: async (...args) => {
      const response = await fetch(...args);
      seen.push(await response.clone().text(), JSON.stringify([...response.headers]));
      return response;
    },
  });
  const { vaults, sessions, agents, environments } = watched.beta;
  const { credentials } = vaults;
  const { id: vault_id } = await vaults.create({ display_name: 'canaries' });
  mcp.accepts = () => 'nobody';

  const staticBearer = await credentials.create(vault_id, { auth: bearer(`${mcp.url}/static`, token) });
  const oauth = await credentials.create(vault_id, {
    auth: {
      type: 'mcp_oauth',
      mcp_server_url: mcp.url,
      access_token: access ?? '',
      refresh: {
        client_id: 'c',
        token_endpoint: endpoint.url,
        refresh_token: refresh ?? '',
        token_endpoint_auth: { type: 'client_secret_basic', client_secret: secret ?? '' },
      },
    },
  });
  const env = await credentials.create(vault_id, {
    auth: {
      type: 'environment_variable',
      secret_name: 'KEY',
      secret_value: variable ?? '',
      networking: { type: 'unrestricted' },
    },
  });
  // Refused requests, whose errors must not repeat what was sent.
  const refused = [
    credentials.create(vault_id, { auth: bearer(mcp.url, token2) }),
    credentials.create(vault_id, { auth: bearer('no URL', token2) }),
    credentials.create(vault_id, { auth: bearer('https://x.example.com', `${token2}\n`) }),
    credentials.create(vault_id, { auth: { type: token2, token: token2 } as unknown as Auth }),
    credentials.update(env.id, { vault_id, auth: { type: 'static_bearer', token: token2 } }),
    credentials.create('vlt_none', { auth: bearer(mcp.url, token2) }),
  ];
  for (const { status } of await Promise.allSettled(refused)) expect(status).toBe('rejected');
  // The server and the endpoint echo what they are sent.
  await credentials.mcpOAuthValidate(oauth.id, { vault_id });
  await credentials.update(staticBearer.id, { vault_id, auth: { type: 'static_bearer', token: token2 } });
  await credentials.update(env.id, { vault_id, auth: { type: 'environment_variable', secret_value: variable2 } });
  await credentials.update(oauth.id, {
    vault_id,
    auth: {
      type: 'mcp_oauth',
      access_token: access2,
      refresh: {
        refresh_token: refresh2,
        token_endpoint_auth: { type: 'client_secret_basic', client_secret: secret2 },
      },
    },
  });
  await credentials.mcpOAuthValidate(oauth.id, { vault_id });
  await all(credentials.list(vault_id, { include_archived: true }));

  const agent = await agents.create({ name: 'a', model: 'claude-opus-5' });
  const environment = await environments.create({ name: fresh('e') });
  const session = await sessions.create({
    agent: agent.id,
    environment_id: environment.id,
    vault_ids: [vault_id],
    initial_events: [{ type: 'user.message', content: [{ type: 'text', text: 'hello' }] }],
  });
  for await (const event of await client.beta.sessions.events.stream(session.id)) {
    seen.push(JSON.stringify(event));
    if (event.type === 'session.status_idle') break;
  }
  await all(sessions.events.list(session.id));
  await credentials.archive(staticBearer.id, { vault_id });
  await credentials.delete(env.id, { vault_id });

  const sentToServer = mcp.tokens.concat(endpoint.requests.map(({ form }) => form.get('refresh_token') ?? ''));
  expect(sentToServer).toEqual(expect.arrayContaining([access, access2, refresh, refresh2]));
  const files = await filesBelow(server.dataDirectory);
  expect(files.map(({ path }) => path).join()).toContain('audit.jsonl');
  const audit = files.find(({ path }) => path.endsWith('audit.jsonl'))?.content.toString() ?? '';
  expect(audit).toContain(oauth.id);
  // What is in the database can be found in its files: what is not found there is not in it.
  expect(files.some(({ path, content }) => path.includes('database') && content.includes(oauth.id))).toBe(true);
  for (const form of planted.flatMap(({ forms }) => forms)) {
    for (const text of [...seen, ...server.log, ...written]) expect(text).not.toContain(form);
    for (const { path, content } of files) expect(content.includes(form) ? `${path}: ${form}` : '').toBe('');
  }
});
