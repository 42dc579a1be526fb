/** EventBridge, and the function that it tells of each task that has stopped: some time later, and often more than once. */
import { reportStoppedTask } from '../../runtime/aws/stopped-task';
import type { WarmPool } from '../../runtime/aws/warm-pool';
import { createWorkQueue } from '../../runtime/resources/work-queue';
import type { System } from './system';

/** From the end of a container to the event of its task: when its address has gone. */
const NOTICED_AFTER_MS = 1_500;
/** An event that comes again may come when the item has another worker. */
const AGAIN_AFTER_MS = [0, 4_000, 30_000] as const;
const COMES_AGAIN = 0.3;
/** Lambda tries an asynchronous invocation that failed twice more. */
const RETRIES_MS = [60_000, 120_000] as const;
const NO_POOL: Pick<WarmPool, 'stopped'> = { stopped: async () => undefined };

/** Tells of a task that has stopped. */
export async function tellOfEnd(system: System, taskArn: string, random: () => number): Promise<void> {
  const outside = system.process('rule', false);
  const again = AGAIN_AFTER_MS[Math.floor(random() * AGAIN_AFTER_MS.length)] ?? 0;
  const events = random() < COMES_AGAIN ? [0, again] : [0];
  await system.scheduler.sleep(outside, NOTICED_AFTER_MS);
  await Promise.all(
    events.map(async (afterMs) => {
      await system.scheduler.sleep(outside, afterMs);
      await handled(system, taskArn);
    }),
  );
}

async function handled(system: System, taskArn: string): Promise<void> {
  const outside = system.process('rule', false);
  for (const retryMs of [...RETRIES_MS, undefined]) {
    try {
      return await system.inFunction('watch', (deps, gate) => {
        const { client, pool = NO_POOL } = system.sandboxesOf(gate, deps.store);
        const workQueue = createWorkQueue(deps);
        return reportStoppedTask({ detail: { taskArn } }, { client, cluster: 'simulated', workQueue, pool });
      });
    } catch {
      if (retryMs === undefined) return;
      await system.scheduler.sleep(outside, retryMs);
    }
  }
}
