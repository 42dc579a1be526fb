import type { Clock, Micros } from '../contract/time';
import type { WorkQueue } from '../resources/ports';
import { isHeld } from '../store/due-index';
import type { DueIndex, DueItem } from '../store/due-ports';
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
  readonly forget: (session: EndedSession, now: Micros) => Promise<void>;
  readonly clock: Clock;
  /** Told of an item that could not be handled. It stays due, so the next sweep tries again. */
  readonly onError: (item: DueItem, error: unknown) => void;
}

/** How many items of a kind one sweep takes. What is left over is due at the next. */
const BATCH = 200;
const KINDS: readonly DueItem['kind'][] = ['inbox', 'lease', 'work', 'vault', 'tombstone'];
/** There can be as many held leases as threads at work, which the database need not be told of in one instant. */
const REARMED_AT_ONCE = 50;
/** Whoever deletes thousands of sessions finds all their tombstones due at once; each takes a dozen requests, and none is urgent. */
const FORGOTTEN_AT_ONCE = 10;

type BuriedItem = Extract<DueItem, { kind: 'tombstone' }>;
const isTombstone = (item: DueItem): item is BuriedItem => item.kind === 'tombstone';

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
  const urgent = late.filter((item) => !isTombstone(item));
  const revived = inTurn(oncePerTarget(urgent), urgent.length, deps, (item) => revive(deps, item));
  await Promise.all([revived, inTurn(found.filter(isHeld), REARMED_AT_ONCE, deps, (lease) => deps.due.rearm(lease))]);
  await inTurn(late.filter(isTombstone), FORGOTTEN_AT_ONCE, deps, ({ session }) => deps.forget(session, now));
  return late.length;
}

/** So many at once. What fails is told of, and holds up none of the others. */
async function inTurn<T extends DueItem>(
  items: readonly T[],
  atOnce: number,
  { onError }: Pick<SweeperDeps, 'onError'>,
  act: (item: T) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += atOnce) {
    const some = items.slice(at, at + atOnce);
    await Promise.all(some.map((item) => act(item).catch((error: unknown) => onError(item, error))));
  }
}

async function revive(deps: SweeperDeps, item: Exclude<DueItem, BuriedItem>): Promise<void> {
  switch (item.kind) {
    case 'work':
      return deps.workQueue.lapse(item);
    case 'vault':
      return deps.vault?.tidy(item);
    default:
      return deps.waker.wake(item.ref);
  }
}

/** A thread with many due inbox items needs one wake. */
function oncePerTarget<T extends Exclude<DueItem, BuriedItem>>(items: readonly T[]): T[] {
  const byTarget = new Map(items.map((item) => [targetOf(item), item]));
  return [...byTarget.values()];
}

function targetOf(item: Exclude<DueItem, BuriedItem>): string {
  switch (item.kind) {
    case 'work':
      return item.workId;
    case 'vault':
      return item.vaultId;
    default:
      return item.ref.threadId;
  }
}
