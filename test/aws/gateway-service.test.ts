import { ECSClient } from '@aws-sdk/client-ecs';
import { GatewayService } from '../../runtime/aws/gateway-service';
import { startAwsServer, type AwsServer } from './aws-server';

const MINUTE_MS = 60_000;

/** The service as ECS knows it, and the tasks of sandboxes. */
let desired: number;
let updatedMs: number;
let tasks: { tags: { key: string; value: string }[] }[];
let nowMs: number;
let aws: AwsServer;
let service: GatewayService;

beforeAll(async () => {
  aws = await startAwsServer(({ target, body }) => {
    switch (target) {
      case 'DescribeServices':
        return { body: { services: [{ desiredCount: desired, deployments: [{ updatedAt: updatedMs / 1_000 }] }] } };
      case 'UpdateService':
        desired = (JSON.parse(body) as { desiredCount: number }).desiredCount;
        updatedMs = nowMs;
        return { body: {} };
      case 'ListTasks':
        return { body: { taskArns: tasks.map((_task, index) => `task-${index}`) } };
      case 'DescribeTasks':
        return { body: { tasks } };
      default:
        return { status: 400 };
    }
  });
  service = new GatewayService({
    client: new ECSClient(aws.config),
    cluster: 'cluster',
    service: 'gateway',
    sandboxCluster: 'sandboxes',
    clock: { now: () => nowMs * 1_000 },
  });
});
afterAll(() => aws.close());
beforeEach(() => {
  aws.calls.length = 0;
  [desired, updatedMs, nowMs, tasks] = [0, 0, 1_800_000_000_000, []];
});

const sandbox = { tags: [{ key: 'managed-agents:egress', value: 'gateway' }] };
const another = { tags: [{ key: 'managed-agents:session', value: 'sesn_1' }] };
const updates = () => aws.calls.filter(({ target }) => target === 'UpdateService').length;

describe('the service of the gateway', () => {
  test('is raised once for all who need it', async () => {
    await service.raise();
    await service.raise();
    expect([desired, updates()]).toEqual([1, 1]);
  });

  test('stays for a while after it was raised, needed or not, and then for as long as a sandbox needs it', async () => {
    await service.raise();
    nowMs += 5 * MINUTE_MS;
    expect(await service.settle()).toBeUndefined();
    tasks = [another, sandbox];
    nowMs += 60 * MINUTE_MS;
    expect(await service.settle()).toBeUndefined();
    tasks = [another];
    expect(await service.settle()).toBe('lowered');
    expect(desired).toBe(0);
  });

  test('is raised again for a sandbox that needs it, if its start was lost', async () => {
    tasks = [sandbox];
    expect(await service.settle()).toBe('raised');
    expect(desired).toBe(1);
  });

  test('costs nothing while nobody needs it', async () => {
    expect(await service.settle()).toBeUndefined();
    expect(updates()).toBe(0);
  });
});
