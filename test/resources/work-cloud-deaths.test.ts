import { systemIds } from '../../runtime/contract/ids';
import { newWork } from '../../runtime/resources/work-item';
import type { SessionRecord } from '../../runtime/store/records';
import { operator, refOf, sessionToken, WorkWorld } from './work-world';

let world: WorkWorld;
let session: SessionRecord;

beforeAll(async () => void (world = await WorkWorld.open()));
afterAll(() => world.close());

const beat = async () =>
  world.call('environments.work.heartbeat', {
    path: { environment_id: session.environmentId, work_id: (await world.work(session)).id },
    as: sessionToken(await world.work(session)),
  });

describe('a cloud session, where somebody dies,', () => {
  beforeEach(async () => {
    session = await world.session('cloud');
    world.starts.length = 0;
  });

  it('is looked after when whoever made its item dies before a worker is started', async () => {
    const powerFails = () => Promise.reject(new Error('the power is gone'));
    const { keys, sessions, work } = world.store;
    const dying = world.other({ store: { ...world.store, keys: { ...keys, put: powerFails } } });
    const made = async () => {
      await world.open(session, 'sevt_1');
      await expect(dying.want(session)).rejects.toThrow('power');
      expect(await world.work(session)).toMatchObject({ state: 'queued' });
      world.pass(11);
    };
    await made();
    await world.sweep(session);
    expect(world.starts).toHaveLength(1);
    expect(await world.work(session)).toMatchObject({ state: 'starting', startFailures: 0 });

    session = await world.session('cloud');
    await made();
    await sessions.delete(session.workspace, session.id);
    await world.sweep(session);
    expect(await work.getBySession(session.workspace, session.environmentId, session.id)).toBeUndefined();
    expect(world.starts).toHaveLength(1);
  });

  it('is forgotten when its item came back after it was deleted, also where somebody late started a worker for it', async () => {
    const gone = async () => expect(world.work(session)).rejects.toThrow('no work item');
    await world.store.work.create(newWork(systemIds.make('work'), session, world.now));
    await world.deleteTooEarly(session);
    world.pass(11);
    await world.sweep(session);
    await gone();

    session = await world.session('cloud');
    await world.store.work.create(newWork(systemIds.make('work'), session, world.now));
    await world.deleteTooEarly(session);
    await world.queue.want(session);
    expect(world.starts).toHaveLength(1);
    world.pass(61);
    await world.sweep(session);
    await gone();
    expect(world.stops).toContainEqual({ id: session.id, discard: false });
    expect(await world.works(world.starts[0]?.secret ?? '')).toBe(false);
  });

  it.each([
    ['before it did', { launcher: { stop: () => Promise.reject(new Error('died')) } as never }],
    ['on the way', { waker: { wake: () => Promise.reject(new Error('died')) } }],
  ])('has its thread told once, and woken, also when the one who was to tell it died %s', async (_when, broken) => {
    await world.queue.want(session);
    await beat();
    await world.open(session, 'sevt_1');
    const dead = world.other(broken);
    await expect(dead.workerGone(await world.work(session), 'its process ended')).rejects.toThrow('died');
    expect(await world.work(session)).toMatchObject({ state: 'stopping' });
    world.pass(11);
    await world.sweep(session);
    expect(await world.signals(session)).toMatchObject([{ calls: ['sevt_1'] }]);
    const due = await world.store.due.due('inbox', world.now, 1_000);
    expect(due).toContainEqual(expect.objectContaining({ ref: refOf(session) }));
    expect(await world.work(session)).toMatchObject({ state: 'stopped' });
  });

  it('starts no worker for a call that was lost, and shows the next worker that it has its answer', async () => {
    await world.queue.want(session);
    await beat();
    await world.open(session, 'sevt_1', 'sevt_2');
    await world.queue.workerGone(await world.work(session), 'its process ended');
    await world.queue.settle(session.workspace, session.environmentId, (await world.work(session)).id);
    expect(world.starts).toHaveLength(1);

    await world.queue.want(session);
    const asWorker = await world.listed(session, sessionToken(await world.work(session)));
    const lost = { type: 'user.tool_result', is_error: true, processed_at: null };
    expect(asWorker.slice(-2)).toMatchObject([
      { ...lost, tool_use_id: 'sevt_1' },
      { ...lost, tool_use_id: 'sevt_2' },
    ]);
    expect(new Set(asWorker.map(({ id }) => id)).size).toBe(asWorker.length);
    const asClient = await world.listed(session, operator);
    expect(asClient).toHaveLength(asWorker.length - 2);
  });
});
