import type { WorkRecord } from '../store/work-ports';
import type { SessionRecord } from '../store/records';
import type { ResourceDeps, StartedSandbox } from './ports';
import { SandboxStartError, startErrorOf } from './sandbox-start';
import { claimed, dying, goesBy, settled, startFailed, underWay } from './work-item';
import { threadOf, workNeeds } from './work-needs';
import { DONE, OUTRUN, untilWritten, written, type WorkStep } from './work-step';
import { mintSessionToken, mintWorkClaim, revokeSessionToken } from './work-token';

/** After so many starts in a row that came to nothing, the calls that wait end as errors. */
const MAX_STARTS = 4;
/** The same where there was only no room. With the pauses between them, these take two to three minutes. */
const MAX_CROWDED_STARTS = 12;

/** What became of a worker that ended before its first heartbeat, or right after it. */
export const ENDED_EARLY = new SandboxStartError('it ended before it could be used', false);

/**
 * The workers of `cloud` environments: their start, and what their death means. Every step is one conditional write; where
 * somebody else changed the item first, the caller reads it again.
 */
export class CloudWorkers {
  constructor(private readonly deps: ResourceDeps) {}

  /** Claims the item and starts a worker for it. `failures` is how many starts in a row came to nothing. */
  async start(work: WorkRecord, session: SessionRecord, failures: number): Promise<WorkStep> {
    const { launcher, store, clock } = this.deps;
    const credential = await (launcher.startsByClaim ? mintWorkClaim : mintSessionToken)(this.deps, work);
    const starting = claimed(work, credential.hash, failures, clock.now(), launcher.startWithin);
    if (!(await store.work.update(starting))) {
      await revokeSessionToken(this.deps, credential.hash);
      return OUTRUN;
    }
    await revokeSessionToken(this.deps, work.sessionTokenHash);
    try {
      const started = await launcher.start(starting, session, credential.secret);
      if (started?.task !== undefined || started?.within !== undefined) await this.noteStarted(starting, started);
      return DONE;
    } catch (error) {
      return this.retryLater(starting, startErrorOf(error));
    }
  }

  /** What a worker is stopped by has to stand in the item, unless it is another's by now. */
  private async noteStarted(item: WorkRecord, started: StartedSandbox) {
    const { store, clock } = this.deps;
    await untilWritten(async () => {
      const work = await store.work.reread(item);
      if (!work || !goesBy(work, item.sessionTokenHash)) return DONE;
      return written(store.work.update(underWay(work, started, clock.now())));
    });
  }

  /** Starts a worker in place of one that was never of use, unless too many in a row were not. */
  async replace(work: WorkRecord, session: SessionRecord, failures: number): Promise<WorkStep> {
    return failures < MAX_STARTS ? this.start(work, session, failures) : this.bury(work, ENDED_EARLY);
  }

  /** A start came to nothing: the item is due again after a pause, or its calls end as errors. */
  async retryLater(work: WorkRecord, error: SandboxStartError): Promise<WorkStep> {
    const failed = startFailed(work, this.deps.clock.now());
    if (failed.startFailures >= (error.passing ? MAX_CROWDED_STARTS : MAX_STARTS)) return this.bury(work, error);
    if (!(await this.deps.store.work.update(failed))) return OUTRUN;
    await revokeSessionToken(this.deps, work.sessionTokenHash);
    return { stands: true, retryAt: failed.leaseUntil ?? undefined };
  }

  /**
   * The item's worker is dead, or is made so here. The item stays `stopping`, and due, until the thread has been told which
   * calls have an unknown outcome; so a crash on the way is made good by the next sweep, and input that comes meanwhile
   * finds the item on its way to stop and asks for another run.
   *
   * @param cause why it is dead; an error where it never came to life, so that no call can have run.
   */
  async bury(work: WorkRecord, cause: string | SandboxStartError): Promise<WorkStep> {
    const { store, launcher, clock } = this.deps;
    if (!(await store.work.update(dying(work, clock.now())))) return OUTRUN;
    await revokeSessionToken(this.deps, work.sessionTokenHash);
    const task = work.task ?? undefined;
    await launcher.stop({ workspace: work.workspace, id: work.sessionId }, { discard: false, task });
    const session = await store.sessions.get(work.workspace, work.sessionId);
    if (session) await this.tellLost(work, session, cause);
    let rest = OUTRUN;
    while (!rest.stands) rest = await this.layToRest(work, session);
    return rest;
  }

  private async tellLost(work: WorkRecord, session: SessionRecord, cause: string | SandboxStartError): Promise<void> {
    const { store, ids, clock, waker } = this.deps;
    const { unserved } = await workNeeds(store, session);
    if (unserved.length === 0) return;
    const now = clock.now();
    const ref = threadOf(session);
    const loss = typeof cause === 'string' ? { reason: cause } : { reason: cause.reason, neverRan: true as const };
    const signal = { type: 'sandbox_lost', workId: work.id, calls: unserved, ...loss } as const;
    await store.log.accept(ref, [{ id: ids.make('event'), signal }], now, now);
    await waker.wake(ref);
  }

  private async layToRest(work: WorkRecord, session: SessionRecord | undefined): Promise<WorkStep> {
    const { store, clock } = this.deps;
    const current = await store.work.reread(work);
    if (current?.state !== 'stopping') return DONE;
    if (!session) return forget(this.deps, current);
    if (current.wantedAgain) return this.start(current, session, 0);
    return written(store.work.update(settled(current, clock.now())));
  }
}

/** Deletes the item of a session that is gone: whoever was late made it, or made it again. */
export async function forget(deps: ResourceDeps, work: WorkRecord): Promise<WorkStep> {
  await revokeSessionToken(deps, work.sessionTokenHash);
  await deps.store.work.delete(work);
  return DONE;
}
