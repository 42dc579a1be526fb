import { ApiError } from '../../runtime/contract/errors';
import { hashOfSecret } from '../../runtime/resources/keys';
import type { SandboxCaller } from '../../runtime/resources/sandbox-access';
import { exchangeClaim } from '../../runtime/resources/sandbox-claim';
import { underWay } from '../../runtime/resources/work-item';
import type { SessionRecord } from '../../runtime/store/records';
import { tokenOf, WorkWorld } from './work-world';

let world: WorkWorld;
let session: SessionRecord;

beforeAll(async () => void (world = await WorkWorld.open({ startsByClaim: true, startWithin: 180_000_000 })));
afterAll(() => world.close());
beforeEach(async () => {
  session = await world.session('cloud');
  world.starts.length = 0;
});

const exchange = (caller: SandboxCaller) => exchangeClaim({ store: world.store, clock: world.clock }, caller);

/** Starts a worker and shows the claim that it was started with. */
async function startedWith(): Promise<{ claim: string; caller: SandboxCaller }> {
  await world.queue.want(session);
  const claim = world.starts.at(-1)?.secret ?? '';
  const key = await world.store.keys.findByHash(hashOfSecret(claim));
  if (!key) throw new Error('the claim is not known');
  return { claim, caller: { principal: key.principal, secretHash: hashOfSecret(claim) } };
}

async function refusal(caller: SandboxCaller): Promise<number> {
  const error = await exchange(caller).catch((reason: unknown) => reason);
  if (error instanceof ApiError) return error.status;
  throw new Error('the claim was not refused');
}

describe('a worker whose start others may see', () => {
  it('is started with a claim that is neither a token nor stored', async () => {
    const { claim, caller } = await startedWith();
    expect(claim).toMatch(/^sk-ant-clm-/);
    expect(caller.principal).toMatchObject({ kind: 'work_claim', sessionId: session.id });
    expect(JSON.stringify(await world.work(session))).not.toContain(claim);
  });

  it("exchanges it for its item's secret, and learns what its environment wants installed", async () => {
    const { caller } = await startedWith();
    const { secret, packages } = await exchange(caller);
    expect(await world.works(secret)).toBe(true);
    expect(packages).toMatchObject({ apt: [], pip: [] });
    const { sessions_token } = tokenOf(secret);
    expect((await world.work(session)).sessionTokenHash).toBe(hashOfSecret(sessions_token));
  });

  it('learns of the bell of its session, if the session’s harness rings one', async () => {
    const { caller } = await startedWith();
    expect((await exchange(caller)).bell).toBeNull();
    const bell = 'wss://bell.example.com/bell';
    session = await world.session('cloud');
    const runtime = { harness: '7', bell };
    expect(await world.store.sessions.update({ ...session, runtime, revision: session.revision + 1 })).toBe(true);
    const { caller: told } = await startedWith();
    expect((await exchange(told)).bell).toBe(bell);
  });

  it('is let in although whoever started it notes something about it at that moment', async () => {
    const { caller } = await startedWith();
    const { work } = world.store;
    let notes = 0;
    const update: typeof work.update = async (next) => {
      if ((notes += 1) > 2) return work.update(next);
      const current = await world.work(session);
      expect(await work.update(underWay(current, { start: 'warm', task: `task/${notes}` }, world.clock.now()))).toBe(
        true,
      );
      return work.update(next);
    };
    const store = { ...world.store, work: { ...work, update } };
    const { secret } = await exchangeClaim({ store, clock: world.clock }, caller);
    expect(await world.works(secret)).toBe(true);
    expect(await world.work(session)).toMatchObject({ task: 'task/2', state: 'starting' });
    expect(await refusal(caller)).toBe(409);
  });

  it('is refused the second time, and when two come at once, one is', async () => {
    const { caller } = await startedWith();
    const both = await Promise.allSettled([exchange(caller), exchange(caller)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await refusal(caller)).toBe(409);
    expect(await world.store.keys.findByHash(caller.secretHash)).toBeUndefined();
  });

  it('is refused once the item was started anew', async () => {
    const { caller } = await startedWith();
    await world.open(session, 'sevt_1');
    world.pass(181);
    await world.sweep(session);
    expect(world.starts).toHaveLength(2);
    expect(await refusal(caller)).toBe(409);
    const again = await startedWith();
    expect(await world.works((await exchange(again.caller)).secret)).toBe(true);
  });

  it('has the time that its launcher needs, and no more', async () => {
    await startedWith();
    await world.open(session, 'sevt_1');
    world.pass(179);
    await world.sweep(session);
    expect(world.starts).toHaveLength(1);
    world.pass(2);
    await world.sweep(session);
    expect(world.starts).toHaveLength(2);
  });

  it('has a claim that is good for a quarter of an hour', async () => {
    const { caller } = await startedWith();
    world.pass(15 * 60 + 1);
    expect(await world.store.keys.findByHash(caller.secretHash)).toBeUndefined();
  });

  it('is refused with any other credential', async () => {
    const { caller } = await startedWith();
    const { workspace } = session;
    expect(await refusal({ ...caller, principal: { kind: 'api_key', workspace, keyId: 'apikey_1' } })).toBe(403);
    expect(await refusal({ ...caller, secretHash: hashOfSecret('another') })).toBe(409);
  });

  it('is known as gone by the claim that it was started with, before the exchange and after it', async () => {
    const { caller } = await startedWith();
    const { id, workspace, environmentId } = await world.work(session);
    await exchange(caller);
    const worker = { id, workspace, environmentId, sessionTokenHash: caller.secretHash };
    await world.queue.workerGone(worker, 'its container ended');
    expect(await world.work(session)).toMatchObject({ startFailures: 1, sessionTokenHash: null });
    await world.queue.workerGone(worker, 'its container ended');
    expect(await world.work(session)).toMatchObject({ startFailures: 1 });
  });
});
