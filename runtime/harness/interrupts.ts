/** Interrupts: how what is under way notices that the client wants it to stop. */
import { inboxTopic } from '../store/ports';
import type { Commit, ThreadRef } from '../store/records';
import { pendingEvents, waiting } from '../thread/inbox';
import type { HarnessDeps } from './ports';

/** How often the inbox is looked at for an interrupt, where no hint comes. A model speaks most of the time, so each look counts. */
const INTERRUPT_POLL_MS = 400;

export interface Watched {
  readonly ref: ThreadRef;
  /** The last commit: what it used up is history, whatever the inbox still holds of it. */
  readonly commit: Commit;
}

/** Looks for an interrupt until what it would end is over. A look that fails is repeated: the work goes on meanwhile. */
export async function watchForInterrupt(
  { hints, log }: Pick<HarnessDeps, 'hints' | 'log'>,
  { ref, commit }: Watched,
  interrupted: AbortController,
  done: AbortSignal,
): Promise<void> {
  for (let seen = hints.mark(); !done.aborted;) {
    await hints.wait(inboxTopic(ref.threadId), hints.pace(INTERRUPT_POLL_MS), done, seen);
    if (done.aborted) return;
    seen = hints.mark();
    const isThere = async (eventual: boolean): Promise<boolean> => {
      const items = await log.readInbox(ref, { eventual }).catch(() => []);
      return pendingEvents(waiting(items, commit)).some(({ type }) => type === 'user.interrupt');
    };
    // A cheap look may show an interrupt that ended an earlier turn.
    if ((await isThere(true)) && (await isThere(false))) return interrupted.abort();
  }
}
