import {
  DescribeTasksCommand,
  paginateListTasks,
  StopTaskCommand,
  type ECSClient,
  type Task,
} from '@aws-sdk/client-ecs';
import { isId } from '../contract/ids';
import { MICROS_PER_MS, MICROS_PER_SECOND, type Clock, type Micros } from '../contract/time';
import type { Store } from '../store/ports';
import { warmNameOf, workspaceOf } from './task-tags';

export interface TaskReaperOptions {
  readonly client: ECSClient;
  readonly cluster: string;
  readonly store: Pick<Store, 'sessions' | 'work' | 'warm'>;
  readonly clock: Clock;
}

/** A task that nobody wants any more has this long to see it by itself, and one that was just started to be wanted. */
const GRACE: Micros = 10 * 60 * MICROS_PER_SECOND;
/** What one page lists and one call describes. */
const PAGE = 100;
const REASON = 'no session needs this sandbox';

/**
 * Stops tasks whose session is gone or has let go of its sandbox: left over where a stop was lost, or where a supervisor hangs.
 * A worker whose lease another one has ends by itself.
 *
 * @returns how many were stopped.
 */
export async function reapTasks({ client, cluster, store, clock }: TaskReaperOptions): Promise<number> {
  let stopped = 0;
  const pages = paginateListTasks({ client, pageSize: PAGE }, { cluster, desiredStatus: 'RUNNING' });
  for await (const { taskArns = [] } of pages) {
    if (taskArns.length === 0) continue;
    const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster, tasks: taskArns, include: ['TAGS'] }));
    for (const task of tasks) {
      if (!(await isOrphan(task, store, clock.now() - GRACE))) continue;
      await client.send(new StopTaskCommand({ cluster, task: task.taskArn, reason: REASON }));
      stopped += 1;
    }
  }
  return stopped;
}

/** Tasks of others in the cluster are none of our business. */
async function isOrphan(task: Task, store: TaskReaperOptions['store'], since: Micros): Promise<boolean> {
  const { createdAt, tags } = task;
  if (createdAt === undefined || createdAt.getTime() * MICROS_PER_MS > since) return false;
  const warm = warmNameOf(tags);
  if (warm === undefined) return isUnwanted(ownerOf(task), store, since);
  const sandbox = await store.warm.get(warm);
  // One that nobody has claimed is the pool's to look after.
  if (sandbox?.assignment === null) return false;
  return sandbox === undefined || isUnwanted(sandbox.assignment, store, since);
}

type Owner = { readonly workspace: string; readonly sessionId: string };

function ownerOf({ startedBy: sessionId = '', tags }: Task): Owner | undefined {
  const workspace = workspaceOf(tags);
  return isId('session', sessionId) && workspace !== undefined ? { workspace, sessionId } : undefined;
}

async function isUnwanted(
  owner: Owner | undefined,
  store: TaskReaperOptions['store'],
  since: Micros,
): Promise<boolean> {
  if (!owner) return false;
  const { workspace, sessionId } = owner;
  const session = await store.sessions.get(workspace, sessionId);
  if (!session) return true;
  const work = await store.work.getBySession(workspace, session.environmentId, sessionId);
  if (!work) return true;
  return work.state === 'stopped' && (work.stoppedAt ?? 0) < since;
}
