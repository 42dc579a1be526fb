import type { WorkRecord } from '../store/ports';
import type { SessionRecord } from '../store/records';
import type { ResourceDeps } from './ports';
import { claimed, dying, settled, startFailed } from './work-item';
import { threadOf, workNeeds } from './work-needs';
import { mintSessionToken, mintWorkClaim, revokeSessionToken } from './work-token';

/** After so many starts in a row that came to nothing, the calls that wait end as errors. */
const MAX_STARTS = 4;

const NEVER_STARTED = 'it could not be started';

/**
 * The workers of `cloud` environments: their start, and what their death means. Every step is one conditional write; a
 * method answers false when somebody else changed the item first, and the caller reads it again.
 */
export class CloudWorkers {
  constructor(private readonly deps: ResourceDeps) {}

  /** Claims the item and starts a worker for it. `failures` is how many starts in a row came to nothing. */
  async start(work: WorkRecord, session: SessionRecord, failures: number): Promise<boolean> {
    if (failures >= MAX_STARTS) return this.bury(work, NEVER_STARTED);
    const { launcher, store, clock } = this.deps;
    const credential = await (launcher.startsByClaim ? mintWorkClaim : mintSessionToken)(this.deps, work);
    const starting = claimed(work, credential.hash, failures, clock.now(), launcher.startWithin);
    if (!(await store.work.update(starting))) {
      await revokeSessionToken(this.deps, credential.hash);
      return false;
    }
    await revokeSessionToken(this.deps, work.sessionTokenHash);
    try {
      await launcher.start(starting, session, credential.secret);
      return true;
    } catch {
      return this.retryLater(starting);
    }
  }

  /** A start came to nothing: the item is due again after a pause, or its calls end as errors. */
  async retryLater(work: WorkRecord): Promise<boolean> {
    const failed = startFailed(work, this.deps.clock.now());
    if (failed.startFailures >= MAX_STARTS) return this.bury(work, NEVER_STARTED);
    if (!(await this.deps.store.work.update(failed))) return false;
    await revokeSessionToken(this.deps, work.sessionTokenHash);
    return true;
  }

  /**
   * The item's worker is dead, or is made so here. The item stays `stopping`, and due, until the thread has been told which
   * calls have an unknown outcome; so a crash on the way is made good by the next sweep, and input that comes meanwhile
   * finds the item on its way to stop and asks for another run.
   */
  async bury(work: WorkRecord, reason: string): Promise<boolean> {
    const { store, launcher, clock } = this.deps;
    if (!(await store.work.update(dying(work, clock.now())))) return false;
    await revokeSessionToken(this.deps, work.sessionTokenHash);
    await launcher.stop({ workspace: work.workspace, id: work.sessionId }, { discard: false });
    const session = await store.sessions.get(work.workspace, work.sessionId);
    if (session) await this.tellLost(work, session, reason);
    let rests = false;
    while (!rests) rests = await this.layToRest(work, session);
    return true;
  }

  private async tellLost(work: WorkRecord, session: SessionRecord, reason: string): Promise<void> {
    const { store, ids, clock, waker } = this.deps;
    const { unserved } = await workNeeds(store, session);
    if (unserved.length === 0) return;
    const now = clock.now();
    const ref = threadOf(session);
    const signal = { type: 'sandbox_lost', workId: work.id, calls: unserved, reason } as const;
    await store.log.accept(ref, [{ id: ids.make('event'), signal }], now, now);
    await waker.wake(ref);
  }

  private async layToRest(work: WorkRecord, session: SessionRecord | undefined): Promise<boolean> {
    const { store, clock } = this.deps;
    const current = await store.work.get(work.workspace, work.environmentId, work.id);
    if (current?.state !== 'stopping') return true;
    if (current.wantedAgain && session) return this.start(current, session, 0);
    return store.work.update(settled(current, clock.now()));
  }
}
