import { ECSClient } from '@aws-sdk/client-ecs';
import { reapTasks } from '../../runtime/aws/task-reaper';
import { systemIds } from '../../runtime/contract/ids';
import { stopped } from '../../runtime/resources/work-item';
import type { SessionRecord } from '../../runtime/store/records';
import { WORKSPACE, WorkWorld } from '../resources/work-world';
import { startAwsServer, type AwsServer } from './aws-server';

interface FakeTask {
  readonly taskArn: string;
  readonly startedBy: string;
  /** Seconds, as ECS has it. */
  readonly createdAt: number;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

const MINUTE = 60;
let tasks: FakeTask[] = [];
let aws: AwsServer;
let world: WorkWorld;
let session: SessionRecord;
beforeAll(async () => {
  world = await WorkWorld.open({ startsByClaim: true });
  aws = await startAwsServer(({ target, body }) => {
    if (target !== 'ListTasks') return { body: target === 'DescribeTasks' ? { tasks } : {} };
    const { nextToken } = JSON.parse(body) as { nextToken?: string };
    return {
      body: nextToken ? { taskArns: [] } : { taskArns: tasks.map(({ taskArn }) => taskArn), nextToken: 'next' },
    };
  });
});
afterAll(async () => {
  aws.close();
  await world.close();
});
beforeEach(async () => {
  aws.calls.length = 0;
  session = await world.session('cloud');
  await world.queue.want(session);
});

const taskOf = (startedBy: string, ageMinutes: number, workspace = WORKSPACE): FakeTask => ({
  taskArn: `task-${startedBy}-${ageMinutes}`,
  startedBy,
  createdAt: world.now / 1_000_000 - ageMinutes * MINUTE,
  tags: [{ key: 'managed-agents:workspace', value: workspace }],
});
const reap = () =>
  reapTasks({ client: new ECSClient(aws.config), cluster: 'c', store: world.store, clock: world.clock });
const stops = (): string[] =>
  aws.calls
    .filter(({ target }) => target === 'StopTask')
    .map(({ body }) => (JSON.parse(body) as { task: string }).task);

describe('tasks', () => {
  test('stay while their session has a use for them, however old they are', async () => {
    tasks = [taskOf(session.id, 600)];
    expect(await reap()).toBe(0);
    expect(stops()).toEqual([]);
  });

  test('are stopped when their session is gone, or let go of its sandbox a while ago', async () => {
    const gone = systemIds.make('session');
    tasks = [taskOf(session.id, 600), taskOf(gone, 600), taskOf(session.id, 601, 'elsewhere')];
    const work = await world.work(session);
    await world.store.work.update(stopped(work, world.now));
    expect(await reap()).toBe(2);
    expect(stops()).toEqual([`task-${gone}-600`, `task-${session.id}-601`]);
    world.pass(11 * MINUTE);
    aws.calls.length = 0;
    tasks = [taskOf(session.id, 600)];
    expect(await reap()).toBe(1);
    expect(stops()).toEqual([`task-${session.id}-600`]);
  });

  test('stay when they are new, and when they are not ours', async () => {
    tasks = [
      taskOf(systemIds.make('session'), 5),
      taskOf('ecs-svc/123', 600),
      { ...taskOf(session.id, 600), tags: [] },
    ];
    expect(await reap()).toBe(0);
  });
});
