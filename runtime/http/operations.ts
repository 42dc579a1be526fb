import type { OperationName } from '../contract/operations';
import { createAgents } from '../resources/agents';
import { createCredentials } from '../resources/credentials';
import { createEnvironments } from '../resources/environments';
import { createEvents } from '../resources/events';
import { createModels } from '../resources/models';
import type { Operation, ResourceDeps } from '../resources/ports';
import { createSessions } from '../resources/sessions';
import { createThreads } from '../resources/threads';
import { createVaults } from '../resources/vaults';
import { createWorkOperations } from '../resources/work';
import { createWorkQueue } from '../resources/work-queue';
import type { StreamDeps } from './live-stream';
import { createStreams } from './stream';

/** What this service serves of the API. An operation that is not in it is known, and refused as not served. */
export type ServedOperations = { readonly [O in OperationName]?: Operation<O> };

/** All operations over the given parts. */
export function createOperations(deps: ResourceDeps & StreamDeps): ServedOperations {
  const workQueue = createWorkQueue(deps);
  const { vault } = deps;
  return {
    ...createAgents(deps),
    ...createEnvironments(deps),
    ...createSessions({ ...deps, workQueue }),
    ...createThreads(deps),
    ...createEvents(deps),
    ...createStreams(deps),
    ...createWorkOperations(deps, workQueue),
    ...createModels(deps),
    ...(vault && { ...createVaults({ ...deps, vault }), ...createCredentials({ ...deps, vault }) }),
  };
}
