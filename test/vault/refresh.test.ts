import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { systemIds } from '../../runtime/contract/ids';
import { MICROS_PER_SECOND, systemClock, type Clock } from '../../runtime/contract/time';
import { createFileBlobs } from '../../runtime/local/blobs';
import { createStore } from '../../runtime/store/store';
import type { CredentialRef } from '../../runtime/store/vault-ports';
import type { OAuthEntry, RefreshGrant } from '../../runtime/vault/entry';
import type { SessionRef } from '../../runtime/vault/ports';
import { Secret } from '../../runtime/vault/secret';
import { session as sessionRecord } from '../store/values';
import { eventually } from '../support/eventually';
import { TokenEndpoint } from '../support/oauth-servers';
import { serveDynamo, type DynamoServer } from '../support/dynamo-server';
import { oauthEntry, VaultWorld } from '../support/vault-world';
import { DEATHS, type RefreshingProcess } from './refreshing-process';

const CHILD = join(__dirname, 'refreshing-process.ts');
const SERVER = 'http://127.0.0.1:9/mcp';
const WORKSPACE = 'wrkspc_test';

let dynamo: DynamoServer;
let world: VaultWorld;
let endpoint: TokenEndpoint;
beforeAll(async () => {
  dynamo = await serveDynamo();
});
afterAll(() => dynamo.close());
beforeEach(async () => {
  endpoint = await TokenEndpoint.start();
  const { client, tables } = dynamo;
  world = await VaultWorld.open(createStore({ client, tables, blobs: createFileBlobs('/nonexistent') }));
});
afterEach(async () => {
  await endpoint.close();
  await world.close();
});

const grant = (changed: Partial<RefreshGrant> = {}): RefreshGrant => ({
  clientId: 'client',
  tokenEndpoint: endpoint.url,
  refreshToken: new Secret('refresh-0'),
  scope: null,
  resource: null,
  method: 'none',
  clientSecret: null,
  rotates: null,
  ...changed,
});

/** A session with one expired credential that can be refreshed. */
async function expired(changed: Partial<OAuthEntry> = {}): Promise<{ ref: CredentialRef; session: SessionRef }> {
  const ref = {
    workspace: WORKSPACE,
    vaultId: systemIds.make('vault'),
    credentialId: systemIds.make('credential'),
  };
  await world.store.vaultHeads.create(ref);
  const entry = oauthEntry(SERVER, { refresh: grant(), expiresAt: 1, renewAt: 1, ...changed });
  expect(await world.broker().keep(ref, entry)).toBe('kept');
  const record = sessionRecord({ workspace: WORKSPACE, vaultIds: [ref.vaultId] });
  await world.store.sessions.create(record);
  return { ref, session: { workspace: WORKSPACE, sessionId: record.id } };
}

/** A process whose clock is ahead by more than any lease lasts. */
const later: Clock = { now: () => systemClock.now() + 60 * MICROS_PER_SECOND };

const tokenFor = async (session: SessionRef, broker = world.broker()): Promise<string | undefined> =>
  (await broker.bearerFor(session, SERVER))?.token.reveal();

async function keptTokens(ref: CredentialRef): Promise<(string | undefined)[]> {
  const entry = await world.entry(ref);
  if (entry?.type !== 'mcp_oauth') throw new Error('no tokens');
  return [entry.accessToken.reveal(), entry.refresh?.refreshToken.reveal()];
}

describe('refreshing', () => {
  it('renews tokens that have expired, and goes on with the new refresh token', async () => {
    const { ref, session } = await expired();
    expect(await tokenFor(session)).toBe('access-1');
    expect(await keptTokens(ref)).toEqual(['access-1', 'refresh-1']);
    expect(await tokenFor(session)).toBe('access-1');
    expect(endpoint.requests).toHaveLength(1);
    expect(
      await tokenFor(session, world.broker({ clock: { now: () => systemClock.now() + 3_600 * MICROS_PER_SECOND } })),
    ).toBe('access-2');
    expect([...endpoint.uses.values()]).toEqual([1, 1]);
  });

  it('asks as the standard says, by each way a client has to say who it is', async () => {
    const secret = new Secret('client secret/1');
    const ways = [
      grant({ scope: 'a b', resource: 'https://r.example.com' }),
      grant({ method: 'client_secret_post', clientSecret: secret }),
      grant({ method: 'client_secret_basic', clientSecret: secret }),
    ];
    for (const refresh of ways) {
      const { session } = await expired({ refresh });
      await tokenFor(session);
    }
    const [none, post, basic] = endpoint.requests;
    expect(Object.fromEntries(none?.form ?? [])).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-0',
      client_id: 'client',
      scope: 'a b',
      resource: 'https://r.example.com',
    });
    expect(post?.form.get('client_secret')).toBe('client secret/1');
    expect(post?.authorization).toBeUndefined();
    expect(basic?.form.has('client_id')).toBe(false);
    expect(basic?.authorization).toBe(`Basic ${Buffer.from('client:client+secret%2F1').toString('base64')}`);
  });

  it('gives the old token while somebody else is at it, as long as it lasts', async () => {
    const expiresAt = systemClock.now() + 60 * MICROS_PER_SECOND;
    const { session } = await expired({ expiresAt });
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    endpoint.interfere = async (): Promise<'go on'> => {
      await held;
      return 'go on';
    };
    const first = tokenFor(session);
    await eventually(() => endpoint.requests.length === 1);
    expect(await tokenFor(session)).toBe('access-0');
    letGo();
    expect(await first).toBe('access-1');
  });

  it('is done by one of many who want it at the same time, in this process and in others', async () => {
    const { session } = await expired();
    endpoint.interfere = async (): Promise<'go on'> => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return 'go on';
    };
    const brokers = Array.from({ length: 5 }, () => world.broker());
    const tokens = await Promise.all(
      brokers.flatMap((broker) => [tokenFor(session, broker), tokenFor(session, broker)]),
    );
    expect(new Set(tokens)).toEqual(new Set(['access-1']));
    expect(endpoint.requests).toHaveLength(1);
  });

  it('renews a token that looks good, when its server has refused it', async () => {
    const { session } = await expired({ expiresAt: null, renewAt: null });
    const broker = world.broker();
    const grantBefore = await broker.bearerFor(session, SERVER);
    expect(grantBefore?.token.reveal()).toBe('access-0');
    const after = await broker.bearerFor(session, SERVER, grantBefore?.version);
    expect(after?.token.reveal()).toBe('access-1');
    expect(await broker.bearerFor(session, SERVER, grantBefore?.version)).toEqual(after);
    expect(endpoint.requests).toHaveLength(1);
  });

  it('gives the old token when the endpoint says no, and does not ask again', async () => {
    const { session } = await expired({ refresh: grant({ refreshToken: new Secret('unknown') }) });
    expect(await tokenFor(session)).toBe('access-0');
    expect(await tokenFor(session)).toBe('access-0');
    expect(endpoint.requests).toHaveLength(1);
    expect(world.audit.map(({ purpose, outcome }) => `${purpose} ${outcome}`)).toContain('refresh refused');
  });

  it('asks an endpoint that is out of order again, after a while', async () => {
    const { session } = await expired();
    endpoint.interfere = (response) => void response.writeHead(503).end();
    expect(await tokenFor(session)).toBe('access-0');
    endpoint.interfere = undefined;
    expect(await tokenFor(session)).toBe('access-0');
    expect(await tokenFor(session, world.broker({ clock: later }))).toBe('access-1');
  });

  it('does not use a refresh token again whose answer was lost', async () => {
    const { session } = await expired();
    endpoint.interfere = (response) => void response.destroy();
    expect(await tokenFor(session)).toBe('access-0');
    endpoint.interfere = undefined;
    expect(await tokenFor(session, world.broker({ clock: later }))).toBe('access-0');
    expect(endpoint.requests).toHaveLength(1);
    expect(world.audit.map(({ outcome }) => outcome)).toContain('interrupted');
  });

  it('does use it again at an endpoint that was seen to leave it as it is', async () => {
    endpoint.rotates = false;
    const { session } = await expired();
    endpoint.lifetimeSeconds = 0;
    expect(await tokenFor(session)).toBe('access-1');
    endpoint.interfere = (response) => void response.destroy();
    expect(await tokenFor(session)).toBe('access-1');
    endpoint.interfere = undefined;
    expect(await tokenFor(session)).toBe('access-2');
  });

  it('lets a change by the owner win over an answer that comes later', async () => {
    const { ref, session } = await expired();
    endpoint.interfere = async (): Promise<'go on'> => {
      await world.broker().change(ref, { type: 'mcp_oauth', accessToken: new Secret('mine'), expiresAt: null });
      return 'go on';
    };
    expect(await tokenFor(session)).toBe('mine');
    expect((await keptTokens(ref))[0]).toBe('mine');
  });

  it('gives nothing of a credential that was purged meanwhile', async () => {
    const { ref, session } = await expired();
    endpoint.interfere = async (): Promise<'go on'> => {
      await world.broker().forget(ref);
      return 'go on';
    };
    expect(await tokenFor(session)).toBeUndefined();
    expect(await world.entry(ref)).toBeUndefined();
  });

  it('keeps trying to write what it got', async () => {
    const { ref, session } = await expired();
    let failures = 3;
    const secrets = {
      ...world.secrets,
      put: (...args: Parameters<typeof world.secrets.put>) =>
        failures-- > 0 ? Promise.reject(new Error('throttled')) : world.secrets.put(...args),
    };
    expect(await tokenFor(session, world.broker({ secrets }))).toBe('access-1');
    expect(await keptTokens(ref)).toEqual(['access-1', 'refresh-1']);
  });
});

describe('a process that is killed while it refreshes', () => {
  /** Runs one until it is dead. */
  async function die(session: SessionRef, death: RefreshingProcess['death']): Promise<void> {
    const { endpoint: database, tables } = dynamo;
    const told: RefreshingProcess = {
      endpoint: database,
      tables,
      directory: world.directory,
      session,
      serverUrl: SERVER,
      death,
    };
    const child = spawn(process.execPath, ['--import', 'tsx', CHILD, JSON.stringify(told)], { stdio: 'inherit' });
    if (death === 'request') {
      endpoint.interfere = async (): Promise<'go on'> => {
        child.kill('SIGKILL');
        await once(child, 'exit');
        return 'go on';
      };
    }
    const [, signal] = child.exitCode === null && child.signalCode === null ? await once(child, 'exit') : [];
    expect(signal ?? child.signalCode).toBe('SIGKILL');
    endpoint.interfere = undefined;
  }

  /** What the next process, after the lease, gives out; and whether the strictest of endpoints is content. */
  const AFTERWARDS: Readonly<Record<(typeof DEATHS)[number], string>> = {
    'lease taken': 'access-1',
    'serial noted': 'access-0',
    request: 'access-0',
    'answer received': 'access-0',
    'version written': 'access-1',
    'head moved': 'access-1',
  };

  it.each(DEATHS)('uses no refresh token twice and loses none that was kept: %s', async (death) => {
    const { ref, session } = await expired();
    await die(session, death);
    const next = world.broker({ clock: later });
    expect(await tokenFor(session, next)).toBe(AFTERWARDS[death]);
    expect(await tokenFor(session, next)).toBe(AFTERWARDS[death]);
    expect(Math.max(0, ...endpoint.uses.values())).toBeLessThanOrEqual(1);
    expect(endpoint.revoked).toBe(false);
    // The owner puts new tokens in, and all is well again.
    await next.change(ref, { type: 'mcp_oauth', accessToken: new Secret('mine'), expiresAt: null });
    expect(await tokenFor(session, next)).toBe('mine');
  });
});
