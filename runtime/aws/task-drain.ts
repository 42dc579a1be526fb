import { DescribeTasksCommand, paginateListTasks, StopTaskCommand, type ECSClient } from '@aws-sdk/client-ecs';

export interface TaskDrainOptions {
  readonly client: ECSClient;
  readonly cluster: string;
  /** Whose tasks are stopped: the families of task definitions. Tasks of others in the cluster stay. */
  readonly families: readonly string[];
  readonly pause: (ms: number) => Promise<unknown>;
  /** Milliseconds since the epoch: until then it waits for tasks to end. */
  readonly deadline: number;
  readonly now: () => number;
}

const LOOK_EVERY_MS = 5_000;
/** What one call describes at most. */
const PAGE = 100;
const REASON = 'the stack is being deleted';

/**
 * Stops every task of the families and waits until none is alive: a cluster in which something runs cannot be deleted.
 *
 * @throws Error when tasks are still alive at the deadline.
 */
export async function drainTasks(options: TaskDrainOptions): Promise<void> {
  for (;;) {
    const running = await tasksOf(options, 'RUNNING');
    for (const task of running) {
      await options.client.send(new StopTaskCommand({ cluster: options.cluster, task, reason: REASON }));
    }
    // A task that was asked to stop saves its files first, and is in the way until it has stopped.
    const alive = Math.max(running.length, await countAlive(options, await tasksOf(options, 'STOPPED')));
    if (alive === 0) return;
    if (options.now() + LOOK_EVERY_MS > options.deadline)
      throw new Error(`${alive} sandboxes have not ended yet. Try again`);
    await options.pause(LOOK_EVERY_MS);
  }
}

/** The ARNs of tasks that are meant to run, or are meant to have stopped. */
async function tasksOf(
  { client, cluster, families }: TaskDrainOptions,
  desiredStatus: 'RUNNING' | 'STOPPED',
): Promise<string[]> {
  const found: string[] = [];
  for (const family of families) {
    const pages = paginateListTasks({ client, pageSize: PAGE }, { cluster, family, desiredStatus });
    for await (const { taskArns = [] } of pages) found.push(...taskArns);
  }
  return found;
}

async function countAlive({ client, cluster }: TaskDrainOptions, arns: readonly string[]): Promise<number> {
  let alive = 0;
  for (let first = 0; first < arns.length; first += PAGE) {
    const page = arns.slice(first, first + PAGE);
    const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster, tasks: page }));
    alive += tasks.filter(({ lastStatus }) => lastStatus !== 'STOPPED').length;
  }
  return alive;
}
