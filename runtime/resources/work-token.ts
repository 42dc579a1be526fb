import type { BetaWorkSecret } from '@anthropic-ai/sdk/resources/beta/environments/work';
import { MICROS_PER_SECOND, type Micros } from '../contract/time';
import type { WorkRecord } from '../store/work-ports';
import { hashOfSecret, makeSecret } from './keys';
import type { ResourceDeps } from './ports';

/** A token is revoked with the item's next step; should that be lost, it dies by itself. */
const TOKEN_LIFE: Micros = 30 * 86_400 * MICROS_PER_SECOND;
/** A worker that has not come to life by then never will; the item has been started anew long before. */
const CLAIM_LIFE: Micros = 15 * 60 * MICROS_PER_SECOND;
const HINT_LENGTH = 4;

type TokenDeps = Pick<ResourceDeps, 'store' | 'clock'>;

/** A credential for one work item, just made. */
export interface SessionToken {
  /** What the item keeps of it, to revoke it when the lease ends. */
  readonly hash: string;
  /** What the worker is given: of a token the wire's form (reference 10), base64url of a JSON object that holds it. */
  readonly secret: string;
}

/** Makes the token that the next holder of the item works with. */
export async function mintSessionToken(deps: TokenDeps, work: WorkRecord): Promise<SessionToken> {
  const { token, hash } = await mint(deps, work, 'session_token', TOKEN_LIFE);
  const payload: BetaWorkSecret = { sessions_token: token };
  return { hash, secret: Buffer.from(JSON.stringify(payload)).toString('base64url') };
}

/** Makes the claim with which a worker fetches its token when it has come to life. It is good once, and not for long. */
export async function mintWorkClaim(deps: TokenDeps, work: WorkRecord): Promise<SessionToken> {
  const { token, hash } = await mint(deps, work, 'work_claim', CLAIM_LIFE);
  return { hash, secret: token };
}

async function mint(deps: TokenDeps, work: WorkRecord, kind: 'session_token' | 'work_claim', life: Micros) {
  const token = makeSecret(kind);
  const hash = hashOfSecret(token);
  const createdAt = deps.clock.now();
  const { workspace, environmentId, sessionId, id: workId } = work;
  await deps.store.keys.put(hash, {
    id: workId,
    principal: { kind, workspace, environmentId, sessionId, workId },
    name: null,
    hint: token.slice(-HINT_LENGTH),
    createdAt,
    expiresAt: createdAt + life,
    revokedAt: null,
  });
  return { token, hash };
}

/** Ends a token or a claim, if there is one. Caches may honour it for a minute more. */
export async function revokeSessionToken(deps: Pick<ResourceDeps, 'store'>, hash: string | null): Promise<void> {
  if (hash !== null) await deps.store.keys.removeByHash(hash);
}
