import { MICROS_PER_SECOND, type Micros } from '../contract/time';
import { inboxTopic } from '../store/ports';
import type { InboxEntry, InboxItem, ThreadRef } from '../store/records';
import type { ResourceDeps } from './ports';

/** If a wake is lost, the sweeper makes up for it after this long. */
const WAKE_WITHIN: Micros = 10 * MICROS_PER_SECOND;

type DeliveryDeps = Pick<ResourceDeps, 'store' | 'waker' | 'hints'>;

/**
 * Puts entries into a thread's inbox, all or none, and wakes it. They stand once this resolves, whether or not the wake got
 * through: an error then would make the client send them again, and the item is in the due index anyway.
 */
export async function deliver(
  deps: DeliveryDeps,
  ref: ThreadRef,
  entries: readonly InboxEntry[],
  now: Micros,
): Promise<InboxItem> {
  const item = await deps.store.log.accept(ref, entries, now, now + WAKE_WITHIN);
  deps.hints.changed(inboxTopic(ref.threadId));
  await wakeSoon(deps, ref);
  return item;
}

/** Asks for a wake that nobody depends on: whatever made it useful is also in the due index, or will be asked for again. */
export async function wakeSoon({ waker }: Pick<DeliveryDeps, 'waker'>, ref: ThreadRef): Promise<void> {
  try {
    await waker.wake(ref);
  } catch {
    // Left to the sweeper.
  }
}
