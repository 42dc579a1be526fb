import { systemIds } from '../../runtime/contract/ids';
import { createBellDoor } from '../../runtime/http/bell-door';
import { hashOfSecret, Keys, makeSecret } from '../../runtime/resources/keys';
import type { SessionRecord } from '../../runtime/store/records';
import type { Fact, Observe } from '../../runtime/telemetry/facts';
import { refOf, tokenOf, WorkWorld } from '../resources/work-world';

let world: WorkWorld;
let session: SessionRecord;
let token: string;

beforeAll(async () => void (world = await WorkWorld.open()));
afterAll(() => world.close());
beforeEach(async () => {
  session = await world.session('cloud');
  await world.store.log.acquireLease(refOf(session), 'harness', 0, 1);
  token = await tokenFor(session);
});

/** The token of the worker that is started for a session. */
async function tokenFor(record: SessionRecord): Promise<string> {
  await world.queue.want(record);
  return tokenOf(world.starts.at(-1)?.secret ?? '').sessions_token;
}

const connect = (headers: Record<string, string>, connection = 'c='): Promise<number> =>
  createBellDoor({ store: world.store, clock: world.clock })(new Headers(headers), connection);
const bearer = (secret: string): Record<string, string> => ({ authorization: `Bearer ${secret}` });
const bellOf = async (record: SessionRecord): Promise<string | undefined> =>
  (await world.store.log.acquireLease(refOf(record), 'harness', 0, 1))?.bell;

describe('the door of the bell', () => {
  it('lets the sandbox in whose token it is shown, and notes its connection in that session alone', async () => {
    const other = await world.session('cloud');
    await world.store.log.acquireLease(refOf(other), 'harness', 0, 1);
    expect(await connect(bearer(token), 'mine=')).toBe(200);
    expect([await bellOf(session), await bellOf(other)]).toEqual(['mine=', undefined]);
  });

  it.each([
    ['nothing', {}],
    ['an empty credential', { authorization: '' }],
    ['no bearer', { authorization: 'Basic c2sg' }],
    ['what is no key', bearer('hello')],
    ['an unknown token', bearer(makeSecret('session_token'))],
    ['a token that is far too long', bearer(makeSecret('session_token') + 'x'.repeat(4_000))],
  ])('refuses %s', async (_, headers) => {
    expect(await connect(headers)).toBe(401);
    expect(await bellOf(session)).toBeUndefined();
  });

  it('refuses keys, though they may read the session', async () => {
    const keys = new Keys({ store: world.store, clock: world.clock, ids: systemIds });
    const api = await keys.createApiKey(session.workspace);
    const environment = await keys.createEnvironmentKey(session.workspace, session.environmentId);
    expect(await connect(bearer(api.secret))).toBe(403);
    expect(await connect(bearer(environment.secret))).toBe(403);
    expect(await bellOf(session)).toBeUndefined();
  });

  it('refuses the claim with which a sandbox is started', async () => {
    const secret = makeSecret('work_claim');
    const { workspace, environmentId, sessionId, id: workId } = await world.work(session);
    const principal = { kind: 'work_claim', workspace, environmentId, sessionId, workId } as const;
    const times = { createdAt: 0, expiresAt: null, revokedAt: null };
    await world.store.keys.put(hashOfSecret(secret), { id: workId, principal, name: null, hint: '', ...times });
    expect(await connect(bearer(secret))).toBe(403);
  });

  it('refuses the token of an item that has stopped, and of one that goes by another, also where it is still known', async () => {
    const door = createBellDoor({ store: world.store, clock: world.clock });
    expect(await door(new Headers(bearer(token)), 'first=')).toBe(200);
    await world.queue.end(session, { discard: false });
    expect(await door(new Headers(bearer(token)), 'late=')).toBe(409);
    await tokenFor(session);
    expect(await door(new Headers(bearer(token)), 'late=')).toBe(409);
    expect(await bellOf(session)).toBe('first=');
  });

  it('says of each answer which session it was about, where a sandbox of one asked, and nothing of the credential', async () => {
    const facts: Fact[] = [];
    const observe: Observe = (fact) => void facts.push(fact);
    const door = createBellDoor({ store: world.store, clock: world.clock, observe });
    const unknown = makeSecret('session_token');
    for (const secret of [token, unknown]) await door(new Headers(bearer(secret)), 'c=');
    const span = { startedAt: expect.any(Number), endedAt: expect.any(Number) };
    expect(facts).toEqual([
      { type: 'connect', connection: 'c=', sessionId: session.id, status: 200, ...span },
      { type: 'connect', connection: 'c=', status: 401, ...span },
    ]);
    for (const secret of [token, unknown]) expect(JSON.stringify(facts)).not.toContain(secret);
  });

  it('tells of a connection that it could not let in for its own reasons, too', async () => {
    const facts: Fact[] = [];
    const log = { ...world.store.log, noteBell: () => Promise.reject(new Error('the power is gone')) };
    const observe: Observe = (fact) => void facts.push(fact);
    const door = createBellDoor({ store: { ...world.store, log }, clock: world.clock, observe });
    await expect(door(new Headers(bearer(token)), 'c=')).rejects.toThrow('power');
    expect(facts).toMatchObject([{ type: 'connect', connection: 'c=', sessionId: session.id, status: 500 }]);
  });

  it('does not let a sandbox take the place of one that has replaced it while the door was slow', async () => {
    const { log } = world.store;
    const slow = async (...args: Parameters<typeof log.noteBell>): Promise<boolean> => {
      await world.queue.end(session, { discard: false });
      expect(await connect(bearer(await tokenFor(session)), 'new=')).toBe(200);
      return log.noteBell(...args);
    };
    const store = { ...world.store, log: { ...log, noteBell: slow } };
    const door = createBellDoor({ store, clock: world.clock });
    expect(await door(new Headers(bearer(token)), 'old=')).toBe(409);
    expect(await bellOf(session)).toBe('new=');
  });

  it('refuses the token of a session that is gone', async () => {
    await world.store.log.deleteThread(refOf(session));
    expect(await connect(bearer(token))).toBe(404);
  });
});
