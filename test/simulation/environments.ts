/** The environments that sessions of the simulation live in. */
import type { Store } from '../../runtime/store/ports';
import type { SessionRecord } from '../../runtime/store/records';

/** Puts the environment that a session's record speaks of. */
export async function createEnvironment(
  { environments }: Pick<Store, 'environments'>,
  { environmentConfig: config, environmentId, workspace }: SessionRecord,
): Promise<void> {
  await environments.create(workspace, environmentId, {
    id: environmentId,
    type: 'environment',
    name: 'simulated',
    description: null,
    scope: 'organization',
    config,
    metadata: {},
    created_at: '2026-09-21T00:00:00Z',
    updated_at: '2026-09-21T00:00:00Z',
    archived_at: null,
  });
}
