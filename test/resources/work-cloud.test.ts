import { systemIds } from '../../runtime/contract/ids';
import type { ClientEvent } from '../../runtime/contract/wire';
import { SandboxStartError } from '../../runtime/resources/sandbox-start';
import { LEASE_SECONDS, stopped } from '../../runtime/resources/work-item';
import type { SessionRecord } from '../../runtime/store/records';
import { operator, refOf, sessionToken, WORKSPACE, WorkWorld } from './work-world';

let world: WorkWorld;
let session: SessionRecord;

beforeAll(async () => void (world = await WorkWorld.open()));
afterAll(() => world.close());

const path = async () => ({ environment_id: session.environmentId, work_id: (await world.work(session)).id });
const beat = async (query: Record<string, string> = {}) =>
  world.call('environments.work.heartbeat', { path: await path(), query, as: sessionToken(await world.work(session)) });
const stop = async () =>
  world.call('environments.work.stop', {
    path: await path(),
    body: { force: true },
    as: sessionToken(await world.work(session)),
  });

describe('a cloud session', () => {
  beforeEach(async () => {
    session = await world.session('cloud');
    world.starts.length = 0;
    world.stops.length = 0;
    world.wakes.length = 0;
    world.startFails = null;
  });

  it('gets a worker that holds a working token, and one only', async () => {
    await Promise.all(Array.from({ length: 5 }, () => world.queue.want(session)));
    expect(world.starts).toHaveLength(1);
    expect(await world.works(world.starts[0]?.secret ?? '')).toBe(true);
    expect(await world.work(session)).toMatchObject({ state: 'starting', kind: 'cloud' });
    await beat({ expected_last_heartbeat: 'NO_HEARTBEAT' });
    await world.queue.want(session);
    expect(world.starts).toHaveLength(1);
  });

  it('keeps its worker for as long as it beats', async () => {
    await world.queue.want(session);
    await world.open(session, 'sevt_1');
    for (let i = 0; i < 5; i += 1) {
      await beat();
      world.pass(LEASE_SECONDS.cloud - 5);
      await world.sweep(session);
    }
    expect(await world.work(session)).toMatchObject({ state: 'active' });
    expect(await world.signals(session)).toEqual([]);
  });

  it('hears of the calls whose outcome is unknown when its worker goes silent, and gets another worker later', async () => {
    await world.queue.want(session);
    await beat();
    await world.open(session, 'sevt_1', 'sevt_2');
    world.pass(LEASE_SECONDS.cloud + 1);
    await world.sweep(session);
    const work = await world.work(session);
    expect(await world.signals(session)).toEqual([
      { type: 'sandbox_lost', workId: work.id, calls: ['sevt_1', 'sevt_2'], reason: expect.any(String) as string },
    ]);
    expect(world.wakes.at(-1)).toEqual(refOf(session));
    expect(world.stops).toEqual([{ id: session.id, discard: false }]);
    expect(work).toMatchObject({ state: 'stopped', leaseUntil: null });
    expect(await world.works(world.starts[0]?.secret ?? '')).toBe(false);
    await world.queue.want(session);
    expect(world.starts.map((start) => start.work.id)).toEqual([work.id, work.id]);
  });

  it('hears the same at once when the launcher saw the worker end', async () => {
    await world.queue.want(session);
    await beat();
    await world.open(session, 'sevt_1');
    await world.queue.workerGone(await world.work(session), 'its process ended');
    expect(await world.signals(session)).toMatchObject([{ calls: ['sevt_1'], reason: 'its process ended' }]);
    expect(await world.work(session)).toMatchObject({ state: 'stopped' });
  });

  it('hears nothing of a call whose result is on its way', async () => {
    await world.queue.want(session);
    await beat();
    await world.open(session, 'sevt_1', 'sevt_2');
    const result: ClientEvent = { id: systemIds.make('event'), type: 'user.tool_result', tool_use_id: 'sevt_1' };
    await world.store.log.accept(refOf(session), [{ event: result }], world.now, world.now);
    await world.queue.workerGone(await world.work(session), 'its process ended');
    expect(await world.signals(session)).toMatchObject([{ calls: ['sevt_2'] }]);
  });

  it('does not take the end of an earlier worker for that of the present one', async () => {
    await world.queue.want(session);
    const earlier = await world.work(session);
    await beat();
    await stop();
    await world.queue.want(session);
    await beat();
    await world.open(session, 'sevt_1');
    await world.queue.workerGone(earlier, 'its process ended');
    expect(await world.work(session)).toMatchObject({ state: 'active' });
    expect(await world.signals(session)).toEqual([]);
  });

  it('gets another worker when the one that rested stops just as a call comes', async () => {
    await world.queue.want(session);
    await beat();
    world.pass(10);
    await beat();
    await world.open(session, 'sevt_1');
    await world.queue.want(session);
    await stop();
    expect(world.starts).toHaveLength(2);
    expect(await world.work(session)).toMatchObject({ state: 'starting', startFailures: 0 });
    expect(await world.signals(session)).toEqual([]);
  });

  it('gets another worker when whoever stopped the item died before he could see to it', async () => {
    await world.queue.want(session);
    await beat();
    await world.open(session, 'sevt_1');
    await world.store.work.update(stopped(await world.work(session), world.now));
    world.pass(LEASE_SECONDS.cloud + 1);
    await world.sweep(session);
    expect(await world.work(session)).toMatchObject({ state: 'starting' });
  });

  it('tries a start that failed again, a little later each time, and then says that no call ran', async () => {
    world.startFails = new Error('no such image');
    await world.open(session, 'sevt_1');
    await world.queue.want(session);
    const tries: number[] = [];
    for (let quarters = 0; quarters < 40; quarters += 1) {
      const { startFailures } = await world.work(session);
      if (tries.at(-1) !== startFailures) tries.push(startFailures);
      world.pass(0.25);
      await world.sweep(session);
    }
    expect(tries).toEqual([1, 2, 3]);
    expect(await world.signals(session)).toMatchObject([
      { calls: ['sevt_1'], reason: 'it could not be started', neverRan: true },
    ]);
    expect(await world.work(session)).toMatchObject({ state: 'stopped' });
    world.startFails = null;
    await world.queue.want(session);
    expect(world.starts).toHaveLength(1);
  });

  it('is told when to ask again for as long as there is no room, for some minutes and not for good', async () => {
    world.startFails = new SandboxStartError('there is no room for it now', true);
    await world.open(session, 'sevt_1');
    const began = world.now;
    let tries = 0;
    for (let retryAt = await world.queue.want(session); retryAt !== undefined; tries += 1) {
      expect(retryAt).toBeGreaterThan(world.now);
      expect(await world.queue.want(session)).toBe(retryAt);
      world.now = retryAt;
      retryAt = await world.queue.want(session);
    }
    expect(tries).toBe(11);
    expect(world.now - began).toBeGreaterThan(60_000_000);
    expect(world.now - began).toBeLessThan(200_000_000);
    expect(await world.signals(session)).toMatchObject([{ reason: 'there is no room for it now', neverRan: true }]);
    expect(await world.work(session)).toMatchObject({ state: 'stopped' });
  });

  it('is woken to try again when a start failed that nobody waits for', async () => {
    await world.queue.want(session);
    await beat();
    world.pass(10);
    await beat();
    await world.open(session, 'sevt_1');
    world.startFails = new SandboxStartError('there is no room for it now', true);
    await stop();
    expect(await world.work(session)).toMatchObject({ state: 'starting', startFailures: 1 });
    expect(world.wakes.at(-1)).toEqual(refOf(session));
    world.startFails = null;
    world.pass(1);
    expect(await world.queue.want(session)).toBeUndefined();
    expect(world.starts).toHaveLength(2);
  });

  it('goes on when a later start works', async () => {
    world.startFails = new Error('no such image');
    await world.open(session, 'sevt_1');
    await world.queue.want(session);
    world.startFails = null;
    world.pass(1);
    await world.sweep(session);
    expect(world.starts).toHaveLength(1);
    await beat({ expected_last_heartbeat: 'NO_HEARTBEAT' });
    expect(await world.signals(session)).toEqual([]);
  });

  it('gives up on workers that end as soon as they have started', async () => {
    await world.open(session, 'sevt_1');
    await world.queue.want(session);
    for (let i = 0; i < 10 && (await world.work(session)).state === 'starting'; i += 1) {
      await beat();
      await stop();
    }
    expect(world.starts).toHaveLength(4);
    expect(await world.signals(session)).toMatchObject([
      { calls: ['sevt_1'], reason: 'it ended before it could be used', neverRan: true },
    ]);
  });

  it('starts a worker that never came to life once more', async () => {
    await world.open(session, 'sevt_1');
    await world.queue.want(session);
    world.pass(61);
    await world.sweep(session);
    expect(world.starts).toHaveLength(2);
    expect(await world.works(world.starts[0]?.secret ?? '')).toBe(false);
    expect(await world.work(session)).toMatchObject({ state: 'starting', startFailures: 1 });
  });

  it('gets a worker for what it wants while the last one is being buried', async () => {
    await world.queue.want(session);
    await beat();
    await world.open(session, 'sevt_1');
    const waker = {
      wake: async () => {
        await world.open(session, 'sevt_2');
        await world.queue.want(session);
      },
    };
    await world.other({ waker }).workerGone(await world.work(session), 'its process ended');
    expect(await world.signals(session)).toMatchObject([{ calls: ['sevt_1'] }]);
    expect(world.starts).toHaveLength(2);
    expect(await world.work(session)).toMatchObject({ state: 'starting', wantedAgain: false });
  });

  it('is stopped at once by an operator, and its calls end', async () => {
    await world.queue.want(session);
    await beat();
    await world.open(session, 'sevt_1');
    const work = await world.call('environments.work.stop', {
      path: await path(),
      body: { force: true },
      as: operator,
    });
    expect(work.state).toBe('stopped');
    expect(world.stops).toEqual([{ id: session.id, discard: false }]);
    expect(await world.signals(session)).toMatchObject([{ calls: ['sevt_1'] }]);
  });

  it('leaves nothing when it is deleted', async () => {
    await world.queue.want(session);
    await world.queue.end(session, { discard: true });
    expect(await world.store.work.getBySession(WORKSPACE, session.environmentId, session.id)).toBeUndefined();
    expect(world.stops).toEqual([{ id: session.id, discard: true }]);
    expect(await world.works(world.starts[0]?.secret ?? '')).toBe(false);
    await world.queue.end(session, { discard: true });
  });

  it('stays stopped when its session was archived', async () => {
    await world.queue.want(session);
    await beat();
    await world.open(session, 'sevt_1');
    await world.store.sessions.update({ ...session, archivedAt: world.now, revision: session.revision + 1 });
    await world.queue.end(session, { discard: false });
    world.pass(61);
    await world.sweep(session);
    expect(await world.work(session)).toMatchObject({ state: 'stopped', leaseUntil: null });
    expect(world.starts).toHaveLength(1);
    expect(await world.signals(session)).toEqual([]);
  });
});
