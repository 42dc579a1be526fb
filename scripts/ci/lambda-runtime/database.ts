import { createTables } from '../../../runtime/local/dynamo-tables';
import type { TableNames } from '../../../runtime/store/tables';
import { connectDynamo, serveDynamo } from '../../../test/support/dynamo-server';

export interface Database {
  readonly endpoint: string;
  readonly tables: TableNames;
  close(): unknown;
}

/** The engine at DYNAMODB_ENDPOINT, or the embedded one. */
export async function openDatabase(): Promise<Database> {
  const endpoint = process.env.DYNAMODB_ENDPOINT;
  if (endpoint === undefined) {
    const { endpoint: served, tables, close } = await serveDynamo();
    return { endpoint: served, tables, close };
  }
  const client = connectDynamo(endpoint);
  const tables = { sessions: 'lambda-sessions', control: 'lambda-control' };
  await createTables(client, tables);
  return { endpoint, tables, close: () => client.destroy() };
}
