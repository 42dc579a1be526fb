import { conflict } from '../contract/errors';
import type { SessionRecord } from '../store/records';
import type { WorkRecord } from '../store/work-ports';
import type { ResourceDeps } from './ports';
import { sandboxWork, type SandboxCaller } from './sandbox-access';
import { exchanged } from './work-item';
import { mintSessionToken, revokeSessionToken } from './work-token';

type Packages = Extract<SessionRecord['environmentConfig'], { type: 'cloud' }>['packages'];

/** How often an exchange meets somebody else's change at most: that of whoever started the sandbox, and perhaps of an operator. */
const MAX_TRIES = 5;

/** What a worker that has come to life is told. */
export interface ClaimAnswer {
  readonly type: 'work_claim';
  /** The work item's secret in the wire's form (reference 10). */
  readonly secret: string;
  /** What the environment wants installed; null where that is not known any more. */
  readonly packages: Packages | null;
  /** Where it can connect to be told of what concerns it; null where its session's harness would not tell it. */
  readonly bell: string | null;
}

/**
 * Exchanges the claim that a worker was started with for the secret of its work item. What a worker is started with can be
 * seen by others (operators of the account, the container's own files), so it is good for this alone, once: whoever comes
 * second is refused, and the sandbox of a claim that somebody else has used finds that it was.
 *
 * @throws ApiError 403 for any other credential, 404 without the item, 409 when the claim was used or overtaken.
 */
export async function exchangeClaim(
  deps: Pick<ResourceDeps, 'store' | 'clock'>,
  caller: SandboxCaller,
): Promise<ClaimAnswer> {
  const work = await sandboxWork(deps, caller, 'work_claim');
  const token = await mintSessionToken(deps, work);
  if (!(await handOver(deps, work, caller.secretHash, token.hash))) {
    await revokeSessionToken(deps, token.hash);
    throw conflict(`Work item ${work.id} has changed since it was started.`);
  }
  await revokeSessionToken(deps, caller.secretHash);
  const session = await deps.store.sessions.get(work.workspace, work.sessionId);
  const config = session?.environmentConfig;
  const packages = config?.type === 'cloud' ? config.packages : null;
  return { type: 'work_claim', secret: token.secret, packages, bell: session?.runtime?.bell ?? null };
}

/**
 * Lets the item go by the token instead of the claim. A sandbox that stood ready may be quicker than whoever started it, who has
 * still to note what it is stopped by: a change of the item that leaves it its claim is no reason to send the sandbox away.
 */
async function handOver(
  { store }: Pick<ResourceDeps, 'store'>,
  item: WorkRecord,
  claimHash: string,
  tokenHash: string,
): Promise<boolean> {
  let work: WorkRecord | undefined = item;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    if (work?.state !== 'starting' || work.sessionTokenHash !== claimHash) return false;
    if (await store.work.update(exchanged(work, tokenHash))) return true;
    work = await store.work.reread(work);
  }
  return false;
}
