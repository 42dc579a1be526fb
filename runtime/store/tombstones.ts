import { dueAttributes } from './due-index';
import { tombstoneKey } from './keys';
import type { Tombstones } from './due-ports';
import type { Table } from './table';

/** The tombstones of deleted sessions, over the control table. Each stands in the due index from its beginning. */
export function createTombstones(table: Table): Tombstones {
  return {
    async put({ workspace, id, environmentId, environmentConfig }, lookAt) {
      await table.set({
        ...tombstoneKey(workspace, id),
        ended_workspace: workspace,
        ended_session: id,
        ended_environment: environmentId,
        ended_environment_type: environmentConfig.type,
        ...dueAttributes('tombstone', id, lookAt),
      });
    },

    remove: ({ workspace, id }) => table.delete(tombstoneKey(workspace, id)),
  };
}
