/** The program of the gateway's container, as a process of its own, over a database and stand-ins for the rest of AWS. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttp, type Server } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { serveBroker, type VaultCall } from '../../runtime/aws/remote-vault';
import { hashOfSecret } from '../../runtime/resources/keys';
import { WayOut } from '../../runtime/sandbox/way-out';
import type { Broker } from '../../runtime/vault/ports';
import { Secret } from '../../runtime/vault/secret';
import { openEngine, type Engine } from '../store/engine';
import { session as sessionOf, work as workOf } from '../store/values';
import { eventually } from '../support/eventually';
import { quietPort } from '../support/quiet-port';
import { startAwsServer, type AwsServer } from './aws-server';

const ROOT = resolve(__dirname, '../..');
const FOREIGN = '127.0.0.2';
const CANARY = 'canary-8e41f70b';
const PLACEHOLDER = 'placeholder_1122334455667788990011223344556677889900';

const credential = { vaultId: 'vlt_1', credentialId: 'vcrd_1', placeholder: PLACEHOLDER };
const granted: Broker = {
  substitutionsFor: async (_session, host) =>
    host === FOREIGN ? [{ ...credential, value: new Secret(CANARY), inHeaders: true, inBody: true }] : [],
  placeholdersOf: async () => [{ ...credential, name: 'API_TOKEN' }],
  bearerFor: async () => undefined,
  repositoriesFor: async () => [],
  unreachableOf: async () => [],
};
const broker = serveBroker(granted);

let engine: Engine;
let aws: AwsServer;
let directory: string;
let gateway: ChildProcess;
let port: number;
let kept: string | undefined;
const said: string[] = [];
const keys: unknown[] = [];
const foreign: Server = createHttp((request, response) => {
  keys.push(request.headers['x-api-key']);
  response.end(JSON.stringify(request.headers));
});
/** Stands for the API: it says what it was told. */
const api = createServer((socket) => void socket.once('data', (text) => socket.end(`the API got ${String(text)}`)));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'egress-program-'));
  const program = join(directory, 'gateway.js');
  const options = ['--bundle', '--platform=node', '--target=node20', '--log-level=error', `--outfile=${program}`];
  const esbuild = join(ROOT, 'node_modules/esbuild/bin/esbuild');
  await promisify(execFile)(esbuild, ['runtime/handlers/egress-gateway.ts', ...options], { cwd: ROOT });
  engine = await openEngine();
  aws = await startAwsServer(async ({ target, path, body }) => {
    if (path.includes('/invocations')) return { body: await broker(JSON.parse(body) as VaultCall) };
    if (target === 'PutSecretValue') kept = (JSON.parse(body) as { SecretString: string }).SecretString;
    if (kept === undefined) return { status: 400, body: { __type: 'ResourceNotFoundException' } };
    return { body: { SecretString: kept } };
  });
  for (const [server, host] of [
    [foreign, FOREIGN],
    [api, '127.0.0.1'],
  ] as const) {
    server.listen(0, host);
    await once(server, 'listening');
  }
  port = await quietPort();
  gateway = spawn(process.execPath, [program], { env: await environment(), stdio: ['ignore', 'pipe', 'inherit'] });
  const listens = new Promise<void>((done) => {
    gateway.stdout?.on('data', (text) => {
      said.push(String(text));
      if (said.join('').includes('listens')) done();
    });
  });
  await Promise.race([listens, once(gateway, 'exit')]);
}, 60_000);
afterAll(async () => {
  gateway.kill('SIGKILL');
  foreign.close();
  api.close();
  aws.close();
  await engine.close();
  await rm(directory, { recursive: true, force: true });
});

async function environment(): Promise<NodeJS.ProcessEnv> {
  const { protocol, hostname, port: database } = (await engine.client.config.endpoint?.()) ?? {};
  const { accessKeyId, secretAccessKey } = await engine.client.config.credentials();
  return {
    PATH: process.env.PATH,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: `${protocol}//${hostname}:${database}`,
    AWS_ENDPOINT_URL_LAMBDA: aws.config.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.config.endpoint,
    SESSIONS_TABLE: engine.tables.sessions,
    CONTROL_TABLE: engine.tables.control,
    BLOB_BUCKET: 'blobs',
    VAULT_BROKER_FUNCTION: 'broker',
    PRIVATE_HOSTS: FOREIGN,
    API_URL: `https://127.0.0.1:${(api.address() as AddressInfo).port}`,
    EGRESS_AUTHORITY_SECRET: 'arn:authority',
    EGRESS_NAME_SERVERS: '127.0.0.1',
    EGRESS_PORT: String(port),
  };
}

/** The way out of a sandbox whose supervisor holds the claim that its work item was given. */
async function wayOut(claim: string, held = claim): Promise<WayOut> {
  const session = sessionOf();
  const { workspace, environmentId, id: sessionId } = session;
  await engine.store.sessions.create(session);
  const parts = { workspace, environmentId, sessionId, kind: 'cloud', state: 'starting' } as const;
  await engine.store.work.create(workOf({ ...parts, sessionTokenHash: hashOfSecret(claim) }));
  return new WayOut({ host: '127.0.0.1', port, workspace }, { environmentId, sessionId }, held);
}

async function exchangeOf(connection: Duplex, text: string): Promise<string> {
  const chunks: Buffer[] = [];
  connection.on('data', (chunk: Buffer) => chunks.push(chunk));
  connection.write(text);
  await once(connection, 'close');
  return Buffer.concat(chunks).toString();
}

describe('the program of the gateway', () => {
  test('lets a sandbox out that proves whose it is, with the credentials of its session', async () => {
    const way = await wayOut('claim-1');
    await way.untilThere();
    const url = `http://${FOREIGN}:${(foreign.address() as AddressInfo).port}/`;
    const request = `GET ${url} HTTP/1.1\r\nhost: a\r\nx-api-key: ${PLACEHOLDER}\r\nconnection: close\r\n\r\n`;
    const answer = await exchangeOf(await way.toGateway(), request);
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer).not.toContain(CANARY);
    expect(keys).toEqual([CANARY]);
    await eventually(() => said.join('').includes('"verdict":"terminated"'));
    expect(said.join('')).not.toContain(CANARY);
  });

  test('leads its supervisor to the API, and nobody else', async () => {
    expect(await exchangeOf(await (await wayOut('claim-2')).toApi(), 'hello')).toBe('the API got hello');
    await expect((await wayOut('claim-3', 'another')).toApi()).rejects.toThrow('status 407');
  });

  test('keeps the key of its authority in the one secret', () => {
    expect(kept).toContain('PRIVATE KEY');
    expect(said.join('')).not.toContain('PRIVATE KEY');
  });

  test('ends when it is told to', async () => {
    const exit = once(gateway, 'exit');
    gateway.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });
});
