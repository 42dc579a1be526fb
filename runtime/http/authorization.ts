import { invalid, notFound, unauthenticated } from '../contract/errors';
import { isId } from '../contract/ids';
import type { OperationName } from '../contract/operations';
import type { Principal } from '../store/ports';

const WORK_QUEUE = 'environments.work.';

/**
 * What a worker's credential is good for beside the work queue, whose operations look closer themselves. Which sessions it
 * reaches is decided where they are read (`resources/`).
 */
const WORKER_OPERATIONS: ReadonlySet<OperationName> = new Set<OperationName>([
  'sessions.retrieve',
  'sessions.events.list',
  'sessions.events.send',
  'sessions.events.stream',
  'sessions.threads.list',
  'sessions.threads.retrieve',
  'sessions.threads.events.list',
  'sessions.threads.events.stream',
]);

/** What a 401 says when the credential is not known: the worker lane has words of its own (reference 10). */
export function refusalOf(operation: OperationName): string {
  return operation.startsWith(WORK_QUEUE) ? 'Invalid bearer token' : 'Authentication failed';
}

/**
 * Keeps workers' credentials to the operations of workers.
 *
 * @throws ApiError 401 elsewhere: to the rest of the API such a credential is none (reference 10).
 */
export function authorize(principal: Principal, operation: OperationName): void {
  if (principal.kind === 'work_claim') throw unauthenticated(refusalOf(operation));
  if (principal.kind === 'api_key' || operation.startsWith(WORK_QUEUE)) return;
  if (!WORKER_OPERATIONS.has(operation)) throw unauthenticated(refusalOf(operation));
}

/**
 * A key belongs to one workspace; a request that names another finds none (reference 1.1).
 *
 * @throws ApiError 400 for what is no workspace id, 404 for another workspace's.
 */
export function checkWorkspace(principal: Principal, headers: Headers): void {
  const named = headers.get('anthropic-workspace-id');
  if (named === null || named === principal.workspace) return;
  if (!isId('workspace', named)) throw invalid('anthropic-workspace-id header must be a valid workspace ID.');
  throw notFound(`Workspace \`${named}\` not found.`);
}

/** The versions that differ in nothing this service serves (reference 20.2). */
const VERSIONS: readonly string[] = ['2026-10-21', '2023-06-01'];

/**
 * A request without a version gets the newest, so that a plain curl works; an unknown one is refused, because its client
 * expects something that this service cannot know.
 *
 * @throws ApiError 400
 */
export function checkVersion(headers: Headers): void {
  const version = headers.get('anthropic-version');
  if (version === null || VERSIONS.includes(version)) return;
  throw invalid(`anthropic-version: must be ${VERSIONS.join(' or ')}`);
}
