import { systemIds } from '../../runtime/contract/ids';
import type { CredentialRef } from '../../runtime/store/vault-ports';
import type { OAuthEntry, RefreshGrant } from '../../runtime/vault/entry';
import { Secret } from '../../runtime/vault/secret';
import { openEngine, type Engine } from '../store/engine';
import { McpServer, TokenEndpoint } from '../support/oauth-servers';
import { oauthEntry, VaultWorld } from '../support/vault-world';

let engine: Engine;
let world: VaultWorld;
let server: McpServer;
let endpoint: TokenEndpoint;
beforeAll(async () => {
  engine = await openEngine();
  world = await VaultWorld.open(engine.store);
});
afterAll(async () => {
  await world.close();
  await engine.close();
});
beforeEach(async () => {
  [server, endpoint] = await Promise.all([McpServer.start(), TokenEndpoint.start()]);
});
afterEach(async () => {
  await server.close();
  await endpoint.close();
});

const refreshing = (changed: Partial<RefreshGrant> = {}): RefreshGrant => ({
  clientId: 'client',
  tokenEndpoint: endpoint.url,
  refreshToken: new Secret('refresh-0'),
  scope: null,
  resource: null,
  method: 'client_secret_basic',
  clientSecret: new Secret('client-secret'),
  rotates: null,
  ...changed,
});

async function credential(changed: Partial<OAuthEntry> = {}): Promise<CredentialRef> {
  const ref = {
    workspace: 'wrkspc_test',
    vaultId: systemIds.make('vault'),
    credentialId: systemIds.make('credential'),
  };
  await world.store.vaultHeads.create(ref);
  await world.broker().keep(ref, oauthEntry(server.url, changed));
  return ref;
}
const validate = async (ref: CredentialRef) => world.broker().validate(ref);
/** A credential whose token is refused, with a way to refresh it. */
async function refused(refresh: Partial<RefreshGrant> | null = {}): Promise<CredentialRef> {
  server.accepts = () => endpoint.accessToken;
  return credential({ accessToken: new Secret('access-old'), refresh: refresh && refreshing(refresh) });
}

describe('validating a credential', () => {
  it.each([[false], [true]])('opens a session and lists tools; answers as streams of events: %s', async (streams) => {
    server.streams = streams;
    expect(await validate(await credential())).toEqual({
      status: 'valid',
      has_refresh_token: false,
      mcp_probe: null,
      refresh: null,
    });
    expect(server.methods).toEqual(['initialize', 'notifications/initialized', 'tools/list', 'DELETE']);
    expect(new Set(server.tokens)).toEqual(new Set(['access-0']));
  });

  it('refreshes a refused token, keeps what it gets, and tries that', async () => {
    const ref = await refused();
    server.accepts = () => 'access-1';
    expect(await validate(ref)).toEqual({
      status: 'valid',
      has_refresh_token: true,
      mcp_probe: null,
      refresh: { status: 'succeeded', http_response: null },
    });
    const entry = await world.entry(ref);
    expect(entry?.type === 'mcp_oauth' && entry.accessToken.reveal()).toBe('access-1');
  });

  it('says what the server said to a token without a refresh, and nothing of the token', async () => {
    server.accepts = () => 'another';
    const result = await validate(await credential({ accessToken: new Secret('canary-access-token') }));
    expect(result).toMatchObject({
      status: 'invalid',
      has_refresh_token: false,
      mcp_probe: {
        method: 'initialize',
        http_response: { status_code: 401, content_type: 'application/json', body_truncated: false },
      },
      refresh: { status: 'no_refresh_token', http_response: null },
    });
    const text = JSON.stringify(result);
    expect(text).toContain('no entry with [secret]');
    expect(text).not.toContain('canary');
    expect(text).not.toContain(Buffer.from('canary-access-token').toString('base64'));
  });

  it('notices a server that asks for the token only later', async () => {
    server.opensToAll = true;
    server.accepts = () => 'another';
    expect(await validate(await credential())).toMatchObject({
      status: 'invalid',
      mcp_probe: { method: 'tools/list', http_response: { status_code: 401 } },
    });
  });

  it('says what the token endpoint said', async () => {
    const ref = await refused({ refreshToken: new Secret('canary-refresh') });
    endpoint.interfere = undefined;
    server.accepts = () => 'another';
    const result = await validate(ref);
    expect(result).toMatchObject({
      status: 'invalid',
      has_refresh_token: true,
      mcp_probe: { method: 'initialize' },
      refresh: { status: 'failed', http_response: { status_code: 400 } },
    });
    expect(JSON.stringify(result)).not.toContain('canary');
    expect(JSON.stringify(result?.refresh)).toContain('invalid_grant');
  });

  it.each([
    ['a server that is not well', 500, 'unknown'],
    ['a server that is busy', 429, 'unknown'],
    ['a server that forbids it', 403, 'invalid'],
    ['a server that has no such path', 404, 'invalid'],
  ])('judges %s', async (_what, status, verdict) => {
    server.interfere = (response) => void response.writeHead(status).end('no');
    expect(await validate(await credential({ refresh: refreshing() }))).toMatchObject({
      status: verdict,
      mcp_probe: { method: 'initialize', http_response: { status_code: status, body: 'no' } },
      refresh: null,
    });
  });

  it('does not know where nobody answers, or answers something else', async () => {
    server.interfere = (response) => void response.destroy();
    const unknown = { status: 'unknown', mcp_probe: { method: 'initialize', http_response: null } };
    expect(await validate(await credential())).toMatchObject(unknown);
    server.interfere = (response) => void response.writeHead(200).end('<html>');
    expect(await validate(await credential())).toMatchObject(unknown);
    const ref = await refused();
    server.interfere = undefined;
    endpoint.interfere = (response) => void response.writeHead(503).end();
    expect(await validate(ref)).toMatchObject({ status: 'unknown', refresh: { status: 'failed' } });
    const lost = await refused();
    endpoint.interfere = (response) => void response.destroy();
    expect(await validate(lost)).toMatchObject({ status: 'unknown', refresh: { status: 'connect_error' } });
    endpoint.interfere = undefined;
    server.accepts = () => 'access-1';
    expect(await validate(lost)).toMatchObject({ status: 'valid', refresh: { status: 'succeeded' } });
  });

  it('shows no more than a part of a long answer', async () => {
    server.interfere = (response) => void response.writeHead(400).end('x'.repeat(10_000));
    const result = await validate(await credential());
    expect(result?.mcp_probe?.http_response).toMatchObject({ body_truncated: true, body: 'x'.repeat(2_048) });
  });

  it('reaches no private server that the deployment does not name', async () => {
    const ref = await credential({ serverUrl: 'https://169.254.169.254/latest' });
    expect(await validate(ref)).toMatchObject({
      status: 'unknown',
      mcp_probe: { method: 'initialize', http_response: null },
    });
  });
});
