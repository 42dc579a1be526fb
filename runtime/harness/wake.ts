/**
 * wake: the harness. It reads the log, decides, acts, commits, and holds nothing: at any point it may die, and the next wake
 * of the thread goes on from what the log says.
 */
import type { ThreadRef } from '../store/records';
import type { WakeFact } from '../telemetry/facts';
import { ContextCache } from './context-cache';
import { Lease } from './lease';
import type { HarnessDeps } from './ports';
import { SandboxBell } from './sandbox-bell';
import { ThreadWork } from './thread-work';
import { Turn, type Ending, type WakeOptions } from './turn';

export interface Harness {
  wake(ref: ThreadRef, options: WakeOptions): Promise<void>;
}

export function createHarness(deps: HarnessDeps): Harness {
  const contexts = new ContextCache(deps.clock);
  return {
    async wake(ref, options) {
      const wake = deps.ids.make('request');
      const startedAt = deps.clock.now();
      const tell = (outcome: WakeFact['outcome'], error?: unknown): void =>
        deps.observe?.({ type: 'wake', ref, wake, startedAt, endedAt: deps.clock.now(), outcome, error });
      try {
        tell(await tend(deps, contexts, ref, wake, options));
      } catch (error) {
        tell('failed', error);
        throw error;
      }
    },
  };
}

/** One wake. `by` is its id. */
async function tend(
  deps: HarnessDeps,
  contexts: ContextCache,
  ref: ThreadRef,
  by: string,
  options: WakeOptions,
): Promise<Exclude<WakeFact['outcome'], 'failed'>> {
  const beginning = ThreadWork.begin(deps, ref, contexts);
  // Nobody waits for it where the lease is not to be had.
  beginning.catch(() => undefined);
  const lease = await Lease.take(deps, ref, by);
  if (!lease) return 'busy';
  const bell = new SandboxBell(deps, ref, lease);
  let ending: Ending = {};
  let work: ThreadWork | undefined;
  try {
    work = await ThreadWork.load(deps, ref, by, contexts, beginning);
    if (work) ending = await new Turn(deps, work, lease, bell, options).run();
    await work?.tidied();
    work?.keepContext();
  } catch (error) {
    // Not released: the lease lapses, and the sweeper wakes the thread at that pace for as long as this goes on.
    await lease.abandon();
    throw error;
  }
  if (!work) {
    // The session is gone. Its lease goes with all else, and not before: whoever dies on the way leaves the thread due by it.
    await lease.abandon();
    await deps.log.deleteThread(ref);
    return 'superseded';
  }
  // The turn was broken off. If nobody has the thread after all, its lease lapses, and it is due by that.
  if (lease.lost.aborted) await lease.abandon();
  // A wish to go on at once is also written down, since the wake that is asked for below may never come.
  const isReleased = !lease.lost.aborted && (await lease.release(ending.again ? deps.clock.now() : ending.dueAt));
  if (!isReleased && (await isDeleted(deps, ref))) {
    // A harness that slept through the end of its session may have written to a log that was deleted, and nobody else comes by.
    await deps.log.deleteThread(ref);
    await bell.quiet();
    return 'superseded';
  }
  // What came in while the lease was held found it held, and relied on us. Whoever superseded us may know nothing of what we
  // committed last, and have let go by now.
  if (ending.again || !isReleased || (await work.hasNews())) await deps.waker.wake(ref);
  // Lambda may freeze the process as soon as the wake is over.
  await bell.ringBelatedly(work.lately);
  return isReleased ? 'worked' : 'superseded';
}

const isDeleted = async ({ sessions }: HarnessDeps, { workspace, sessionId }: ThreadRef): Promise<boolean> =>
  (await sessions.get(workspace, sessionId)) === undefined;
