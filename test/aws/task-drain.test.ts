import { ECSClient } from '@aws-sdk/client-ecs';
import { drainTasks } from '../../runtime/aws/task-drain';
import { startAwsServer, type AwsServer } from './aws-server';

/** A task, and how many looks it takes to stop once it was asked to. */
interface FakeTask {
  readonly family: string;
  looks: number;
  desired: 'RUNNING' | 'STOPPED';
}

let tasks: Map<string, FakeTask>;
let aws: AwsServer;
beforeAll(async () => {
  aws = await startAwsServer(({ target, body }) => {
    const asked = JSON.parse(body) as { family?: string; desiredStatus?: string; task?: string; tasks?: string[] };
    if (target === 'StopTask') {
      const task = tasks.get(asked.task ?? '');
      if (task) task.desired = 'STOPPED';
      return {};
    }
    if (target === 'ListTasks') {
      const found = [...tasks].filter(
        ([, task]) => task.family === asked.family && task.desired === asked.desiredStatus,
      );
      return { body: { taskArns: found.map(([arn]) => arn) } };
    }
    const described = (asked.tasks ?? []).map((taskArn) => {
      const task = tasks.get(taskArn);
      const stopped = task !== undefined && (task.looks -= 1) < 0;
      return { taskArn, lastStatus: stopped ? 'STOPPED' : 'DEPROVISIONING' };
    });
    return { body: { tasks: described } };
  });
});
afterAll(() => aws.close());

/** Drains with a clock that only pauses move. @returns how long it took. */
async function drain(withinMs = 60_000): Promise<number> {
  let now = 0;
  await drainTasks({
    client: new ECSClient(aws.config),
    cluster: 'c',
    families: ['sandbox', 'sandbox-system'],
    pause: async (ms) => (now += ms),
    deadline: withinMs,
    now: () => now,
  });
  return now;
}

test('every task of the families is stopped and waited for; others stay', async () => {
  tasks = new Map([
    ['a', { family: 'sandbox', looks: 2, desired: 'RUNNING' }],
    ['b', { family: 'sandbox-system', looks: 0, desired: 'RUNNING' }],
    ['c', { family: 'sandbox', looks: 1, desired: 'STOPPED' }],
    ['d', { family: 'gateway', looks: 0, desired: 'RUNNING' }],
  ]);
  expect(await drain()).toBe(10_000);
  expect([...tasks].map(([arn, { desired }]) => `${arn} ${desired}`)).toEqual([
    'a STOPPED',
    'b STOPPED',
    'c STOPPED',
    'd RUNNING',
  ]);
});

test('an empty cluster takes no time', async () => {
  tasks = new Map();
  expect(await drain()).toBe(0);
});

test('what does not end is told in time', async () => {
  tasks = new Map([['a', { family: 'sandbox', looks: 1_000, desired: 'RUNNING' }]]);
  await expect(drain(30_000)).rejects.toThrow('1 sandboxes have not ended yet');
});
