import { ECSClient } from '@aws-sdk/client-ecs';
import { FargateLauncher, type FargateLauncherOptions } from '../../runtime/aws/fargate-launcher';
import type { Capacity, EgressPlacement } from '../../runtime/aws/fargate-task';
import { SandboxStartError } from '../../runtime/resources/sandbox-start';
import { ORDER_VARIABLE } from '../../runtime/sandbox/container-contract';
import type { WorkRecord } from '../../runtime/store/work-ports';
import type { SessionRecord } from '../../runtime/store/records';
import { startAwsServer, type AwsAnswer, type AwsCall, type AwsServer } from './aws-server';

const answers: Record<string, AwsAnswer> = {};
const byTarget = ({ target = '' }: AwsCall): AwsAnswer => answers[target] ?? { status: 400 };
let answer = byTarget;
let aws: AwsServer;
beforeAll(async () => {
  aws = await startAwsServer((call) => answer(call));
});
afterAll(() => aws.close());
beforeEach(() => {
  aws.calls.length = 0;
  answer = byTarget;
  answers.RunTask = { body: { tasks: [{ taskArn: 'task-1' }], failures: [] } };
});

function launcher(
  capacity: Capacity = 'FARGATE_SPOT',
  egress?: EgressPlacement,
  pool?: FargateLauncherOptions['pool'],
): FargateLauncher {
  return new FargateLauncher({
    client: new ECSClient(aws.config),
    placement: () => ({
      cluster: 'cluster',
      revisions: { task: 'sandbox:3', systemTask: 'sandbox-system:3' },
      subnets: ['subnet-1', 'subnet-2'],
      securityGroup: 'sg-1',
      egress,
      publicAddress: true,
      capacity,
      sizes: { large: { cpu: 4096, memoryMiB: 16384, storageGiB: 50 }, small: { cpu: 256, memoryMiB: 512 } },
      apiUrl: 'https://api.example.com',
      maxIdleMs: 300_000,
    }),
    pool,
  });
}

const work = { id: 'work_1', environmentId: 'env_1', workspace: 'default', startFailures: 0 } as WorkRecord;
const packages = { type: 'packages' as const, apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] };
const environmentOf = (chosen: Partial<typeof packages> | { apt: string[] } | { npm: string[] }) => ({
  environmentConfig: { type: 'cloud', networking: { type: 'unrestricted' }, packages: { ...packages, ...chosen } },
});
const session = {
  id: 'sesn_1',
  workspace: 'default',
  agent: { id: 'agent_1' },
  ...environmentOf({}),
} as unknown as SessionRecord;
const bodies = (): Array<Record<string, unknown>> =>
  aws.calls.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

describe('a sandbox on Fargate', () => {
  test('is one task of the session, without a way in, told its work and nothing else', async () => {
    await launcher().start(work, session, 'secret');
    const [request] = bodies();
    expect(request).toMatchObject({
      cluster: 'cluster',
      taskDefinition: 'sandbox:3',
      count: 1,
      startedBy: 'sesn_1',
      enableExecuteCommand: false,
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT' }],
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'], assignPublicIp: 'ENABLED' },
      },
    });
    expect(JSON.parse(orderIn(request))).toEqual({
      baseUrl: 'https://api.example.com',
      environmentId: 'env_1',
      workId: 'work_1',
      sessionId: 'sesn_1',
      claim: 'secret',
      maxIdleMs: 300_000,
    });
  });

  test('can change its system only where its environment wants packages of the system', async () => {
    await launcher().start(work, { ...session, ...environmentOf({ npm: ['left-pad'] }) } as SessionRecord, 'a');
    await launcher().start(work, { ...session, ...environmentOf({ apt: ['cowsay'] }) } as SessionRecord, 'b');
    expect(bodies().map(({ taskDefinition }) => taskDefinition)).toEqual(['sandbox:3', 'sandbox-system:3']);
  });

  test('has the size that its session asks for, and the default one where the stack has no such size', async () => {
    for (const sandboxSize of ['large', 'small', 'gone', 'constructor', undefined]) {
      await launcher().start(work, { ...session, sandboxSize }, 'a');
    }
    const sizes = bodies().map(({ overrides }) => {
      const { containerOverrides, ...size } = overrides as Record<string, unknown>;
      expect(containerOverrides).toHaveLength(1);
      return size;
    });
    const large = { cpu: '4096', memory: '16384', ephemeralStorage: { sizeInGiB: 50 } };
    expect(sizes).toEqual([large, { cpu: '256', memory: '512' }, {}, {}, {}]);
  });

  test('is not started where its network is to be limited and nothing would do that', async () => {
    const networking = { type: 'limited', allowed_hosts: ['a.com'] };
    const limited = { ...session, environmentConfig: { ...session.environmentConfig, networking } } as SessionRecord;
    await expect(launcher().start(work, limited, 'a')).rejects.toMatchObject({ passing: false });
    expect(aws.calls).toEqual([]);
  });

  describe('in a stack with an egress gateway', () => {
    let raised = 0;
    let hasCredentials = false;
    const egress: EgressPlacement = {
      subnets: ['subnet-isolated'],
      securityGroup: 'sg-isolated',
      host: 'gateway.internal',
      port: 3128,
      apiUrl: 'https://public.example.com',
      raise: async () => void (raised += 1),
      hasCredentials: async () => hasCredentials,
    };
    const networking = { type: 'limited', allowed_hosts: ['a.com'] };
    const limited = { ...session, environmentConfig: { ...session.environmentConfig, networking } } as SessionRecord;
    const byGateway = {
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: ['subnet-isolated'],
          securityGroups: ['sg-isolated'],
          assignPublicIp: 'DISABLED',
        },
      },
      tags: expect.arrayContaining([{ key: 'managed-agents:egress', value: 'gateway' }]),
    };
    beforeEach(() => {
      raised = 0;
      hasCredentials = false;
    });

    test('has no other way out where its network is limited, and finds the gateway there', async () => {
      await launcher('FARGATE', egress).start(work, limited, 'a');
      expect(bodies()[0]).toMatchObject(byGateway);
      expect(JSON.parse(orderIn(bodies()[0]))).toMatchObject({
        baseUrl: 'https://public.example.com',
        egress: { host: 'gateway.internal', port: 3128, workspace: 'default' },
      });
      expect(raised).toBe(1);
    });

    test('has no other way out where it has credentials for the way out', async () => {
      hasCredentials = true;
      await launcher('FARGATE', egress).start(work, session, 'a');
      expect(bodies()[0]).toMatchObject(byGateway);
    });

    test('takes one from the warm pool, which has the open network, only where it goes out directly', async () => {
      const taken: unknown[] = [];
      const pool: FargateLauncherOptions['pool'] = {
        take: async (kind) => {
          taken.push(kind);
          return undefined;
        },
      };
      for (const each of [limited, session]) await launcher('FARGATE', egress, pool).start(work, each, 'a');
      expect(taken).toEqual([{ revision: 'sandbox:3' }]);
    });

    test('goes out directly where it has neither', async () => {
      await launcher('FARGATE', egress).start(work, session, 'a');
      expect(bodies()[0]).toMatchObject({
        networkConfiguration: { awsvpcConfiguration: { securityGroups: ['sg-1'], assignPublicIp: 'ENABLED' } },
      });
      expect(JSON.parse(orderIn(bodies()[0]))).not.toHaveProperty('egress');
      expect(raised).toBe(0);
    });
  });

  test('asks for ordinary capacity in a way that every cluster understands', async () => {
    await launcher('FARGATE').start(work, session, 'a');
    expect(bodies()[0]).toMatchObject({ launchType: 'FARGATE' });
    expect(bodies()[0]).not.toHaveProperty('capacityProviderStrategy');
  });

  test('runs the revision that its session is pinned to, whatever was deployed since', async () => {
    const runtime = { harness: '1', sandbox: { task: 'sandbox:1', systemTask: 'sandbox-system:1' } };
    await launcher().start(work, { ...session, runtime }, 'a');
    expect(bodies()[0]?.taskDefinition).toBe('sandbox:1');
  });

  test('is the same start for the same item and secret, and another for another secret', async () => {
    await launcher().start(work, session, 'secret');
    await launcher().start(work, session, 'secret');
    await launcher().start(work, session, 'another');
    const tokens = bodies().map(({ clientToken }) => String(clientToken));
    expect(tokens[0]).toBe(tokens[1]);
    expect(tokens[2]).not.toBe(tokens[0]);
    expect(tokens[0]).not.toContain('secret');
    expect(String(tokens[0]).length).toBeLessThanOrEqual(64);
  });

  test('gets ordinary capacity where there is none to spare, as another start', async () => {
    const none = { body: { failures: [{ reason: 'Capacity is unavailable at this time.' }] } };
    answer = ({ body }) => (body.includes('FARGATE_SPOT') ? none : (answers.RunTask ?? {}));
    await launcher().start(work, session, 'secret');
    const [spare, ordinary] = bodies();
    expect(ordinary).toMatchObject({ launchType: 'FARGATE' });
    expect(ordinary?.clientToken).not.toBe(spare?.clientToken);
    expect(orderIn(ordinary)).toBe(orderIn(spare));
  });

  test('is not put on spare capacity again where a start came to nothing', async () => {
    await launcher().start({ ...work, startFailures: 1 }, session, 'secret');
    expect(bodies()).toMatchObject([{ launchType: 'FARGATE' }]);
  });

  test.each([
    ['has no capacity', { body: { failures: [{ reason: 'Capacity is unavailable at this time.' }] } }, /no room/, true],
    ['has no address left', { body: { failures: [{ reason: 'RESOURCE:ENI' }] } }, /no room/, true],
    ['is asked too often', { status: 400, body: { __type: 'ThrottlingException' } }, /too many/, true],
    ['has reached a quota', { status: 400, body: { __type: 'LimitExceededException' } }, /no room/, true],
    ['is not well', { status: 500, body: { __type: 'ServerException' } }, /did not answer/, true],
    ['knows no such task', { status: 400, body: { __type: 'InvalidParameterException' } }, /could not be/, false],
  ] satisfies Array<[string, AwsAnswer, RegExp, boolean]>)(
    'says whether another try may help where ECS %s',
    async (_, answered, reason, passing) => {
      answers.RunTask = answered;
      const error: unknown = await launcher('FARGATE')
        .start(work, session, 'secret')
        .catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(SandboxStartError);
      expect(error).toMatchObject({ passing, reason: expect.stringMatching(reason) as string });
      expect((error as Error).cause).toBeInstanceOf(Error);
    },
  );

  test('is stopped by its task where the session does not lead to it, and need not be where ECS has forgotten it', async () => {
    answers.ListTasks = { body: { taskArns: ['task-1'] } };
    answers.StopTask = { body: {} };
    await launcher().stop(session, { task: 'task-warm' });
    const stopped = aws.calls
      .filter(({ target }) => target === 'StopTask')
      .map(({ body }) => JSON.parse(body) as object);
    expect(stopped).toMatchObject([{ task: 'task-1' }, { task: 'task-warm' }]);
    answers.StopTask = { status: 400, body: { __type: 'InvalidParameterException' } };
    await launcher().stop(session, { task: 'task-warm' });
    answers.StopTask = { status: 400, body: { __type: 'ThrottlingException' } };
    await expect(launcher().stop(session)).rejects.toThrow();
  });

  test('is found by its session and stopped', async () => {
    answers.ListTasks = { body: { taskArns: ['task-1', 'task-2'] } };
    answers.StopTask = { body: {} };
    await launcher().stop(session);
    expect(aws.calls.map(({ target }) => target)).toEqual(['ListTasks', 'StopTask', 'StopTask']);
    expect(bodies()[0]).toEqual({ cluster: 'cluster', startedBy: 'sesn_1' });
    expect(
      bodies()
        .slice(1)
        .map(({ task }) => task),
    ).toEqual(['task-1', 'task-2']);
  });
});

function orderIn(request: unknown): string {
  const { overrides } = request as {
    overrides: { containerOverrides: Array<{ environment: Array<{ name: string; value: string }> }> };
  };
  return overrides.containerOverrides[0]?.environment.find(({ name }) => name === ORDER_VARIABLE)?.value ?? '';
}
