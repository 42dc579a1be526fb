import type { ResourceDeps } from '../resources/ports';
import type { SandboxCaller } from '../resources/sandbox-access';
import { exchangeClaim } from '../resources/sandbox-claim';
import { beginSave, completeSave, workspaceSources } from '../resources/sandbox-workspace';
import { assignmentFor } from '../resources/warm-assignment';

/**
 * An operation for sandboxes. Most take the credential of a work item, and say whose sandbox asks; one takes the ticket of a
 * sandbox that is nobody's yet, which is no credential for anything else.
 */
export type SandboxOperation =
  | {
      readonly takes: 'credential';
      readonly run: (caller: SandboxCaller, body: Readonly<Record<string, unknown>>) => Promise<unknown>;
    }
  | { readonly takes: 'ticket'; readonly run: (ticketHash: string) => Promise<unknown> };

type SandboxDeps = Pick<ResourceDeps, 'store' | 'clock' | 'workspaces'>;

/**
 * What the supervisor of a container asks of this service beyond the worker protocol, by method and path. It is no part of the
 * public API and stands apart from its paths. The credential says for which work item, so nothing else has to.
 */
export function createSandboxRoutes(deps: SandboxDeps): ReadonlyMap<string, SandboxOperation> {
  const forWork = (run: Extract<SandboxOperation, { takes: 'credential' }>['run']): SandboxOperation => {
    return { takes: 'credential', run };
  };
  return new Map<string, SandboxOperation>([
    ['POST /v1/sandbox/assignment', { takes: 'ticket', run: (ticketHash) => assignmentFor(deps, ticketHash) }],
    ['POST /v1/sandbox/claim', forWork((caller) => exchangeClaim(deps, caller))],
    ['GET /v1/sandbox/workspace', forWork((caller) => workspaceSources(deps, caller))],
    ['POST /v1/sandbox/workspace', forWork((caller, { bytes }) => beginSave(deps, caller, bytes))],
    ['POST /v1/sandbox/workspace/complete', forWork((caller) => completeSave(deps, caller))],
  ]);
}
