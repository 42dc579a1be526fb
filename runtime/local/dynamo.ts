import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { Agent, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { TableNames } from '../store/tables';
import { handOver } from './dynamo-direct';
import { prepareDatabase } from './dynamo-indexes';
import { createTables } from './dynamo-tables';

const HOST = '127.0.0.1';
const REGION = 'us-east-1';
/** It listens in this process: on a busy machine both ends can be kept waiting for seconds, and that is no failure. */
const CONNECT_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How many requests may be under way at once; the rest wait in the agent. */
const MAX_SOCKETS = 128;
const CLOSE_TIMEOUT_MS = 5_000;
const ACCESS_KEY_BYTES = 16;

/** Where a local database listens, and the word that it wants to hear. */
export interface LocalDynamoAddress {
  readonly endpoint: string;
  /** Takes the place of AWS credentials: other programs of the machine, and web pages, do not know it. */
  readonly accessKeyId: string;
}

/** A running local database. */
export interface LocalDynamo {
  readonly client: DynamoDBClient;
  readonly tables: TableNames;
  readonly address: LocalDynamoAddress;
  /** Answers what is under way, then closes the client, the server and the data. */
  close(): Promise<void>;
}

const TABLE_NAMES: TableNames = { sessions: 'sessions', control: 'control' };

/**
 * Starts a DynamoDB-compatible database in this process, on a free port of the loopback interface, with the store's tables.
 *
 * @param options.path a directory for the data, which survive; in memory without it.
 * @throws when another process has the directory open.
 */
export async function createLocalDynamo(options: { readonly path?: string } = {}): Promise<LocalDynamo> {
  if (options.path !== undefined) {
    await mkdir(options.path, { recursive: true, mode: 0o700 });
    await prepareDatabase(options.path, Object.values(TABLE_NAMES));
  }
  const server = dynalite({ path: options.path, createTableMs: 0 });
  const accessKeyId = randomBytes(ACCESS_KEY_BYTES).toString('hex');
  const traffic = guard(server, accessKeyId);
  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const address = { endpoint: `http://${HOST}:${port}`, accessKeyId };
  const client = new DynamoDBClient({ ...clientConfig(address), ...handOver(traffic.serve) });
  await createTables(client, TABLE_NAMES);
  return {
    client,
    tables: TABLE_NAMES,
    address,
    async close() {
      await traffic.stop(CLOSE_TIMEOUT_MS);
      client.destroy();
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
      });
    },
  };
}

/** A client of a local database in another process, or of another part of this one that is to be told apart. */
export function connectLocalDynamo(address: LocalDynamoAddress): DynamoDBClient {
  return new DynamoDBClient({
    ...clientConfig(address),
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      httpAgent: new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
    },
  });
}

function clientConfig({ endpoint, accessKeyId }: LocalDynamoAddress): DynamoDBClientConfig {
  // The SDK would warn on Node 20 of what later versions of it need; it is pinned here, and calls no AWS service.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return {
    endpoint,
    region: REGION,
    credentials: { accessKeyId, secretAccessKey: accessKeyId },
    // What the environment or ~/.aws says is meant for AWS.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    retryMode: 'standard',
    maxAttempts: 3,
  };
}

/** What stands between the network and the database. */
interface Gate {
  /** The way in for this process itself, which need not say the access key. */
  readonly serve: RequestListener;
  /** Lets nobody in any more, and waits until those inside are answered, but no longer than this. */
  stop(ms: number): Promise<void>;
}

/**
 * Lets only those in who know the access key, and keeps two things from bringing the process down, since dynalite throws where
 * nobody can catch it: a connection that breaks, and a request that finds its database closed.
 */
function guard(server: Server, accessKeyId: string): Gate {
  const [serve] = server.listeners('request') as RequestListener[];
  if (!serve) throw new Error('dynalite has changed: its server handles no requests');
  const open = new Set<ServerResponse>();
  let stopped = false;
  const admit: RequestListener = (request, response) => {
    if (stopped) {
      response.writeHead(503).end();
      return;
    }
    open.add(response);
    response.once('close', () => open.delete(response));
    serve(request, response);
    request.removeAllListeners('error').on('error', () => {});
  };
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (knows(request, accessKeyId)) admit(request, response);
    else response.writeHead(403).end();
  });
  return {
    serve: admit,
    async stop(ms) {
      stopped = true;
      const answered = Promise.allSettled([...open].map((response) => once(response, 'close')));
      await Promise.race([answered, sleep(ms, undefined, { ref: false })]);
    },
  };
}

/** The signature's scope begins with the access key: `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/...`. */
function knows(request: IncomingMessage, accessKeyId: string): boolean {
  const [, given = ''] = /Credential=([^/,\s]*)\//.exec(request.headers.authorization ?? '') ?? [];
  const [theirs, ours] = [Buffer.from(given), Buffer.from(accessKeyId)];
  return theirs.length === ours.length && timingSafeEqual(theirs, ours);
}
