import { proves, type SandboxName } from '../egress/credential';
import { egressSession, type EgressSession } from '../egress/session';
import type { Store } from '../store/ports';
import type { WorkRecord } from '../store/work-ports';

/** The states in which an item has a worker, or may still have one. */
const SERVED: ReadonlySet<WorkRecord['state']> = new Set(['starting', 'active', 'stopping']);

/**
 * Tells the gateway whose sandbox it is that comes to its door: one that proves that it holds what the session's work item was given
 * last. So a sandbox whose lease is over, or whose claim somebody else used, is let in no more.
 */
export function egressAdmission(store: {
  readonly work: Pick<Store['work'], 'getBySession'>;
  readonly sessions: Pick<Store['sessions'], 'get'>;
}): (name: SandboxName, proof: string) => Promise<EgressSession | undefined> {
  return async ({ workspace, environmentId, sessionId }, proof) => {
    const work = await store.work.getBySession(workspace, environmentId, sessionId);
    const hash = work?.sessionTokenHash ?? null;
    if (!work || hash === null || !SERVED.has(work.state) || work.kind !== 'cloud') return undefined;
    if (!proves(proof, hash)) return undefined;
    const session = await store.sessions.get(workspace, sessionId);
    return session && egressSession(session);
  };
}
