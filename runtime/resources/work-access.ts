import { forbidden } from '../contract/errors';
import type { Principal } from '../store/ports';

/**
 * Checks that a credential may act on an environment's work queue (reference 10). API keys are for people who watch and
 * steer, environment keys for workers; a session token reaches one item and nothing else.
 *
 * @param kinds the kinds of credential that the operation takes.
 * @param workId the item named on the path, if there is one.
 * @throws ApiError 403 when it may not.
 */
export function checkWorkAccess(
  principal: Principal,
  environmentId: string,
  kinds: readonly Principal['kind'][],
  workId?: string,
): void {
  if (!kinds.includes(principal.kind)) {
    throw forbidden(`This operation does not accept ${CREDENTIALS[principal.kind]}.`);
  }
  if (principal.kind === 'api_key') return;
  if (principal.environmentId !== environmentId) throw forbidden('Token not authorized for this environment');
  if (principal.kind === 'session_token' && principal.workId !== workId) {
    throw forbidden('Token not authorized for this work item');
  }
}

const CREDENTIALS: Readonly<Record<Principal['kind'], string>> = {
  api_key: 'an API key; use the environment key',
  environment_key: 'an environment key; use an API key',
  session_token: "a work item's token",
  work_claim: 'a claim; exchange it for the token',
};
