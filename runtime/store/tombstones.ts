import { dueAttributes } from './due-index';
import { given } from './expressions';
import { tombstoneKey } from './keys';
import type { Tombstones } from './due-ports';
import type { Table } from './table';

/** Nobody has put it off since. A sweep that sleeps between finding and removing it may have been overtaken by another one. */
const IS_DUE_AS_FOUND = '#due_at <= :found';

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

    remove: ({ workspace, id }, dueBy) =>
      table.deleteIf(tombstoneKey(workspace, id), given(IS_DUE_AS_FOUND, { found: dueBy })),
  };
}
