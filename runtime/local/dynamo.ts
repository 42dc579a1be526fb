import { mkdir } from 'node:fs/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TableNames } from '../store/tables';
import { directClient } from './dynamo-direct';
import { DynamoEngine } from './dynamo-engine';
import { createTables } from './dynamo-tables';

/** An open local database. */
export interface LocalDynamo {
  readonly client: DynamoDBClient;
  readonly tables: TableNames;
  /** Answers what is under way, then closes the client and the data. */
  close(): Promise<void>;
}

/** The tables' names wherever the database is of one machine. */
export const TABLE_NAMES = { sessions: 'sessions', control: 'control' } as const satisfies TableNames;

/**
 * Opens a DynamoDB-compatible database in this process, with the store's tables.
 *
 * @param options.path a directory for the data, which survive; in memory without it.
 * @throws Error when another process has the directory open.
 */
export async function createLocalDynamo({ path }: { readonly path?: string } = {}): Promise<LocalDynamo> {
  if (path !== undefined) await mkdir(path, { recursive: true, mode: 0o700 });
  const engine = await DynamoEngine.open({
    ...(path === undefined ? {} : { path }),
    tables: Object.values(TABLE_NAMES),
  });
  const client = directClient(engine);
  await createTables(client, TABLE_NAMES);
  return {
    client,
    tables: TABLE_NAMES,
    async close() {
      await engine.close();
      client.destroy();
    },
  };
}
