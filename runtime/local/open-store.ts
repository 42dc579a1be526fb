import { createStore } from '../store/store';
import type { Store } from '../store/ports';
import { createFileBlobs } from './blobs';
import type { DataDirectory } from './data-directory';
import { createLocalDynamo } from './dynamo';

/** An open store on this machine's disk. */
export interface OpenStore {
  readonly store: Store;
  close(): Promise<void>;
}

/**
 * Opens the data of a directory, which only one process can do at a time.
 *
 * @throws Error when another process has them open, or they cannot be read.
 */
export async function openStore(directory: DataDirectory): Promise<OpenStore> {
  await directory.ensure();
  const dynamo = await createLocalDynamo({ path: directory.database });
  const blobs = createFileBlobs(directory.blobs);
  return {
    store: createStore({ client: dynamo.client, tables: dynamo.tables, blobs }),
    close: () => dynamo.close(),
  };
}
