import type { ResourceDeps } from '../resources/ports';
import type { SandboxCaller } from '../resources/sandbox-access';
import { exchangeClaim } from '../resources/sandbox-claim';
import { beginSave, completeSave, workspaceSources } from '../resources/sandbox-workspace';

/** An operation for sandboxes: whose sandbox asks, and the request's body, to the answer's. */
export type SandboxOperation = (caller: SandboxCaller, body: Readonly<Record<string, unknown>>) => Promise<unknown>;

type SandboxDeps = Pick<ResourceDeps, 'store' | 'clock' | 'workspaces'>;

/**
 * What the supervisor of a container asks of this service beyond the worker protocol, by method and path. It is no part of the
 * public API and stands apart from its paths. The credential says for which work item, so nothing else has to.
 */
export function createSandboxRoutes(deps: SandboxDeps): ReadonlyMap<string, SandboxOperation> {
  return new Map<string, SandboxOperation>([
    ['POST /v1/sandbox/claim', (caller) => exchangeClaim(deps, caller)],
    ['GET /v1/sandbox/workspace', (caller) => workspaceSources(deps, caller)],
    ['POST /v1/sandbox/workspace', (caller, { bytes }) => beginSave(deps, caller, bytes)],
    ['POST /v1/sandbox/workspace/complete', (caller) => completeSave(deps, caller)],
  ]);
}
