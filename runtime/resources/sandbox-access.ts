import { conflict, forbidden, notFound } from '../contract/errors';
import type { Principal } from '../store/ports';
import type { WorkRecord } from '../store/work-ports';
import type { ResourceDeps } from './ports';

/** A sandbox that asks for something, by the credential that it shows. */
export interface SandboxCaller {
  readonly principal: Principal;
  /** The hash of the credential. */
  readonly secretHash: string;
}

const NAMES = { work_claim: 'claim', session_token: 'token' } as const;

/**
 * The work item that a sandbox's credential is for. The item says which credential it goes by now: one that it went by before
 * may still be known somewhere, and must not count.
 *
 * @throws ApiError 403 for a credential of another kind, 404 when the item is gone, 409 when the item goes by another one.
 */
export async function sandboxWork(
  deps: Pick<ResourceDeps, 'store'>,
  { principal, secretHash }: SandboxCaller,
  kind: keyof typeof NAMES,
): Promise<WorkRecord> {
  if (principal.kind !== kind) throw forbidden(`This operation takes the ${NAMES[kind]} of a work item.`);
  const work = await deps.store.work.get(principal.workspace, principal.environmentId, principal.workId);
  if (!work) throw notFound(`Work item ${principal.workId} not found.`);
  if (work.sessionTokenHash !== secretHash) throw conflict(`This ${NAMES[kind]} of work item ${work.id} is used up.`);
  return work;
}
