import { ApiError } from '../contract/errors';
import { hashOfSecret } from '../resources/keys';
import type { ResourceDeps } from '../resources/ports';
import { connectBell } from '../resources/sandbox-bell';
import type { Principal } from '../store/ports';
import type { ConnectFact } from '../telemetry/facts';
import { createAuthenticator, secretOf } from './authentication';

/** Lets a connection in, or answers with the status of the refusal. */
export type BellDoor = (headers: Headers, connection: string) => Promise<number>;

const LET_IN = 200;
const FAILED = 500;

/**
 * The door of the bell: a sandbox shows the token of its session in the `Authorization` header of the request that opens its
 * WebSocket. It is checked once, before anything is written; what comes over the connection afterwards goes to the sandbox, never
 * from it.
 */
export function createBellDoor(deps: Pick<ResourceDeps, 'store' | 'clock' | 'observe'>): BellDoor {
  const authenticator = createAuthenticator(deps.store.keys, deps.clock);
  return async (headers, connection) => {
    const startedAt = deps.clock.now();
    let principal: Principal | undefined;
    let status = FAILED;
    try {
      principal = await authenticator.authenticate(headers);
      await connectBell(deps, { principal, secretHash: hashOfSecret(secretOf(headers) ?? '') }, connection);
      status = LET_IN;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      status = error.status;
    } finally {
      const about = { connection, ...namedBy(principal), status };
      deps.observe?.({ type: 'connect', ...about, startedAt, endedAt: deps.clock.now() });
    }
    return status;
  };
}

/** The session of a sandbox's credential: the others are for more than one. */
function namedBy(principal: Principal | undefined): Pick<ConnectFact, 'sessionId'> {
  return principal && 'sessionId' in principal ? { sessionId: principal.sessionId } : {};
}
