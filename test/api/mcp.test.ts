import type Anthropic from '@anthropic-ai/sdk';
import { randomBytes } from 'node:crypto';
import { hasBubblewrap } from '../support/bubblewrap';
import { call, conversations, say } from '../support/conversations';
import { filesBelow } from '../support/files-below';
import { startLocalServer, type LocalServer } from '../support/local-server';
import { TestMcpServer } from '../support/mcp-server';
import { TokenEndpoint } from '../support/oauth-servers';
import { fresh, tell, turn } from '../support/sessions';

const canary = `canary-${randomBytes(16).toString('hex')}`;

let server: LocalServer;
let client: Anthropic;
let mcp: TestMcpServer;
beforeAll(async () => {
  mcp = await TestMcpServer.start([
    { name: 'whoami', run: (_input, request) => `You sent ${String(request.headers.authorization)}` },
    {
      name: 'everything',
      run: () => ({
        content: [
          { type: 'text', text: 'a text' },
          { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' },
          { type: 'audio', data: 'AAAA', mimeType: 'audio/wav' },
          { type: 'resource', resource: { uri: 'file:///notes', mimeType: 'text/markdown', text: '# Notes' } },
          { type: 'resource_link', uri: 'https://a.test/doc', name: 'doc' },
        ],
      }),
    },
  ]);
  server = await startLocalServer(
    conversations({
      'who am I': [call(['mcp__tools__whoami', {}]), say('Thanks.')],
      everything: [call(['mcp__tools__everything', {}]), say('Thanks.')],
    }),
    { privateHosts: ['127.0.0.1'] },
  );
  ({ client } = server);
});
afterAll(() => Promise.all([server.close(), mcp.close()]));

async function ask(text: string, vaultIds: string[] = []) {
  const { agents, environments, sessions } = client.beta;
  const agent = await agents.create({
    name: 'a',
    model: 'claude-opus-5',
    mcp_servers: [{ type: 'url', name: 'tools', url: mcp.url }],
    tools: [
      {
        type: 'mcp_toolset',
        mcp_server_name: 'tools',
        default_config: { permission_policy: { type: 'always_allow' } },
      },
    ],
  });
  const environment = await environments.create({ name: fresh('e') });
  const session = await sessions.create({ agent: agent.id, environment_id: environment.id, vault_ids: vaultIds });
  const stream = await sessions.events.stream(session.id);
  await sessions.events.send(session.id, { events: [{ type: 'user.message', content: [{ type: 'text', text }] }] });
  const events = [];
  for await (const event of stream) {
    events.push(event);
    if (event.type === 'session.status_idle') break;
  }
  return {
    session,
    events,
    results: events.flatMap((event) => (event.type === 'agent.mcp_tool_result' ? [event] : [])),
  };
}

async function vaultWith(auth: Parameters<Anthropic['beta']['vaults']['credentials']['create']>[1]['auth']) {
  const vault = await client.beta.vaults.create({ display_name: fresh('v') });
  const credential = await client.beta.vaults.credentials.create(vault.id, { auth });
  return { vault, credential };
}

/** Everything that the system keeps on disk, as it is. */
async function kept(directory: string): Promise<string> {
  return (await filesBelow(directory)).map(({ content }) => content.toString('latin1')).join('\n');
}

describe('MCP servers', () => {
  test('are sent the credential of the first vault that has one, which is seen nowhere else', async () => {
    const { vault } = await vaultWith({ type: 'static_bearer', mcp_server_url: mcp.url, token: canary });
    const { session, results } = await ask('who am I', [vault.id]);
    expect(mcp.authorizations).toContain(`Bearer ${canary}`);
    expect(JSON.stringify(results)).toContain('You sent Bearer [secret]');
    const history = [];
    for await (const event of client.beta.sessions.events.list(session.id)) history.push(event);
    expect(JSON.stringify(history)).not.toContain(canary);
    expect(server.log.join('\n')).not.toContain(canary);
    expect(await kept(server.dataDirectory)).not.toContain(canary);
  });

  test('are sent nothing without a vault', async () => {
    mcp.authorizations.length = 0;
    const { results } = await ask('who am I');
    expect(mcp.authorizations.every((sent) => sent === undefined)).toBe(true);
    expect(JSON.stringify(results)).toContain('You sent undefined');
  });

  test('that refuse a token are sent a refreshed one', async () => {
    const endpoint = await TokenEndpoint.start();
    const { vault } = await vaultWith({
      type: 'mcp_oauth',
      mcp_server_url: mcp.url,
      access_token: 'stale',
      refresh: {
        client_id: 'c',
        token_endpoint: endpoint.url,
        refresh_token: 'refresh-0',
        token_endpoint_auth: { type: 'none' },
      },
    });
    mcp.interfere = (_method, request, response) =>
      request.headers.authorization === 'Bearer stale' ? Boolean(response.writeHead(401).end()) : undefined;
    const { events } = await ask('who am I', [vault.id]);
    mcp.interfere = () => undefined;
    expect(events.map(({ type }) => type)).not.toContain('session.error');
    expect(mcp.authorizations).toContain(`Bearer ${endpoint.accessToken}`);
    await endpoint.close();
  });

  test('give results of every kind', async () => {
    const { results } = await ask('everything');
    expect(results[0]?.content).toEqual([
      { type: 'text', text: 'a text' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
      { type: 'text', text: '[Audio of the type audio/wav, 3 bytes, which cannot be shown]' },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: '# Notes' }, title: 'file:///notes' },
      { type: 'text', text: '[Link to doc: https://a.test/doc]' },
    ]);
  });

  test('on private addresses are not dialled unless the deployment names them', async () => {
    const { agents, environments, sessions } = client.beta;
    const url = mcp.url.replace('127.0.0.1', 'localhost');
    const agent = await agents.create({
      name: 'a',
      model: 'claude-opus-5',
      mcp_servers: [{ type: 'url', name: 'tools', url }],
      tools: [{ type: 'mcp_toolset', mcp_server_name: 'tools' }],
    });
    const environment = await environments.create({ name: fresh('e') });
    const before = mcp.methods.length;
    const session = await sessions.create({
      agent: agent.id,
      environment_id: environment.id,
      initial_events: [{ type: 'user.message', content: [{ type: 'text', text: 'hello' }] }],
    });
    const errors = [];
    for await (const event of await sessions.events.stream(session.id)) {
      if (event.type === 'session.error') errors.push(event.error);
      if (event.type === 'session.status_idle') break;
    }
    expect(errors).toMatchObject([{ type: 'mcp_connection_failed_error', mcp_server_name: 'tools' }]);
    expect(mcp.methods).toHaveLength(before);
  });
});

(hasBubblewrap ? describe : describe.skip)('a credential whose hosts the network of its session does not allow', () => {
  test('is told of once, between the two events with which the session begins to run', async () => {
    const { vaults, agents, environments, sessions } = client.beta;
    const vault = await vaults.create({ display_name: fresh('v') });
    const variable = (secret_name: string, host: string) =>
      vaults.credentials.create(vault.id, {
        auth: {
          type: 'environment_variable',
          secret_name,
          secret_value: 'value',
          networking: { type: 'limited', allowed_hosts: [host] },
        },
      });
    const [, far] = [await variable('NEAR', 'api.near.test'), await variable('FAR', '*.far.test')];
    const agent = await agents.create({ name: 'a', model: 'claude-opus-5' });
    const environment = await environments.create({
      name: fresh('e'),
      config: { type: 'cloud', networking: { type: 'limited', allowed_hosts: ['*.near.test', 'far.test'] } },
    });
    const session = await sessions.create({ agent: agent.id, environment_id: environment.id, vault_ids: [vault.id] });
    const heard = [];
    for (const text of ['one', 'two'])
      heard.push(...(await turn(client, session.id, () => tell(client, session.id, text))));
    const beginning = heard.map(({ type }) => type).filter((type) => /running|error/.test(type));
    expect(beginning).toEqual([
      'session.status_running',
      'session.error',
      'session.thread_status_running',
      'session.status_running',
      'session.thread_status_running',
    ]);
    expect(heard.find(({ type }) => type === 'session.error')).toMatchObject({
      error: {
        type: 'credential_host_unreachable_error',
        vault_id: vault.id,
        credential_id: far.id,
        retry_status: { type: 'retrying' },
      },
    });
  });
});
