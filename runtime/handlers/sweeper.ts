import type { Clock } from '../contract/time';
import type { WorkQueue } from '../resources/ports';
import type { DueIndex, DueItem, Waker } from '../store/ports';
import type { VaultKeeper } from '../vault/ports';

export interface SweeperDeps {
  readonly due: DueIndex;
  readonly waker: Waker;
  readonly workQueue: Pick<WorkQueue, 'lapse'>;
  /** Undefined where the deployment has no vaults. */
  readonly vault: Pick<VaultKeeper, 'tidy'> | undefined;
  readonly clock: Clock;
  /** Told of an item that could not be handled. It stays due, so the next sweep tries again. */
  readonly onError: (item: DueItem, error: unknown) => void;
}

/** How many items of a kind one sweep takes. What is left over is due at the next. */
const BATCH = 200;
const KINDS: readonly DueItem['kind'][] = ['inbox', 'lease', 'work', 'vault'];

/**
 * One sweep: whatever is due by now gets moving again. Threads with input that nobody took up, or whose harness let its lease
 * lapse, are woken; work whose worker went silent is given back to its queue. Sweeping twice does no harm.
 *
 * @returns how many items were due.
 */
export async function sweep(deps: SweeperDeps): Promise<number> {
  const now = deps.clock.now();
  const items: DueItem[] = [];
  // One kind after the other: nobody waits for a sweep, and on one machine all at once would be in everybody's way.
  for (const kind of KINDS) items.push(...(await deps.due.due(kind, now, BATCH)));
  await Promise.all(
    oncePerTarget(items).map((item) => revive(deps, item).catch((error: unknown) => deps.onError(item, error))),
  );
  return items.length;
}

async function revive(deps: SweeperDeps, item: DueItem): Promise<void> {
  switch (item.kind) {
    case 'work':
      return deps.workQueue.lapse(item.workspace, item.environmentId, item.workId);
    case 'vault':
      return deps.vault?.tidy(item);
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
  if (item.kind === 'work') return item.workId;
  return item.kind === 'vault' ? item.vaultId : item.ref.threadId;
}
