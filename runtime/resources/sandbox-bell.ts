import { primaryThreadOf } from '../contract/ids';
import { conflict, notFound } from '../contract/errors';
import type { ResourceDeps } from './ports';
import { sandboxWork, type SandboxCaller } from './sandbox-access';

/**
 * Notes the connection over which a sandbox will be told of its session: of the one that its token is for, and of no other. A
 * sandbox that is replaced while this goes on does not take its successor's place: the item has changed since, so its revision has grown.
 *
 * @throws ApiError 403 for any other credential, 404 when the item or the session is gone, 409 when the token is used up or
 * the item has stopped.
 */
export async function connectBell(
  deps: Pick<ResourceDeps, 'store'>,
  caller: SandboxCaller,
  connection: string,
): Promise<void> {
  const { id, state, workspace, sessionId, revision } = await sandboxWork(deps, caller, 'session_token');
  if (state === 'stopped') throw conflict(`Work item ${id} has stopped.`);
  const ref = { workspace, sessionId, threadId: primaryThreadOf(sessionId) };
  if (await deps.store.log.noteBell(ref, connection, revision)) return;
  // Refused where another sandbox has come meanwhile, too. Then the item goes by another token, and this says so.
  await sandboxWork(deps, caller, 'session_token');
  throw notFound(`Session ${sessionId} not found.`);
}
