import { primaryThreadOf } from '../contract/ids';
import type { Micros } from '../contract/time';
import type { DueWork } from '../store/due-ports';
import type { WorkRecord } from '../store/work-ports';
import type { EndedSession, SessionRecord } from '../store/records';
import type { GoneWorker, ResourceDeps, WorkQueue } from './ports';
import { discardWorkspace } from './sandbox-workspace';
import { SandboxStartError } from './sandbox-start';
import { CloudWorkers, ENDED_EARLY, forget } from './work-cloud';
import { awaitsStart, goesBy, lapsed, newWork, requeued, settled, stopped, wantedAgain } from './work-item';
import { workNeeds } from './work-needs';
import { DONE, OUTRUN, untilWritten, written, type WorkStep } from './work-step';
import { revokeSessionToken } from './work-token';

/** A worker that ends within this after its start, with calls still open, counts as one that did not start. */
const ENDED_AT_ONCE_MICROS = 5_000_000;

const WORKER_LOST = 'its worker stopped answering';
const WORKER_STOPPED = 'it was stopped by request';

/** The work queue: who makes work items come, go and come again. One item per session, under one id for good. */
export class SessionWorkQueue implements WorkQueue {
  private readonly cloud: CloudWorkers;

  constructor(private readonly deps: ResourceDeps) {
    this.cloud = new CloudWorkers(deps);
  }

  want(session: SessionRecord): Promise<Micros | undefined> {
    return untilWritten(() => this.wantOnce(session));
  }

  private async wantOnce(session: SessionRecord): Promise<WorkStep> {
    const { store, ids, clock } = this.deps;
    const work = await store.work.getBySession(session.workspace, session.environmentId, session.id);
    if (!work) {
      const fresh = newWork(ids.make('work'), session, clock.now());
      if (!(await store.work.create(fresh))) return OUTRUN;
      return fresh.kind === 'cloud' ? this.cloud.start(fresh, session, 0) : this.announce(fresh);
    }
    switch (work.state) {
      case 'queued':
        return work.kind === 'cloud' ? this.cloud.start(work, session, 0) : DONE;
      case 'starting':
        return awaitsStart(work) ? this.startWhenDue(work, session) : DONE;
      case 'active':
        return DONE;
      case 'stopping':
        return work.wantedAgain ? DONE : written(store.work.update(wantedAgain(work)));
      case 'stopped':
        return work.kind === 'cloud' ? this.cloud.start(work, session, 0) : this.requeue(work);
    }
  }

  private async startWhenDue(work: WorkRecord, session: SessionRecord): Promise<WorkStep> {
    if (lapsed(work, this.deps.clock.now())) return this.cloud.start(work, session, work.startFailures);
    return { stands: true, retryAt: work.leaseUntil ?? undefined };
  }

  async end(session: EndedSession, { discard }: { discard: boolean }): Promise<void> {
    const { store, launcher, clock } = this.deps;
    const { workspace, environmentId, id, environmentConfig } = session;
    let task: string | undefined;
    await untilWritten(async () => {
      const work = await store.work.getBySession(workspace, environmentId, id);
      task = work?.task ?? undefined;
      if (!work || work.state === 'stopped') return DONE;
      return written(store.work.update(stopped(work, clock.now())));
    });
    if (environmentConfig.type === 'cloud') await launcher.stop({ workspace, id }, { discard, task });
    if (!discard) return;
    const work = await store.work.getBySession(workspace, environmentId, id);
    if (!work) return;
    await revokeSessionToken(this.deps, work.sessionTokenHash);
    await discardWorkspace(this.deps, work);
    await store.work.delete(work);
  }

  /** What is due is looked up by its session: what came back after its session was deleted has no name. */
  async lapse({ workspace, environmentId, sessionId, workId }: DueWork): Promise<void> {
    const find = () => this.deps.store.work.reread({ workspace, environmentId, sessionId, id: workId });
    await this.withWork(find, async (work) => {
      if (!lapsed(work, this.deps.clock.now())) return DONE;
      if (work.state === 'stopped') return this.settleOnce(work);
      if (work.state === 'queued') return this.neverBegun(work);
      return work.kind === 'cloud' ? this.cloudLapsed(work) : this.selfHostedLapsed(work);
    });
  }

  async workerGone(worker: GoneWorker, cause: string | SandboxStartError): Promise<void> {
    const find = () => this.deps.store.work.get(worker.workspace, worker.environmentId, worker.id);
    await this.withWork(find, async (work) => {
      if (!goesBy(work, worker.sessionTokenHash)) return DONE;
      switch (work.state) {
        case 'queued':
        case 'stopped':
          return DONE;
        case 'starting':
          return this.cloud.retryLater(work, cause instanceof SandboxStartError ? cause : ENDED_EARLY);
        case 'active':
        case 'stopping':
          return this.cloud.bury(work, cause instanceof SandboxStartError ? cause.reason : cause);
      }
    });
  }

  /** A worker has let go of its item: if the session still needs one, the item goes round again. */
  async settle(workspace: string, environmentId: string, workId: string): Promise<void> {
    const find = () => this.deps.store.work.get(workspace, environmentId, workId);
    await this.withWork(find, async (work) => (work.state === 'stopped' ? this.settleOnce(work) : DONE));
  }

  /** An operator ends the item of a `cloud` session at once, whatever its worker is doing. */
  async abandon(work: WorkRecord): Promise<boolean> {
    return (await this.cloud.bury(work, WORKER_STOPPED)).stands;
  }

  private async settleOnce(work: WorkRecord): Promise<WorkStep> {
    const { store, clock } = this.deps;
    const session = await store.sessions.get(work.workspace, work.sessionId);
    if (!session) return forget(this.deps, work);
    if (session.archivedAt === null) {
      const { unserved, busy } = await workNeeds(store, session);
      if (work.kind === 'cloud') {
        if (work.wantedAgain || unserved.length > 0) return this.cloud.replace(work, session, failuresAfter(work));
      } else if (work.wantedAgain || busy) {
        return this.requeue(work, { holdBack: !work.wantedAgain });
      }
    }
    return lapsed(work, clock.now()) ? this.finish(work) : DONE;
  }

  /** Whoever made the item has not started its worker. */
  private async neverBegun(work: WorkRecord): Promise<WorkStep> {
    const { store } = this.deps;
    const session = await store.sessions.get(work.workspace, work.sessionId);
    if (!session) return forget(this.deps, work);
    const { unserved } = await workNeeds(store, session);
    return unserved.length > 0 ? this.cloud.start(work, session, 0) : this.finish(work);
  }

  private async cloudLapsed(work: WorkRecord): Promise<WorkStep> {
    if (work.state !== 'starting') return this.cloud.bury(work, WORKER_LOST);
    const { store } = this.deps;
    const session = await store.sessions.get(work.workspace, work.sessionId);
    const { unserved } = session ? await workNeeds(store, session) : { unserved: [] };
    if (!session || unserved.length === 0) return this.cloud.bury(work, WORKER_LOST);
    if (awaitsStart(work)) return this.cloud.start(work, session, work.startFailures);
    return this.cloud.replace(work, session, work.startFailures + 1);
  }

  private async selfHostedLapsed(work: WorkRecord): Promise<WorkStep> {
    const { store } = this.deps;
    const session = await store.sessions.get(work.workspace, work.sessionId);
    const busy = session !== undefined && (work.wantedAgain || (await workNeeds(store, session)).busy);
    return busy ? this.requeue(work) : this.finish(work);
  }

  private async finish(work: WorkRecord): Promise<WorkStep> {
    if (!(await this.deps.store.work.update(settled(work, this.deps.clock.now())))) return OUTRUN;
    await revokeSessionToken(this.deps, work.sessionTokenHash);
    return DONE;
  }

  private async requeue(work: WorkRecord, options?: { holdBack: boolean }): Promise<WorkStep> {
    const { store, clock } = this.deps;
    return (await store.work.update(requeued(work, clock.now(), options))) ? this.announce(work) : OUTRUN;
  }

  /** Workers that poll in this process need not wait for their next look at the queue. */
  private announce(work: WorkRecord): WorkStep {
    this.deps.hints.changed(work.environmentId);
    return DONE;
  }

  private async withWork(
    find: () => Promise<WorkRecord | undefined>,
    act: (work: WorkRecord) => Promise<WorkStep>,
  ): Promise<void> {
    let found: WorkRecord | undefined;
    const retryAt = await untilWritten(async () => {
      found = await find();
      return found ? act(found) : DONE;
    });
    // A harness that waits for the sandbox tries again when that is due; the next sweep may be a minute away.
    if (found && retryAt !== undefined) {
      const { workspace, sessionId } = found;
      await this.deps.waker.wake({ workspace, sessionId, threadId: primaryThreadOf(sessionId) });
    }
  }
}

function failuresAfter(work: WorkRecord): number {
  const ranFor = (work.stoppedAt ?? 0) - (work.acknowledgedAt ?? 0);
  return ranFor < ENDED_AT_ONCE_MICROS ? work.startFailures + 1 : 0;
}

/** The work queue over the given store, launcher and clock. */
export function createWorkQueue(deps: ResourceDeps): SessionWorkQueue {
  return new SessionWorkQueue(deps);
}
