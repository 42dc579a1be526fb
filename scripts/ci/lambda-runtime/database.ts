import { connectLocalDynamo, createLocalDynamo } from '../../../runtime/local/dynamo';
import { createTables } from '../../../runtime/local/dynamo-tables';
import type { TableNames } from '../../../runtime/store/tables';

export interface Database {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly tables: TableNames;
  close(): unknown;
}

/** The engine at DYNAMODB_ENDPOINT, or the embedded one. */
export async function openDatabase(): Promise<Database> {
  const endpoint = process.env.DYNAMODB_ENDPOINT;
  if (endpoint === undefined) {
    const { address, tables, close } = await createLocalDynamo();
    return { ...address, tables, close };
  }
  const client = connectLocalDynamo({ endpoint, accessKeyId: 'test' });
  const tables = { sessions: 'lambda-sessions', control: 'lambda-control' };
  await createTables(client, tables);
  return { endpoint, accessKeyId: 'test', tables, close: () => client.destroy() };
}
