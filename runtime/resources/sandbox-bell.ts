import { primaryThreadOf } from '../contract/ids';
import { conflict, notFound } from '../contract/errors';
import type { ResourceDeps } from './ports';
import { sandboxWork, type SandboxCaller } from './sandbox-access';

/**
 * Notes the connection over which a sandbox will be told of its session: of the one that its token is for, and of no other.
 *
 * @throws ApiError 403 for any other credential, 404 when the item or the session is gone, 409 when the token is used up or
 * the item has stopped.
 */
export async function connectBell(
  deps: Pick<ResourceDeps, 'store'>,
  caller: SandboxCaller,
  connection: string,
): Promise<void> {
  const { id, state, workspace, sessionId } = await sandboxWork(deps, caller, 'session_token');
  if (state === 'stopped') throw conflict(`Work item ${id} has stopped.`);
  const ref = { workspace, sessionId, threadId: primaryThreadOf(sessionId) };
  if (!(await deps.store.log.noteBell(ref, connection))) throw notFound(`Session ${sessionId} not found.`);
}
