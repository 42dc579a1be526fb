import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { hasBubblewrap } from '../support/bubblewrap';
import { call, conversations, say } from '../support/conversations';
import { eventually } from '../support/eventually';
import { startLocalServer, type LocalServer } from '../support/local-server';
import { fresh, history, tell, TOOLSET, turn } from '../support/sessions';

/** An address of this machine that programs do not take for themselves: they ask the proxy for it. */
const HOST = '127.0.0.2';
const [FIRST, SECOND] = ['canary-first-93ab1c', 'canary-second-77fe20'];

let foreign: Server;
let server: LocalServer;
/** What the foreign server was given for a key, one request after the other. */
let keys: string[] = [];

beforeAll(async () => {
  foreign = createServer((request, response) => {
    keys.push(String(request.headers['x-api-key']));
    response.end(JSON.stringify(request.headers));
  });
  foreign.listen(0, HOST);
  await once(foreign, 'listening');
  const url = `http://${HOST}:${(foreign.address() as AddressInfo).port}/`;
  const use = call(['bash', { command: `env; curl -sS ${url} -H "X-Api-Key: $API_TOKEN"` }]);
  server = await startLocalServer(
    conversations({
      'use the credential': [use, say('Used.'), use, say('Used.'), use, say('Used.')],
      'go elsewhere': [call(['bash', { command: 'curl -sS http://127.0.0.3/' }]), say('No.')],
    }),
    { privateHosts: [HOST] },
  );
});
afterAll(async () => {
  await server.close();
  foreign.closeAllConnections();
  foreign.close();
});

async function newLimitedSession(): Promise<{ sessionId: string; vaultId: string; credentialId: string }> {
  const { vaults, agents, environments, sessions } = server.client.beta;
  const vault = await vaults.create({ display_name: fresh('v') });
  const credential = await vaults.credentials.create(vault.id, {
    auth: {
      type: 'environment_variable',
      secret_name: 'API_TOKEN',
      secret_value: FIRST,
      networking: { type: 'limited', allowed_hosts: [HOST] },
    },
  });
  const agent = await agents.create({ name: 'a', model: 'claude-opus-5', tools: [TOOLSET] });
  const environment = await environments.create({
    name: fresh('e'),
    config: { type: 'cloud', networking: { type: 'limited', allowed_hosts: [HOST] } },
  });
  const session = await sessions.create({
    agent: agent.id,
    environment_id: environment.id,
    vault_ids: [vault.id],
  });
  return { sessionId: session.id, vaultId: vault.id, credentialId: credential.id };
}

/** The lines of the audit about what a session's sandbox reached, of those that are whole. */
const egressOf = (sessionId: string, audit: string): Record<string, unknown>[] =>
  audit
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ audit: kind, session_id: id }) => kind === 'egress' && id === sessionId);

const hear = (sessionId: string, text: string) =>
  turn(server.client, sessionId, () => tell(server.client, sessionId, text));

(hasBubblewrap ? describe : describe.skip)('a session with a limited network and a credential', () => {
  test('uses the credential that it never sees, in the version that there is', async () => {
    keys = [];
    const { sessionId, vaultId, credentialId } = await newLimitedSession();
    const { credentials } = server.client.beta.vaults;
    await hear(sessionId, 'use the credential');
    const auth = { type: 'environment_variable', secret_value: SECOND } as const;
    await credentials.update(credentialId, { vault_id: vaultId, auth });
    await seconds(4);
    await hear(sessionId, 'again');
    await credentials.archive(credentialId, { vault_id: vaultId });
    await seconds(4);
    await hear(sessionId, 'and again');
    expect(keys).toEqual([FIRST, SECOND, expect.stringMatching(/^placeholder_/)]);

    const told = JSON.stringify(await history(server.client, sessionId));
    let audit = '';
    // A line is written when its connection has ended, which may be after its answer was used.
    await eventually(async () => {
      audit = await readFile(join(server.dataDirectory, 'audit.jsonl'), 'utf8');
      return egressOf(sessionId, audit).length > 2;
    });
    for (const text of [told, audit, server.log.join('\n')]) expect(text).not.toContain('canary');
    expect(egressOf(sessionId, audit)).toMatchObject([
      { host: HOST, verdict: 'terminated', credential_ids: [credentialId] },
      { host: HOST, verdict: 'terminated', credential_ids: [credentialId] },
      { host: HOST, verdict: 'terminated', credential_ids: [] },
    ]);
  });

  test('is told in the recorded words where it may not go', async () => {
    const { sessionId } = await newLimitedSession();
    const events = await hear(sessionId, 'go elsewhere');
    expect(JSON.stringify(events)).toContain('Host not in allowlist: 127.0.0.3');
  });
});

const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1_000));
