import { ECSClient } from '@aws-sdk/client-ecs';
import { FargateLauncher } from '../../runtime/aws/fargate-launcher';
import type { FargatePlacement } from '../../runtime/aws/fargate-task';
import { reportStoppedTask } from '../../runtime/aws/stopped-task';
import { reapTasks } from '../../runtime/aws/task-reaper';
import { warmTagsOf } from '../../runtime/aws/task-tags';
import { WarmPool } from '../../runtime/aws/warm-pool';
import { hashOfSecret } from '../../runtime/resources/keys';
import type { SandboxLauncher } from '../../runtime/resources/ports';
import { exchangeClaim } from '../../runtime/resources/sandbox-claim';
import { assignmentFor } from '../../runtime/resources/warm-assignment';
import { ORDER_VARIABLE, type WarmOrder } from '../../runtime/sandbox/container-contract';
import type { WarmStore } from '../../runtime/store/warm-ports';
import type { WorkRecord } from '../../runtime/store/work-ports';
import type { SessionRecord } from '../../runtime/store/records';
import { WorkWorld } from '../resources/work-world';
import { startAwsServer, type AwsCall, type AwsServer } from './aws-server';

interface Task {
  readonly arn: string;
  readonly order: WarmOrder;
  readonly definition: string;
}

const MINUTE = 60;
let world: WorkWorld;
let aws: AwsServer;
let tasks: Task[] = [];
let stopped: string[] = [];
let alive: object[] = [];
let refuses = false;
let placement: FargatePlacement;
const errors: unknown[] = [];

beforeAll(async () => {
  aws = await startAwsServer(answer);
});
afterAll(() => aws.close());
beforeEach(async () => {
  world = await WorkWorld.open({ startsByClaim: true });
  [tasks, stopped, alive, refuses] = [[], [], [], false];
  errors.length = 0;
  placement = {
    cluster: 'c',
    revisions: { task: 'sandbox:1', systemTask: 'system:1' },
    subnets: [],
    securityGroup: 'sg',
    publicAddress: true,
    capacity: 'FARGATE',
    sizes: { large: { cpu: 4096, memoryMiB: 16384 } },
    warm: { '': 2 },
    apiUrl: 'https://api.test',
    maxIdleMs: 1_000,
  };
});
afterEach(() => world.close());

function answer({ target, body }: AwsCall) {
  const input = JSON.parse(body) as Record<string, unknown>;
  switch (target) {
    case 'RunTask': {
      if (refuses) return { status: 400, body: { __type: 'ThrottlingException' } };
      const arn = `task-${tasks.length + 1}`;
      tasks.push({ arn, order: orderIn(input), definition: String(input.taskDefinition) });
      return { body: { tasks: [{ taskArn: arn }] } };
    }
    case 'StopTask':
      stopped.push(String(input.task));
      return { body: {} };
    case 'DescribeTasks':
      return { body: { tasks: alive } };
    default:
      return { body: { taskArns: alive.length > 0 ? ['any'] : [] } };
  }
}

function orderIn(request: unknown): WarmOrder {
  const { overrides } = request as {
    overrides: { containerOverrides: Array<{ environment: Array<{ name: string; value: string }> }> };
  };
  const variable = overrides.containerOverrides[0]?.environment.find(({ name }) => name === ORDER_VARIABLE);
  return JSON.parse(variable?.value ?? '') as WarmOrder;
}

const poolOf = (change: Partial<FargatePlacement> = {}, warm: Partial<WarmStore> = {}): WarmPool =>
  new WarmPool({
    client: new ECSClient(aws.config),
    placement: () => ({ ...placement, ...change }),
    warm: { ...world.store.warm, ...warm },
    clock: world.clock,
    onError: (error) => errors.push(error),
  });
const launcherOf = (pool = poolOf()): SandboxLauncher =>
  new FargateLauncher({ client: new ECSClient(aws.config), placement: () => placement, pool });
const queueOf = (launcher: SandboxLauncher = launcherOf()) => world.other({ launcher });
const ask = (task: Task) => assignmentFor({ store: world.store, clock: world.clock }, hashOfSecret(task.order.ticket));
const states = async () => (await world.store.warm.list()).map(({ state }) => state).toSorted();
const report = (task: Task, said: object = { stopCode: 'EssentialContainerExited' }) => {
  alive = [{ taskArn: task.arn, lastStatus: 'STOPPED', tags: warmTagsOf(hashOfSecret(task.order.ticket)), ...said }];
  return reportStoppedTask(
    { detail: { taskArn: task.arn } },
    { client: new ECSClient(aws.config), cluster: 'c', workQueue: queueOf(), pool: poolOf() },
  );
};

/** A pool of sandboxes that have asked for work. */
async function readyPool(): Promise<void> {
  await poolOf().tend();
  for (const task of tasks) expect((await ask(task)).assignment).toBeNull();
}

/** A session with an open call, for which a worker was wanted. */
async function wantedSession(changes: Partial<SessionRecord> = {}): Promise<SessionRecord> {
  const session = { ...(await world.session('cloud')), ...changes };
  await world.open(session, 'sevt_1');
  await queueOf().want(session);
  return session;
}

describe('the warm pool', () => {
  it('has as many sandboxes as were chosen, and no session’s secret in any', async () => {
    await readyPool();
    await poolOf().tend();
    expect(tasks).toHaveLength(2);
    expect(Object.keys(tasks[0]?.order ?? {}).toSorted()).toEqual(['baseUrl', 'maxIdleMs', 'ticket']);
    expect(JSON.stringify(await world.store.warm.list())).not.toContain(tasks[0]?.order.ticket);
    expect(await states()).toEqual(['ready', 'ready']);
  });

  it('gives one to a session, which serves it with the claim of any start, and starts another in its place', async () => {
    await readyPool();
    const session = await wantedSession();
    expect(tasks).toHaveLength(3);
    expect(await states()).toEqual(['claimed', 'ready', 'starting']);
    const answers = await Promise.all(tasks.map(ask));
    const given = answers.flatMap(({ assignment }) => (assignment ? [assignment] : []));
    expect(given).toEqual([
      {
        environmentId: session.environmentId,
        workId: (await world.work(session)).id,
        sessionId: session.id,
        claim: expect.stringMatching(/^sk-ant-clm-/) as string,
      },
    ]);
    const secretHash = hashOfSecret(given[0]?.claim ?? '');
    const key = await world.store.keys.findByHash(secretHash);
    if (!key) throw new Error('the claim is not known');
    const { secret } = await exchangeClaim({ store: world.store, clock: world.clock }, { ...key, secretHash });
    expect(await world.works(secret)).toBe(true);
    const owner = tasks[answers.findIndex(({ assignment }) => assignment !== null)];
    expect(await world.work(session)).toMatchObject({ task: owner?.arn });
    await queueOf().end(session, { discard: false });
    expect(stopped).toEqual([owner?.arn]);
  });

  it('gives each to one session, however many want one at once', async () => {
    await readyPool();
    const sessions = await Promise.all(Array.from({ length: 6 }, () => wantedSession()));
    const claimed = (await world.store.warm.list()).filter(({ state }) => state === 'claimed');
    const owners = claimed.map(({ assignment }) => assignment?.sessionId);
    expect(new Set(owners).size).toBe(owners.length);
    expect(owners).toHaveLength(2);
    const works = await Promise.all(sessions.map((session) => world.work(session)));
    expect(works.filter(({ task }) => typeof task === 'string')).toHaveLength(2);
    expect(tasks.filter(({ order }) => !('ticket' in order))).toHaveLength(4);
  });

  it('gives none to a session of another revision or size, or whose sandbox changes its system', async () => {
    await readyPool();
    await wantedSession({ runtime: { harness: '1', sandbox: { task: 'sandbox:0', systemTask: 'system:0' } } });
    await wantedSession({ sandboxSize: 'large' });
    const packages = { type: 'packages' as const, apt: ['cowsay'], cargo: [], gem: [], go: [], npm: [], pip: [] };
    await wantedSession({ environmentConfig: { type: 'cloud', networking: { type: 'unrestricted' }, packages } });
    expect(tasks.slice(2).map(({ definition }) => definition)).toEqual(['sandbox:0', 'sandbox:1', 'system:1']);
    expect(await states()).toEqual(['ready', 'ready']);
  });

  it('gives none that was not heard of for a while', async () => {
    await readyPool();
    world.pass(20);
    await wantedSession();
    expect(await states()).toEqual(['ready', 'ready']);
    expect(tasks).toHaveLength(3);
  });

  it('replaces what never asked, what fell silent and what is a day old', async () => {
    await poolOf().tend();
    world.pass(6 * MINUTE);
    await poolOf().tend();
    expect(stopped.toSorted()).toEqual(['task-1', 'task-2']);
    for (const task of tasks.slice(2)) await ask(task);
    await expect(ask(tasks[0] as Task)).rejects.toMatchObject({ status: 401 });
    world.pass(2 * MINUTE);
    await poolOf().tend();
    expect(stopped).toHaveLength(4);
    expect(tasks).toHaveLength(6);
    for (let hours = 0; hours < 25; hours += 1) {
      for (const task of tasks.slice(4, 6)) await ask(task);
      world.pass(3_600);
    }
    for (const task of tasks.slice(4, 6)) await ask(task);
    await poolOf().tend();
    expect(stopped).toHaveLength(6);
    expect(await states()).toEqual(['starting', 'starting']);
  });

  it('is drained when another revision is deployed, when a size changes, and when it is to be smaller', async () => {
    await readyPool();
    await poolOf({ revisions: { task: 'sandbox:2', systemTask: 'system:2' } }).tend();
    expect(stopped.toSorted()).toEqual(['task-1', 'task-2']);
    expect(tasks.slice(2).map(({ definition }) => definition)).toEqual(['sandbox:2', 'sandbox:2']);
    placement = { ...placement, warm: { large: 1 } };
    await poolOf().tend();
    expect(stopped).toHaveLength(4);
    await poolOf({ sizes: { large: { cpu: 8192, memoryMiB: 16384 } } }).tend();
    expect(stopped).toHaveLength(5);
    await poolOf({ warm: {} }).tend();
    expect(await states()).toEqual([]);
    expect(stopped).toHaveLength(6);
  });

  it('loses what is too many, the youngest first, and never what is claimed', async () => {
    await readyPool();
    await wantedSession();
    await poolOf({ warm: { '': 1 } }).tend();
    expect(stopped).toEqual(['task-3']);
    expect(await states()).toEqual(['claimed', 'ready']);
  });

  it('is tried again with the next sweep where none can be started, and leaves nothing behind', async () => {
    refuses = true;
    await poolOf().tend();
    expect(errors).toHaveLength(2);
    expect(await states()).toEqual([]);
    refuses = false;
    await poolOf().tend();
    expect(await states()).toEqual(['starting', 'starting']);
  });

  it('replaces one whose task stopped before anybody wanted it, at once and once', async () => {
    await readyPool();
    const [first] = tasks;
    await report(first as Task);
    await report(first as Task);
    expect(tasks).toHaveLength(3);
    expect(await states()).toEqual(['ready', 'starting']);
  });

  it('tells the session of one whose task stopped after it was claimed, whether it had begun or not', async () => {
    await readyPool();
    const session = await wantedSession();
    const owner = tasks.find(({ arn }) => arn.endsWith('1')) as Task;
    const { task } = await world.work(session);
    const claimed = tasks.find(({ arn }) => arn === task) ?? owner;
    await report(claimed);
    expect(await world.work(session)).toMatchObject({ state: 'starting', startFailures: 1, sessionTokenHash: null });
    expect(world.wakes.at(-1)).toMatchObject({ sessionId: session.id });
    await report(claimed);
    expect(await world.work(session)).toMatchObject({ startFailures: 1 });
  });

  it('is believed to start within half a minute where one stood ready', async () => {
    await readyPool();
    const session = await wantedSession();
    world.pass(31);
    const { id: workId } = await world.work(session);
    const { workspace, environmentId, id: sessionId } = session;
    await queueOf().lapse({ kind: 'work', workspace, environmentId, sessionId, workId, dueAt: world.now });
    expect(await world.work(session)).toMatchObject({ state: 'starting', startFailures: 1 });
    expect((await world.store.warm.list()).filter(({ state }) => state === 'claimed')).toHaveLength(1);
    expect(tasks.filter(({ order }) => !('ticket' in order))).toHaveLength(1);
  });

  it('is whole again after a harness died right after its claim', async () => {
    await readyPool();
    const session = await world.session('cloud');
    await world.open(session, 'sevt_1');
    let isDead = false;
    const launcher: SandboxLauncher = {
      startsByClaim: true,
      start: async (...start) => {
        await launcherOf().start(...start);
        isDead = true;
        throw new Error('died');
      },
      stop: async () => {},
    };
    const update = (work: WorkRecord) => (isDead ? Promise.reject(new Error('died')) : world.store.work.update(work));
    const store = { ...world.store, work: { ...world.store.work, update } };
    await expect(world.other({ launcher, store }).want(session)).rejects.toThrow('died');
    const given = (await Promise.all(tasks.map(ask))).flatMap(({ assignment }) => (assignment ? [assignment] : []));
    expect(given).toMatchObject([{ sessionId: session.id }]);
    const secretHash = hashOfSecret(given[0]?.claim ?? '');
    const key = await world.store.keys.findByHash(secretHash);
    if (!key) throw new Error('the claim is not known');
    await exchangeClaim({ store: world.store, clock: world.clock }, { ...key, secretHash });
    expect(await world.work(session)).toMatchObject({ state: 'starting' });
  });

  it('forgets a claimed one when its task is long gone, and keeps it while the task runs', async () => {
    await readyPool();
    const session = await wantedSession();
    const { task } = await world.work(session);
    alive = [{ taskArn: task, lastStatus: 'RUNNING' }];
    world.pass(11 * MINUTE);
    await poolOf({ warm: {} }).tend();
    expect(await states()).toEqual(['claimed']);
    alive = [{ taskArn: task, lastStatus: 'STOPPED' }];
    await poolOf({ warm: {} }).tend();
    expect(await states()).toEqual([]);
  });

  it('keeps one that was claimed before its task was noted or given up: it may run', async () => {
    const retire = async (ticketHash: string) => {
      await ask(tasks[0] as Task);
      await wantedSession();
      return world.store.warm.retire(ticketHash);
    };
    const noteTask = () => Promise.reject(new Error('died'));
    await poolOf({ warm: { '': 1 } }, { noteTask, retire }).tend();
    world.pass(11 * MINUTE);
    await poolOf({ warm: {} }).tend();
    expect(await states()).toEqual(['claimed']);
  });

  it('has its left-over tasks reaped: without a row, or of a session that is gone', async () => {
    await readyPool();
    const session = await wantedSession();
    const { task } = await world.work(session);
    const createdAt = world.now / 1_000_000;
    alive = tasks.map(({ arn, order }) => ({
      taskArn: arn,
      startedBy: 'managed-agents-warm-pool',
      createdAt,
      tags: warmTagsOf('ticket' in order ? hashOfSecret(order.ticket) : ''),
    }));
    alive.push({ taskArn: 'lost', createdAt, tags: warmTagsOf('unknown') });
    world.pass(11 * MINUTE);
    const reap = () =>
      reapTasks({ client: new ECSClient(aws.config), cluster: 'c', store: world.store, clock: world.clock });
    expect(await reap()).toBe(1);
    expect(stopped).toEqual(['lost']);
    await world.store.sessions.delete(session.workspace, session.id);
    alive.pop();
    await reap();
    expect(stopped).toEqual(['lost', task]);
  });
});
