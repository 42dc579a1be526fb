import type { BetaWorkSecret } from '@anthropic-ai/sdk/resources/beta/environments/work';
import { MICROS_PER_SECOND, type Micros } from '../contract/time';
import type { WorkRecord } from '../store/ports';
import { hashOfSecret, makeSecret } from './keys';
import type { ResourceDeps } from './ports';

/** A token is revoked with the item's next step; should that be lost, it dies by itself. */
const TOKEN_LIFE: Micros = 30 * 86_400 * MICROS_PER_SECOND;
const HINT_LENGTH = 4;

/** A credential for one work item and its session, just made. */
export interface SessionToken {
  /** What the item keeps of it, to revoke it when the lease ends. */
  readonly hash: string;
  /** The wire's form (reference 10): base64url of a JSON object that holds the token. */
  readonly secret: string;
}

/** Makes the token that the next holder of the item works with. */
export async function mintSessionToken(deps: ResourceDeps, work: WorkRecord): Promise<SessionToken> {
  const token = makeSecret('session_token');
  const hash = hashOfSecret(token);
  const createdAt = deps.clock.now();
  const { workspace, environmentId, sessionId, id: workId } = work;
  await deps.store.keys.put(hash, {
    id: workId,
    principal: { kind: 'session_token', workspace, environmentId, sessionId, workId },
    name: null,
    hint: token.slice(-HINT_LENGTH),
    createdAt,
    expiresAt: createdAt + TOKEN_LIFE,
    revokedAt: null,
  });
  const payload: BetaWorkSecret = { sessions_token: token };
  return { hash, secret: Buffer.from(JSON.stringify(payload)).toString('base64url') };
}

/** Ends a token, if there is one. Caches may honour it for a minute more. */
export async function revokeSessionToken(deps: Pick<ResourceDeps, 'store'>, hash: string | null): Promise<void> {
  if (hash !== null) await deps.store.keys.removeByHash(hash);
}
