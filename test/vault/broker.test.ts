import { systemIds } from '../../runtime/contract/ids';
import { systemClock } from '../../runtime/contract/time';
import type { Environment } from '../../runtime/contract/wire';
import type { CredentialRef } from '../../runtime/store/vault-ports';
import type { CredentialEntry, EnvironmentVariableEntry } from '../../runtime/vault/entry';
import type { SessionRef } from '../../runtime/vault/ports';
import { Secret } from '../../runtime/vault/secret';
import { openEngine, type Engine } from '../store/engine';
import { session as sessionRecord } from '../store/values';
import { VaultWorld } from '../support/vault-world';

const WORKSPACE = 'wrkspc_test';

let engine: Engine;
let world: VaultWorld;
beforeAll(async () => {
  engine = await openEngine();
  world = await VaultWorld.open(engine.store);
});
afterAll(async () => {
  await world.close();
  await engine.close();
});
beforeEach(() => void world.audit.splice(0));

async function newVault(...entries: CredentialEntry[]): Promise<{ vaultId: string; credentials: CredentialRef[] }> {
  const vaultId = systemIds.make('vault');
  await world.store.vaultHeads.create({ workspace: WORKSPACE, vaultId });
  const credentials: CredentialRef[] = [];
  for (const entry of entries) {
    const ref = { workspace: WORKSPACE, vaultId, credentialId: systemIds.make('credential') };
    expect(await world.broker().keep(ref, entry)).toBe('kept');
    credentials.push(ref);
  }
  return { vaultId, credentials };
}

async function newSession(vaultIds: string[], config?: Environment['config']): Promise<SessionRef> {
  const record = sessionRecord({ workspace: WORKSPACE, vaultIds, ...(config ? { environmentConfig: config } : {}) });
  await world.store.sessions.create(record);
  return { workspace: WORKSPACE, sessionId: record.id };
}

const bearer = (serverUrl: string, token: string): CredentialEntry => ({
  type: 'static_bearer',
  serverUrl,
  token: new Secret(token),
});
const variable = (name: string, changed: Partial<EnvironmentVariableEntry> = {}): EnvironmentVariableEntry => ({
  type: 'environment_variable',
  name,
  value: new Secret(`value of ${name}`),
  networking: { type: 'unrestricted' },
  injection: { header: true, body: false },
  ...changed,
});
const limitedTo = (...allowed_hosts: string[]) => ({ networking: { type: 'limited' as const, allowed_hosts } });
const environment = (allowed_hosts: string[], allow_mcp_servers = false): Environment['config'] => ({
  type: 'cloud',
  networking: { type: 'limited', allowed_hosts, allow_mcp_servers, allow_package_managers: false },
  packages: { type: 'packages', apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] },
});
const OPEN: Environment['config'] = {
  type: 'cloud',
  networking: { type: 'unrestricted' },
  packages: { type: 'packages', apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] },
};

const tokenFor = async (session: SessionRef, url: string): Promise<string | undefined> =>
  (await world.broker().bearerFor(session, url))?.token.reveal();

describe('a token for an MCP server', () => {
  it('is that of the first vault that has one for the URL', async () => {
    const a = await newVault(bearer('https://other.example.com', 'other'));
    const b = await newVault(bearer('https://mcp.example.com/x', 'b'));
    const c = await newVault(bearer('https://mcp.example.com/x', 'c'));
    const order = async (...vaults: { vaultId: string }[]) =>
      tokenFor(await newSession(vaults.map(({ vaultId }) => vaultId)), 'https://mcp.example.com/x');
    expect(await order(a, b, c)).toBe('b');
    expect(await order(c, b, a)).toBe('c');
    expect(await order(a)).toBeUndefined();
    expect(await order()).toBeUndefined();
  });

  it.each([
    ['https://MCP.Example.com/x', true],
    ['https://mcp.example.com:443/x/', true],
    ['https://mcp.example.com/X', false],
    ['https://mcp.example.com/x/y', false],
    ['https://mcp.example.com/', false],
    ['https://mcp.example.com:8443/x', false],
    ['https://a.mcp.example.com/x', false],
    ['https://example.com/x', false],
    ['http://mcp.example.com/x', false],
    ['https://mcp.example.com.evil.com/x', false],
    ['https://mcp.example.com@evil.com/x', false],
    ['https://user:password@mcp.example.com/x', false],
    ['not a URL', false],
  ])('for %s: %s', async (url, matches) => {
    const { vaultId } = await newVault(bearer('https://mcp.example.com/x', 'token'));
    expect(await tokenFor(await newSession([vaultId]), url)).toBe(matches ? 'token' : undefined);
  });

  it('is sent over http only to a host that the deployment names', async () => {
    const { vaultId } = await newVault(
      bearer('http://mcp.example.com', 'plain'),
      bearer('http://127.0.0.1:8000', 'named'),
      bearer('https://10.0.0.1', 'private'),
    );
    const session = await newSession([vaultId]);
    expect(await tokenFor(session, 'http://mcp.example.com')).toBeUndefined();
    expect(await tokenFor(session, 'https://10.0.0.1')).toBeUndefined();
    expect(await tokenFor(session, 'http://127.0.0.1:8000')).toBe('named');
  });

  it('follows changes of the credential at once, in every process', async () => {
    const url = 'https://mcp.example.com';
    const { vaultId, credentials } = await newVault(bearer(url, 'old'));
    const session = await newSession([vaultId]);
    const [other, ref] = [world.broker(), credentials[0]];
    if (!ref) throw new Error('no credential');
    const before = await other.bearerFor(session, url);
    await world.broker().change(ref, { type: 'static_bearer', token: new Secret('new') });
    const after = await other.bearerFor(session, url);
    expect([before?.token.reveal(), after?.token.reveal()]).toEqual(['old', 'new']);
    expect(after?.version).not.toBe(before?.version);
    await world.broker().forget(ref);
    expect(await other.bearerFor(session, url)).toBeUndefined();
  });

  it('is of no use to another session, a session that is gone, or another workspace', async () => {
    const url = 'https://mcp.example.com';
    const { vaultId } = await newVault(bearer(url, 'token'));
    const session = await newSession([vaultId]);
    expect(await tokenFor(await newSession([]), url)).toBeUndefined();
    expect(await tokenFor({ ...session, workspace: 'wrkspc_other' }, url)).toBeUndefined();
    const foreign = sessionRecord({ workspace: 'wrkspc_other', vaultIds: [vaultId] });
    await world.store.sessions.create(foreign);
    expect(await tokenFor({ workspace: 'wrkspc_other', sessionId: foreign.id }, url)).toBeUndefined();
    await world.store.sessions.delete(WORKSPACE, session.sessionId);
    expect(await tokenFor(session, url)).toBeUndefined();
  });
});

describe('the variables of a session', () => {
  const names = async (session: SessionRef, host: string) =>
    (await world.broker().substitutionsFor(session, host)).map(({ value }) => value.reveal());

  it('stand in the sandbox as placeholders that say nothing, the same each time', async () => {
    const { vaultId } = await newVault(variable('A'), variable('B'));
    const [one, two] = [await newSession([vaultId], OPEN), await newSession([vaultId], OPEN)];
    const placeholders = await world.broker().placeholdersOf(one);
    expect(placeholders.map(({ name }) => name)).toEqual(['A', 'B']);
    expect(await world.broker().placeholdersOf(one)).toEqual(placeholders);
    const all = [...placeholders, ...(await world.broker().placeholdersOf(two))].map(({ placeholder }) => placeholder);
    expect(new Set(all).size).toBe(4);
    expect(JSON.stringify(all)).not.toContain('value of');
    const [a] = await world.broker().substitutionsFor(one, 'anywhere.example.com');
    expect(a).toMatchObject({ placeholder: placeholders[0]?.placeholder, inHeaders: true, inBody: false });
  });

  it('are those of the first vault, where two have one of the same name', async () => {
    const [a, b] = [await newVault(variable('KEY')), await newVault(variable('KEY', { value: new Secret('second') }))];
    const session = await newSession([b.vaultId, a.vaultId], OPEN);
    expect(await names(session, 'x.example.com')).toEqual(['second']);
    expect(await world.broker().placeholdersOf(session)).toHaveLength(1);
  });

  it('go where both the credential and the environment let them', async () => {
    const { vaultId } = await newVault(
      variable('ANY'),
      variable('EXACT', limitedTo('api.example.com')),
      variable('BELOW', limitedTo('*.example.com')),
    );
    const open = await newSession([vaultId], OPEN);
    const hosts = ['api.example.com', 'API.EXAMPLE.COM', 'b.example.com', 'example.com', 'evil-example.com'];
    const allowed = await Promise.all(hosts.map((host) => names(open, host)));
    expect(allowed.map((values) => values.map((value) => value.slice('value of '.length)))).toEqual([
      ['ANY', 'EXACT', 'BELOW'],
      ['ANY', 'EXACT', 'BELOW'],
      ['ANY', 'BELOW'],
      ['ANY'],
      ['ANY'],
    ]);
    const limited = await newSession([vaultId], environment(['b.example.com']));
    expect(await names(limited, 'b.example.com')).toHaveLength(2);
    expect(await names(limited, 'api.example.com')).toEqual([]);
  });

  it('are for sandboxes behind our gateway alone', async () => {
    const { vaultId } = await newVault(variable('A'));
    const session = await newSession([vaultId], { type: 'self_hosted' });
    expect(await names(session, 'x.example.com')).toEqual([]);
    expect(await world.broker().placeholdersOf(session)).toEqual([]);
  });

  it.each([
    [['api.example.com'], ['api.example.com'], false],
    [['api.example.com'], ['*.example.com'], false],
    [['*.api.example.com'], ['*.example.com'], false],
    [['*.example.com'], ['api.example.com'], true],
    [['example.com'], ['*.example.com'], true],
    [['a.com', 'b.com'], ['a.com'], true],
    [['a.com'], [], true],
  ])('for hosts %j under a policy of %j are out of reach: %s', async (hosts, policy, outOfReach) => {
    const { vaultId } = await newVault(variable('A', limitedTo(...hosts)), variable('ANY'));
    const found = await world.broker().unreachableOf(await newSession([vaultId], environment(policy)));
    expect(found).toHaveLength(outOfReach ? 1 : 0);
    expect(await world.broker().unreachableOf(await newSession([vaultId], OPEN))).toEqual([]);
  });
});

describe('the audit', () => {
  it('has a line for each grant, with no value in it', async () => {
    const { vaultId, credentials } = await newVault(bearer('https://mcp.example.com', 'canary-1'), variable('A'));
    const session = await newSession([vaultId], OPEN);
    await tokenFor(session, 'https://mcp.example.com');
    await tokenFor(session, 'https://other.example.com');
    await world.broker().placeholdersOf(session);
    await world.broker().substitutionsFor(session, 'x.example.com');
    expect(world.audit).toEqual([
      {
        at: expect.any(Number),
        ...credentials[0],
        sessionId: session.sessionId,
        host: 'mcp.example.com',
        purpose: 'mcp',
        outcome: 'granted',
      },
      {
        at: expect.any(Number),
        ...credentials[1],
        sessionId: session.sessionId,
        host: 'x.example.com',
        purpose: 'egress',
        outcome: 'granted',
      },
    ]);
    expect(world.audit[0]?.at).toBeLessThan(systemClock.now());
    expect(JSON.stringify(world.audit)).not.toMatch(/canary|value of/);
  });
});

describe('the token of a repository', () => {
  const repository = (host: string, path: string, token: string): CredentialEntry => ({
    type: 'repository',
    host,
    path,
    token: new Secret(token),
  });

  /** A session with repositories, which stand in a vault of its own. */
  async function working(config: Environment['config'], ...entries: CredentialEntry[]): Promise<SessionRef> {
    const session = await newSession([], config);
    const own = { workspace: WORKSPACE, vaultId: session.sessionId };
    await world.store.vaultHeads.create(own);
    for (const [index, entry] of entries.entries()) {
      expect(await world.broker().keep({ ...own, credentialId: `sesrsc_${index}` }, entry)).toBe('kept');
    }
    return session;
  }
  const shown = async (session: SessionRef, host: string) =>
    (await world.broker().repositoriesFor(session, host)).map(({ path, token }) => [path, token.reveal()]);

  it('is given for its own session and host alone, and each time an audit line', async () => {
    const ours = repository('github.com', '/owner/ours', 'token-1');
    const session = await working(OPEN, ours, repository('git.example.com', '/owner/ours', 'token-2'));
    expect(await shown(session, 'GitHub.com')).toEqual([['/owner/ours', 'token-1']]);
    expect(world.audit).toMatchObject([
      { sessionId: session.sessionId, credentialId: 'sesrsc_0', host: 'GitHub.com', purpose: 'egress' },
    ]);
    expect(await shown(session, 'example.com')).toEqual([]);
    expect(await shown(await newSession([], OPEN), 'github.com')).toEqual([]);
  });

  it('is not given for a host that the network policy does not allow', async () => {
    const session = await working(environment(['api.example.com']), repository('github.com', '/o/r', 'token-1'));
    expect(await shown(session, 'github.com')).toEqual([]);
  });

  it('changes within the session, and is there once for a repository', async () => {
    const session = await working(OPEN, repository('github.com', '/owner/ours', 'token-1'));
    const ref = { workspace: WORKSPACE, vaultId: session.sessionId, credentialId: 'sesrsc_0' };
    const again = { ...ref, credentialId: 'sesrsc_9' };
    expect(await world.broker().keep(again, repository('GitHub.com', '/Owner/Ours', 'x'))).toBe('key_taken');
    expect(await world.broker().change(ref, { type: 'repository', token: new Secret('token-2') })).toBe(true);
    expect(await shown(session, 'github.com')).toEqual([['/owner/ours', 'token-2']]);
    await world.broker().forget(ref);
    expect(await shown(session, 'github.com')).toEqual([]);
  });
});
