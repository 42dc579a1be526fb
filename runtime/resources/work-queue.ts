import type { WorkRecord } from '../store/ports';
import type { SessionRecord } from '../store/records';
import type { GoneWorker, ResourceDeps, WorkQueue } from './ports';
import { discardWorkspace } from './sandbox-workspace';
import { CloudWorkers } from './work-cloud';
import { lapsed, newWork, requeued, settled, stopped, wantedAgain } from './work-item';
import { workNeeds } from './work-needs';
import { revokeSessionToken } from './work-token';

/** A step that loses to another writer reads the item again; so many losses in a row mean that something else is wrong. */
const MAX_TRIES = 20;

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

  async want(session: SessionRecord): Promise<void> {
    await untilWritten(() => this.wantOnce(session));
  }

  private async wantOnce(session: SessionRecord): Promise<boolean> {
    const { store, ids, clock } = this.deps;
    const work = await store.work.getBySession(session.workspace, session.environmentId, session.id);
    if (!work) {
      const fresh = newWork(ids.make('work'), session, clock.now());
      if (!(await store.work.create(fresh))) return false;
      return fresh.kind === 'cloud' ? this.cloud.start(fresh, session, 0) : this.announce(fresh);
    }
    switch (work.state) {
      case 'queued':
        return work.kind === 'cloud' ? this.cloud.start(work, session, 0) : true;
      case 'starting':
      case 'active':
        return true;
      case 'stopping':
        return work.wantedAgain || store.work.update(wantedAgain(work));
      case 'stopped':
        return work.kind === 'cloud' ? this.cloud.start(work, session, 0) : this.requeue(work);
    }
  }

  async end(session: SessionRecord, { discard }: { discard: boolean }): Promise<void> {
    const { store, launcher, clock } = this.deps;
    const { workspace, environmentId, id, environmentConfig } = session;
    await untilWritten(async () => {
      const work = await store.work.getBySession(workspace, environmentId, id);
      if (!work || work.state === 'stopped') return true;
      return store.work.update(stopped(work, clock.now()));
    });
    if (environmentConfig.type === 'cloud') await launcher.stop({ workspace, id }, { discard });
    if (!discard) return;
    const work = await store.work.getBySession(workspace, environmentId, id);
    if (!work) return;
    await revokeSessionToken(this.deps, work.sessionTokenHash);
    await discardWorkspace(this.deps, work);
    await store.work.delete(work);
  }

  async lapse(workspace: string, environmentId: string, workId: string): Promise<void> {
    await this.withWork(workspace, environmentId, workId, async (work) => {
      if (!lapsed(work, this.deps.clock.now())) return true;
      if (work.state === 'stopped') return this.settleOnce(work);
      return work.kind === 'cloud' ? this.cloudLapsed(work) : this.selfHostedLapsed(work);
    });
  }

  async workerGone(worker: GoneWorker, reason: string): Promise<void> {
    await this.withWork(worker.workspace, worker.environmentId, worker.id, async (work) => {
      if (!holds(work, worker)) return true;
      switch (work.state) {
        case 'queued':
        case 'stopped':
          return true;
        case 'starting':
          return this.cloud.retryLater(work);
        case 'active':
        case 'stopping':
          return this.cloud.bury(work, reason);
      }
    });
  }

  /** A worker has let go of its item: if the session still needs one, the item goes round again. */
  async settle(workspace: string, environmentId: string, workId: string): Promise<void> {
    await this.withWork(workspace, environmentId, workId, (work) =>
      work.state === 'stopped' ? this.settleOnce(work) : Promise.resolve(true),
    );
  }

  /** An operator ends the item of a `cloud` session at once, whatever its worker is doing. */
  async abandon(work: WorkRecord): Promise<boolean> {
    return this.cloud.bury(work, WORKER_STOPPED);
  }

  private async settleOnce(work: WorkRecord): Promise<boolean> {
    const { store, clock } = this.deps;
    const session = await store.sessions.get(work.workspace, work.sessionId);
    if (session && session.archivedAt === null) {
      const { unserved, busy } = await workNeeds(store, session);
      if (work.kind === 'cloud') {
        if (work.wantedAgain || unserved.length > 0) return this.cloud.start(work, session, failuresAfter(work));
      } else if (work.wantedAgain || busy) {
        return this.requeue(work, { holdBack: !work.wantedAgain });
      }
    }
    return lapsed(work, clock.now()) ? this.finish(work) : true;
  }

  private async cloudLapsed(work: WorkRecord): Promise<boolean> {
    if (work.state !== 'starting') return this.cloud.bury(work, WORKER_LOST);
    const { store } = this.deps;
    const session = await store.sessions.get(work.workspace, work.sessionId);
    const { unserved } = session ? await workNeeds(store, session) : { unserved: [] };
    if (!session || unserved.length === 0) return this.cloud.bury(work, WORKER_LOST);
    const failedBefore = work.sessionTokenHash === null;
    return this.cloud.start(work, session, failedBefore ? work.startFailures : work.startFailures + 1);
  }

  private async selfHostedLapsed(work: WorkRecord): Promise<boolean> {
    const { store } = this.deps;
    const session = await store.sessions.get(work.workspace, work.sessionId);
    const busy = session !== undefined && (work.wantedAgain || (await workNeeds(store, session)).busy);
    return busy ? this.requeue(work) : this.finish(work);
  }

  private async finish(work: WorkRecord): Promise<boolean> {
    if (!(await this.deps.store.work.update(settled(work, this.deps.clock.now())))) return false;
    await revokeSessionToken(this.deps, work.sessionTokenHash);
    return true;
  }

  private async requeue(work: WorkRecord, options?: { holdBack: boolean }): Promise<boolean> {
    const { store, clock } = this.deps;
    return (await store.work.update(requeued(work, clock.now(), options))) && this.announce(work);
  }

  /** Workers that poll in this process need not wait for their next look at the queue. */
  private announce(work: WorkRecord): true {
    this.deps.hints.changed(work.environmentId);
    return true;
  }

  private async withWork(
    workspace: string,
    environmentId: string,
    workId: string,
    act: (work: WorkRecord) => Promise<boolean>,
  ): Promise<void> {
    await untilWritten(async () => {
      const work = await this.deps.store.work.get(workspace, environmentId, workId);
      return work ? act(work) : true;
    });
  }
}

function failuresAfter(work: WorkRecord): number {
  const ranFor = (work.stoppedAt ?? 0) - (work.acknowledgedAt ?? 0);
  return ranFor < ENDED_AT_ONCE_MICROS ? work.startFailures + 1 : 0;
}

/** Whether a worker's credential, or the claim that it was started with, is the one that the item goes by. */
function holds({ sessionTokenHash, claimHash }: WorkRecord, worker: GoneWorker): boolean {
  return sessionTokenHash !== null && [sessionTokenHash, claimHash].includes(worker.sessionTokenHash);
}

/** Tries a read-and-write until its conditional write holds. */
async function untilWritten(attempt: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) if (await attempt()) return;
  throw new Error(`a work item changed ${MAX_TRIES} times while it was being updated`);
}

/** The work queue over the given store, launcher and clock. */
export function createWorkQueue(deps: ResourceDeps): SessionWorkQueue {
  return new SessionWorkQueue(deps);
}
