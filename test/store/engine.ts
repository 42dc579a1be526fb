import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock, type Clock } from '../../runtime/contract/time';
import { createFileBlobs } from '../../runtime/local/blobs';
import { createTables } from '../../runtime/local/dynamo-tables';
import type { BlobStore, Store } from '../../runtime/store/ports';
import { createStore } from '../../runtime/store/store';
import { Table } from '../../runtime/store/table';
import type { TableNames } from '../../runtime/store/tables';
import { connectDynamo, serveDynamo } from '../support/dynamo-server';

/** A database under a store: the embedded one or, with DYNAMODB_ENDPOINT, the one that listens there. */
export interface Engine {
  readonly client: DynamoDBClient;
  readonly tables: TableNames;
  readonly blobs: BlobStore;
  readonly store: Store;
  /** Another client of the same database, whose faults are its own. */
  connect(): DynamoDBClient;
  /** The store over another client, or with another clock. */
  storeOf(client: DynamoDBClient, clock?: Clock): Store;
  /** The raw tables, to look under the store's hood. */
  readonly raw: { readonly sessions: Table; readonly control: Table };
  close(): Promise<void>;
}

interface Database {
  readonly client: DynamoDBClient;
  readonly tables: TableNames;
  connect(): DynamoDBClient;
  close(): Promise<void>;
}

export async function openEngine(): Promise<Engine> {
  const endpoint = process.env.DYNAMODB_ENDPOINT;
  const { client, tables, connect, close } = endpoint ? await remote(endpoint) : await embedded();
  const directory = await mkdtemp(join(tmpdir(), 'store-test-'));
  const blobs = createFileBlobs(directory);
  const storeOf = (over: DynamoDBClient, clock = systemClock): Store =>
    createStore({ client: over, tables, blobs, clock });
  return {
    client,
    tables,
    blobs,
    store: storeOf(client),
    connect,
    storeOf,
    raw: { sessions: new Table(client, tables.sessions), control: new Table(client, tables.control) },
    async close() {
      await close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function embedded(): Promise<Database> {
  const { client, tables, endpoint, close } = await serveDynamo();
  return { client, tables, close, connect: () => connectDynamo(endpoint) };
}

/** Tables of this suite alone, so that suites can share the database and run side by side. */
async function remote(endpoint: string): Promise<Database> {
  const connect = (): DynamoDBClient => connectDynamo(endpoint);
  const client = connect();
  const suite = randomUUID();
  const tables = { sessions: `sessions-${suite}`, control: `control-${suite}` };
  await createTables(client, tables);
  return {
    client,
    tables,
    connect,
    async close() {
      await Promise.all(Object.values(tables).map((TableName) => client.send(new DeleteTableCommand({ TableName }))));
      client.destroy();
    },
  };
}
