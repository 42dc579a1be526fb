import { ECSClient } from '@aws-sdk/client-ecs';
import { reportStoppedTask } from '../../runtime/aws/stopped-task';
import { tagsOf } from '../../runtime/aws/task-tags';
import type { SessionRecord } from '../../runtime/store/records';
import { sessionToken, WorkWorld } from '../resources/work-world';
import { startAwsServer, type AwsServer } from './aws-server';

let tasks: object[] = [];
let aws: AwsServer;
let world: WorkWorld;
let session: SessionRecord;
beforeAll(async () => {
  world = await WorkWorld.open({ startsByClaim: true });
  aws = await startAwsServer(() => ({ body: { tasks } }));
});
afterAll(async () => {
  aws.close();
  await world.close();
});
beforeEach(async () => {
  tasks = [];
  world.starts.length = 0;
  session = await world.session('cloud');
  await world.open(session, 'sevt_1');
  await world.queue.want(session);
});

/** What ECS says of the session's task, in the form of its answers. */
async function taskSays(said: object): Promise<void> {
  const tags = tagsOf(await world.work(session), session, world.starts.at(-1)?.secret ?? '');
  tasks = [{ taskArn: 'task-1', lastStatus: 'STOPPED', tags, ...said }];
}
const report = () =>
  reportStoppedTask(
    { detail: { taskArn: 'task-1' } },
    {
      client: new ECSClient(aws.config),
      cluster: 'c',
      workQueue: world.queue,
      pool: { stopped: async () => undefined },
    },
  );
const beat = async () => {
  const work = await world.work(session);
  await world.call('environments.work.heartbeat', {
    path: { environment_id: session.environmentId, work_id: work.id },
    as: sessionToken(work),
  });
};

describe('a task that stopped', () => {
  test.each([
    [{ stopCode: 'SpotInterruption' }, /took back the machine/],
    [{ stopCode: 'EssentialContainerExited', containers: [{ reason: 'OutOfMemoryError: killed' }] }, /out of memory/],
    [{ stopCode: 'EssentialContainerExited', lastStatus: 'DEPROVISIONING' }, /its container ended/],
    [{ stopCode: 'UserInitiated', stoppedReason: 'arn:aws:iam::111122223333:user/me' }, /^its task was stopped$/],
  ])('ends the calls of its session at once: %j', async (said, reason) => {
    await beat();
    await taskSays(said);
    await report();
    const signals = await world.signals(session);
    expect(signals).toMatchObject([{ type: 'sandbox_lost', calls: ['sevt_1'] }]);
    expect(signals[0]).toMatchObject({ reason: expect.stringMatching(reason) as string });
    expect(signals[0]).not.toHaveProperty('neverRan');
  });

  test('is told of once, however often and late ECS says so', async () => {
    await beat();
    await taskSays({ stopCode: 'SpotInterruption' });
    await Promise.all([report(), report()]);
    await report();
    expect(await world.signals(session)).toHaveLength(1);
    await world.queue.want(session);
    await report();
    expect(await world.work(session)).toMatchObject({ state: 'starting', startFailures: 0 });
    expect(await world.signals(session)).toHaveLength(1);
  });

  test('counts as a start that failed where its worker had never come to life', async () => {
    await taskSays({ stopCode: 'TaskFailedToStart', stoppedReason: 'CannotPullContainerError' });
    await report();
    expect(await world.work(session)).toMatchObject({ state: 'starting', startFailures: 1, sessionTokenHash: null });
    expect(await world.signals(session)).toEqual([]);
    const retryAt = await world.queue.want(session);
    world.now = retryAt ?? 0;
    await world.queue.want(session);
    expect(world.starts).toHaveLength(2);
  });

  test('is tried again for minutes where there was no room for it', async () => {
    for (let tries = 0; tries < 6; tries += 1) {
      await taskSays({ stopCode: 'TaskFailedToStart', stoppedReason: 'Capacity is unavailable at this time.' });
      await report();
      world.now = (await world.queue.want(session)) ?? 0;
      await world.queue.want(session);
    }
    expect(world.starts).toHaveLength(7);
    expect(await world.signals(session)).toEqual([]);
  });

  test.each([
    ['runs after all', { lastStatus: 'RUNNING' }],
    ['is somebody else’s', { tags: [] }],
  ])('is left alone where it %s', async (_, said) => {
    await beat();
    await taskSays(said);
    await report();
    tasks = [];
    await report();
    expect(await world.work(session)).toMatchObject({ state: 'active' });
    expect(await world.signals(session)).toEqual([]);
  });
});
