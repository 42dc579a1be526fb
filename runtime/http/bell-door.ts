import { ApiError } from '../contract/errors';
import { hashOfSecret } from '../resources/keys';
import type { ResourceDeps } from '../resources/ports';
import { connectBell } from '../resources/sandbox-bell';
import { createAuthenticator, secretOf } from './authentication';

/** Lets a connection in, or answers with the status of the refusal. */
export type BellDoor = (headers: Headers, connection: string) => Promise<number>;

const LET_IN = 200;

/**
 * The door of the bell: a sandbox shows the token of its session in the `Authorization` header of the request that opens its
 * WebSocket. It is checked once; what comes over the connection afterwards goes to the sandbox, never from it.
 */
export function createBellDoor(deps: Pick<ResourceDeps, 'store' | 'clock'>): BellDoor {
  const authenticator = createAuthenticator(deps.store.keys, deps.clock);
  return async (headers, connection) => {
    try {
      const principal = await authenticator.authenticate(headers);
      await connectBell(deps, { principal, secretHash: hashOfSecret(secretOf(headers) ?? '') }, connection);
      return LET_IN;
    } catch (error) {
      if (error instanceof ApiError) return error.status;
      throw error;
    }
  };
}
