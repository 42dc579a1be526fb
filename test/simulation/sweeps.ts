/** The sweeper, and what it finds that somebody else should have seen to. */
import type { Micros } from '../../runtime/contract/time';
import { reapTasks } from '../../runtime/aws/task-reaper';
import { sweep } from '../../runtime/handlers/sweeper';
import { workNeeds } from '../../runtime/resources/work-needs';
import { createWorkQueue, type SessionWorkQueue } from '../../runtime/resources/work-queue';
import { forgetSession } from '../../runtime/resources/session-clearing';
import type { Store, Waker } from '../../runtime/store/ports';
import type { EndedSession } from '../../runtime/store/records';
import type { Process } from './scheduler';
import type { System } from './system';

/** Sweeps from time to time until told to stop. */
export async function sweepFor(
  system: System,
  outside: Process,
  everyMs: () => number,
  done: () => boolean,
): Promise<void> {
  const { scheduler: clock } = system;
  while (!done()) {
    await clock.sleep(outside, everyMs());
    const process = system.process('sweeper');
    const deps = system.depsOf(process);
    const { due } = deps.store;
    const onError = (_item: unknown, error: unknown): void => system.accidents.note('sweeper', error);
    const queue = createWorkQueue(deps);
    const workQueue = { lapse: lapsing(system, queue) };
    const forget = (session: EndedSession, now: Micros): Promise<void> =>
      forgetSession({ store: deps.store, workQueue: queue }, session, now);
    const waker: Waker = {
      wake: (ref) => {
        system.revived += 1;
        return deps.waker.wake(ref);
      },
    };
    sweep({ due, waker, workQueue, vault: undefined, forget, clock, onError })
      .then(() => tendSandboxes(system, process, deps.store))
      .then(() => (process.isOver = true))
      .catch((error: unknown) => system.accidents.note('sweep', error));
  }
}

/** As after each sweep of the stack (`runtime/aws/compose-sandboxes.ts`): who cannot tend the pool does not come to the rest. */
async function tendSandboxes(system: System, process: Process, store: Store): Promise<void> {
  const { client, pool } = system.sandboxesOf(system.gateOf(process), store);
  if (!pool) return;
  await pool.tend();
  await reapTasks({ client, cluster: 'simulated', store, clock: system.scheduler });
}

/** A worker that has let go of its item sees to what is left; only that it is over for good is left to the sweeper. */
function lapsing(system: System, workQueue: SessionWorkQueue): SessionWorkQueue['lapse'] {
  return async (due) => {
    const { workspace, environmentId, sessionId } = due;
    const { work, sessions, log } = system.bare();
    const item = await work.getBySession(workspace, environmentId, sessionId);
    const session = item && (await sessions.get(workspace, sessionId));
    const needs = session ? await workNeeds({ log }, session) : { unserved: [] };
    const isOver = item?.state === 'stopped' && !item.wantedAgain && needs.unserved.length === 0;
    if (item && !isOver) system.neglected += 1;
    return workQueue.lapse(due);
  };
}
