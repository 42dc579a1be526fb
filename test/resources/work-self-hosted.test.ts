import type { SessionRecord } from '../../runtime/store/records';
import { sessionToken, WORKSPACE, WorkWorld } from './work-world';

let world: WorkWorld;
let session: SessionRecord;

beforeAll(async () => void (world = await WorkWorld.open()));
afterAll(() => world.close());

const path = async () => ({ environment_id: session.environmentId, work_id: (await world.work(session)).id });
const poll = () => world.call('environments.work.poll', { path: { environment_id: session.environmentId } });
const ack = async () => world.call('environments.work.ack', { path: await path() });
const beat = async (query: Record<string, string> = {}) =>
  world.call('environments.work.heartbeat', { path: await path(), query, as: sessionToken(await world.work(session)) });
const stop = async (force = true) =>
  world.call('environments.work.stop', {
    path: await path(),
    body: { force },
    as: sessionToken(await world.work(session)),
  });

describe('a self-hosted session', () => {
  beforeEach(async () => void (session = await world.session('self_hosted')));

  it('has one item, however often it wants one', async () => {
    await Promise.all(Array.from({ length: 5 }, () => world.queue.want(session)));
    const work = await world.work(session);
    expect(work).toMatchObject({ state: 'queued', kind: 'self_hosted', revision: 1 });
    await poll();
    await ack();
    await beat();
    await world.queue.want(session);
    expect(await world.work(session)).toMatchObject({ id: work.id, state: 'active' });
  });

  it('queues a stopped item again under the same id, as if it were new', async () => {
    await world.queue.want(session);
    const first = await poll();
    await ack();
    await beat();
    await stop();
    await world.queue.want(session);
    const second = await poll();
    expect(second).toMatchObject({ id: first?.id, state: 'queued', acknowledged_at: null, latest_heartbeat_at: null });
    expect(second).toMatchObject({ stop_requested_at: null, stopped_at: null });
    expect(second?.started_at).not.toBe(first?.started_at);
    expect(second?.created_at).toBe(first?.created_at);
    expect(second?.secret).not.toBe(first?.secret);
  });

  it('offers an item again when its lease lapsed in the middle of something, and the old holder fails its beat', async () => {
    await world.queue.want(session);
    const first = await poll();
    await ack();
    const { last_heartbeat } = await beat();
    await world.open(session, 'sevt_1');
    world.pass(61);
    await world.sweep(session);
    expect(await world.work(session)).toMatchObject({ state: 'queued' });
    expect(
      await world.refusal('environments.work.heartbeat', {
        path: await path(),
        query: { expected_last_heartbeat: last_heartbeat },
      }),
    ).toMatchObject({ status: 412, details: { current_state: { state: 'queued', last_heartbeat: null } } });
    expect((await poll())?.id).toBe(first?.id);
    expect(await world.works(first?.secret ?? '')).toBe(false);
    expect(await world.signals(session)).toEqual([]);
  });

  it('lets an item stop that lapsed while the session needs nothing, and its token with it', async () => {
    await world.queue.want(session);
    const work = await poll();
    await ack();
    await beat();
    await world.rest(session);
    world.pass(61);
    await world.sweep(session);
    expect(await world.work(session)).toMatchObject({ state: 'stopped', leaseUntil: null });
    expect(await world.works(work?.secret ?? '')).toBe(false);
  });

  it('offers an acknowledged item again whose worker never came to life', async () => {
    await world.queue.want(session);
    await poll();
    await ack();
    await world.open(session, 'sevt_1');
    world.pass(61);
    await world.sweep(session);
    expect((await poll())?.data.id).toBe(session.id);
  });

  it('is not lost with a poller that stops the item which it handed to somebody (the trap of reference 10)', async () => {
    await world.queue.want(session);
    await world.open(session, 'sevt_1');
    await poll();
    await ack();
    await world.call('environments.work.stop', { path: await path(), body: {} });
    expect(await beat({ expected_last_heartbeat: 'NO_HEARTBEAT' })).toMatchObject({ state: 'stopping' });
    await stop();
    expect(await poll()).toBeNull();
    world.pass(6);
    expect((await poll())?.data.id).toBe(session.id);
  });

  it('comes round again at once when it was wanted while it stopped', async () => {
    await world.queue.want(session);
    await poll();
    await ack();
    await beat();
    await stop(false);
    await world.queue.want(session);
    await stop();
    expect((await poll())?.data.id).toBe(session.id);
  });

  it('is offered to nobody when its item came back after it was deleted', async () => {
    await world.queue.want(session);
    await world.deleteTooEarly(session);
    expect(await poll()).toBeNull();
    await expect(world.work(session)).rejects.toThrow('no work item');
  });

  it('ends: the worker hears it, and the token dies a lease later', async () => {
    await world.queue.want(session);
    const work = await poll();
    await ack();
    await beat();
    await world.queue.end(session, { discard: false });
    expect(await beat()).toMatchObject({ state: 'stopped', lease_extended: false });
    world.pass(61);
    await world.sweep(session);
    expect(await world.works(work?.secret ?? '')).toBe(false);
    await world.queue.end(session, { discard: true });
    expect(await world.store.work.getBySession(WORKSPACE, session.environmentId, session.id)).toBeUndefined();
  });
});
