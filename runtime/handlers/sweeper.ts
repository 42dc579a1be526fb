import type { Clock } from '../contract/time';
import type { WorkQueue } from '../resources/ports';
import { isHeld } from '../store/due-index';
import type { DueIndex, DueItem, HeldLease } from '../store/due-ports';
import type { Waker } from '../store/ports';
import type { EndedSession } from '../store/records';
import type { VaultKeeper } from '../vault/ports';

export interface SweeperDeps {
  readonly due: DueIndex;
  readonly waker: Waker;
  readonly workQueue: Pick<WorkQueue, 'lapse'>;
  /** Undefined where the deployment has no vaults. */
  readonly vault: Pick<VaultKeeper, 'tidy'> | undefined;
  /** Clears away what came too late of a deleted session, and its tombstone. */
  readonly forget: (session: EndedSession) => Promise<void>;
  readonly clock: Clock;
  /** Told of an item that could not be handled. It stays due, so the next sweep tries again. */
  readonly onError: (item: DueItem, error: unknown) => void;
}

/** How many items of a kind one sweep takes. What is left over is due at the next. */
const BATCH = 200;
const KINDS: readonly DueItem['kind'][] = ['inbox', 'lease', 'work', 'vault', 'tombstone'];
/** There can be as many held leases as threads at work, which the database need not be told of in one instant. */
const REARMED_AT_ONCE = 50;

/**
 * One sweep: whatever is due by now gets moving again. Threads with input that nobody took up, or whose harness let its lease
 * lapse, are woken; work whose worker went silent is given back to its queue; what a deleted session left is cleared away. A lease
 * that was renewed is made due when it ends now. Sweeping twice does no harm.
 *
 * @returns how many items were due, held leases not among them.
 */
export async function sweep(deps: SweeperDeps): Promise<number> {
  const now = deps.clock.now();
  const found: DueItem[] = [];
  // One kind after the other: nobody waits for a sweep, and on one machine all at once would be in everybody's way.
  for (const kind of KINDS) found.push(...(await deps.due.due(kind, now, BATCH)));
  const late = found.filter((item) => !isHeld(item));
  const revived = oncePerTarget(late).map((item) =>
    revive(deps, item).catch((error: unknown) => deps.onError(item, error)),
  );
  await Promise.all([...revived, rearm(deps, found.filter(isHeld))]);
  return late.length;
}

async function rearm({ due, onError }: SweeperDeps, leases: readonly HeldLease[]): Promise<void> {
  for (let at = 0; at < leases.length; at += REARMED_AT_ONCE) {
    const some = leases.slice(at, at + REARMED_AT_ONCE);
    await Promise.all(some.map((lease) => due.rearm(lease).catch((error: unknown) => onError(lease, error))));
  }
}

async function revive(deps: SweeperDeps, item: DueItem): Promise<void> {
  switch (item.kind) {
    case 'work':
      return deps.workQueue.lapse(item.workspace, item.environmentId, item.workId);
    case 'vault':
      return deps.vault?.tidy(item);
    case 'tombstone':
      return deps.forget(item.session);
    default:
      return deps.waker.wake(item.ref);
  }
}

/** A thread with many due inbox items needs one wake. */
function oncePerTarget(items: readonly DueItem[]): DueItem[] {
  const byTarget = new Map(items.map((item) => [targetOf(item), item]));
  return [...byTarget.values()];
}

function targetOf(item: DueItem): string {
  switch (item.kind) {
    case 'work':
      return item.workId;
    case 'vault':
      return item.vaultId;
    case 'tombstone':
      return item.session.id;
    default:
      return item.ref.threadId;
  }
}
