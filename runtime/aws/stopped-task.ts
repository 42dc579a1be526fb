import { DescribeTasksCommand, type ECSClient, type Task } from '@aws-sdk/client-ecs';
import { hashOfSecret } from '../resources/keys';
import type { GoneWorker, WorkQueue } from '../resources/ports';
import { SandboxStartError } from '../resources/sandbox-start';
import type { WarmAssignment } from '../store/warm-ports';
import { NO_ROOM } from './run-task';
import { warmNameOf, workerOf } from './task-tags';
import type { WarmPool } from './warm-pool';

/** What ECS says through EventBridge when the state of a task has changed: as much of it as is looked at. */
export interface TaskStateChange {
  readonly detail: { readonly taskArn: string };
}

export interface StoppedTaskDeps {
  readonly client: ECSClient;
  readonly cluster: string;
  readonly workQueue: Pick<WorkQueue, 'workerGone'>;
  readonly pool: Pick<WarmPool, 'stopped'>;
}

const NOT_ALIVE: ReadonlySet<string | undefined> = new Set(['DEPROVISIONING', 'STOPPED']);
const CAPACITY = /capacity/i;

/**
 * Tells the work queue of a task that has stopped, so that nobody waits for its lease. The event only says where to look: what
 * counts is what ECS says of the task now, and whether the item still goes by the claim that the task was started with. So an
 * event that comes twice, late or out of order does no harm.
 */
export async function reportStoppedTask({ detail }: TaskStateChange, deps: StoppedTaskDeps): Promise<void> {
  const { client, cluster, workQueue, pool } = deps;
  const tasks = [detail.taskArn];
  const { tasks: [task] = [] } = await client.send(new DescribeTasksCommand({ cluster, tasks, include: ['TAGS'] }));
  if (!task || !NOT_ALIVE.has(task.lastStatus)) return;
  const warm = warmNameOf(task.tags);
  const worker = warm === undefined ? workerOf(task.tags) : workerFor(await pool.stopped(warm));
  if (worker) await workQueue.workerGone(worker, causeOf(task));
}

function workerFor(assignment: WarmAssignment | undefined): GoneWorker | undefined {
  if (!assignment) return undefined;
  const { workspace, environmentId, workId: id, claim } = assignment;
  return { workspace, environmentId, id, sessionTokenHash: hashOfSecret(claim) };
}

/** Why it stopped, in words for the model. What AWS says may name parts of the account. */
function causeOf({ stopCode, stoppedReason = '', containers = [] }: Task): string | SandboxStartError {
  switch (stopCode) {
    case 'TaskFailedToStart':
      return CAPACITY.test(stoppedReason) ? new SandboxStartError(NO_ROOM, true) : FAILED_TO_START;
    case 'SpotInterruption':
    case 'TerminationNotice':
      return 'AWS took back the machine that it ran on';
    case 'EssentialContainerExited':
      return containers.some(({ reason = '' }) => reason.startsWith('OutOfMemory'))
        ? 'it ran out of memory'
        : 'its container ended';
    default:
      return 'its task was stopped';
  }
}

const FAILED_TO_START = new SandboxStartError('it could not be started', false);
