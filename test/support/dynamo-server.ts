/** A DynamoDB-compatible database that listens, for tests and measurements that want the SDK's own way to it, or several processes. */
import { once } from 'node:events';
import { Agent } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { createTables } from '../../runtime/local/dynamo-tables';
import { TABLE_NAMES, type LocalDynamo } from '../../runtime/local/dynamo';
import { LEAN_CLIENT } from '../../runtime/store/table';

const HOST = '127.0.0.1';
/** On a busy machine both ends can be kept waiting for seconds, and that is no failure. */
const CONNECT_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How many requests may be under way at once; the rest wait in the agent. */
const MAX_SOCKETS = 128;

export interface DynamoServer extends LocalDynamo {
  readonly endpoint: string;
}

/** Starts one in this process, in memory, on a free port of the loopback interface, with the store's tables. */
export async function serveDynamo(): Promise<DynamoServer> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://${HOST}:${port}`;
  const client = connectDynamo(endpoint);
  await createTables(client, TABLE_NAMES);
  return {
    client,
    tables: TABLE_NAMES,
    endpoint,
    async close() {
      client.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
      });
    },
  };
}

/** A client of a database that listens there. */
export function connectDynamo(endpoint: string): DynamoDBClient {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return new DynamoDBClient({
    ...LEAN_CLIENT,
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    retryMode: 'standard',
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      httpAgent: new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
    },
  });
}
