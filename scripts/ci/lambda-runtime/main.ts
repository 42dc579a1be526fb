/**
 * Runs a session through the functions as they are deployed: the bundles of dist/lambda under Lambda's own runtime client on
 * Node 24, against a DynamoDB engine, with the official SDK as the client and a worker that runs a real command.
 *
 *     npm run test:lambda
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import type { SandboxOrder } from '../../../runtime/sandbox/container-contract';
import { SandboxApi } from '../../../runtime/sandbox/sandbox-api';
import { SETTINGS } from '../../../runtime/aws/settings';
import { connectLocalDynamo, createLocalDynamo } from '../../../runtime/local/dynamo';
import { createTables } from '../../../runtime/local/dynamo-tables';
import { createOfflineModel } from '../../../runtime/local/offline-model';
import type { SupervisorConfig } from '../../../runtime/sandbox/supervisor-config';
import type { TableNames } from '../../../runtime/store/tables';
import { startAwsServices } from './aws-services';
import { startGateway } from './gateway';
import { installedRuntime } from './install';
import { LambdaFunction } from './runtime';

const ROOT = resolve(__dirname, '..', '..', '..');
const MODEL_KEY_SECRET = 'model-key';
const API_KEY_SECRET = 'api-key';
const HARNESS = 'harness';

const closers: Array<() => unknown> = [];
const log = (line: string): void => {
  if (process.env.VERBOSE) console.error(line);
};

interface Database {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly tables: TableNames;
}

/** The engine at DYNAMODB_ENDPOINT, or the embedded one. */
async function openDatabase(): Promise<Database> {
  const endpoint = process.env.DYNAMODB_ENDPOINT;
  if (endpoint === undefined) {
    const { address, tables, close } = await createLocalDynamo();
    closers.push(close);
    return { ...address, tables };
  }
  const client = connectLocalDynamo({ endpoint, accessKeyId: 'test' });
  closers.push(() => client.destroy());
  const tables = { sessions: 'lambda-sessions', control: 'lambda-control' };
  await createTables(client, tables);
  return { endpoint, accessKeyId: 'test', tables };
}

/** A worker as a child process: what Fargate would run in a container. */
async function runWorker({ claim, ...order }: SandboxOrder): Promise<void> {
  const { secret: workSecret } = await new SandboxApi(order.baseUrl, claim).claim();
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
  const config: SupervisorConfig = {
    ...order,
    workSecret,
    privateDir: directory,
    toolHost: {
      file: process.execPath,
      args: [join(ROOT, 'dist', 'tool-host.js'), directory],
      env: { PATH: process.env.PATH ?? '', HOME: directory },
      cwd: directory,
    },
  };
  const worker = spawn(process.execPath, [join(ROOT, 'dist', 'supervisor.js')], { stdio: ['pipe', 'ignore', 'pipe'] });
  worker.stdin.write(`${JSON.stringify(config)}\n`);
  worker.stderr.on('data', (text: Buffer) => log(`worker: ${text.toString().trimEnd()}`));
  closers.push(() => worker.kill('SIGKILL'));
}

async function main(): Promise<void> {
  const runtime = installedRuntime();
  const database = await openDatabase();
  const model = await createOfflineModel();
  closers.push(() => model.close());

  const services = await startAwsServices({
    invoke: (name, qualifier, event) => {
      assert.deepEqual([name, qualifier], [HARNESS, '1']);
      void harness.invoke(event).catch((error: unknown) => console.error('a wake failed', error));
    },
    runTask: (order) => void runWorker(order).catch((error: unknown) => console.error('no worker', error)),
  });
  closers.push(() => services.close());
  services.secrets.set(MODEL_KEY_SECRET, 'sk-any');

  const environment: Record<string, string> = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: database.accessKeyId,
    AWS_SECRET_ACCESS_KEY: database.accessKeyId,
    AWS_ENDPOINT_URL: services.url,
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    [SETTINGS.serviceName]: 'test',
    [SETTINGS.sessionsTable]: database.tables.sessions,
    [SETTINGS.controlTable]: database.tables.control,
    [SETTINGS.blobBucket]: 'blobs',
    [SETTINGS.modelKeySecret]: MODEL_KEY_SECRET,
    [SETTINGS.modelBaseUrl]: model.url,
    [SETTINGS.harnessFunction]: HARNESS,
    [SETTINGS.harnessVersion]: '1',
    [SETTINGS.sandboxCluster]: 'cluster',
    [SETTINGS.sandboxTaskDefinition]: 'task:1',
    [SETTINGS.sandboxSystemTaskDefinition]: 'system-task:1',
    [SETTINGS.sandboxSubnets]: 'subnet-1,subnet-2',
    [SETTINGS.sandboxSecurityGroup]: 'sg-1',
    [SETTINGS.sandboxPublicAddress]: 'true',
    [SETTINGS.sandboxCapacity]: 'FARGATE',
    [SETTINGS.sandboxIdleSeconds]: '60',
  };
  const output: string[] = [];
  const open = (name: string, timeoutMs: number): LambdaFunction => {
    const made = new LambdaFunction({
      ...runtime,
      name,
      directory: join(ROOT, 'dist', 'lambda', name),
      environment,
      timeoutMs,
      log: (line) => {
        output.push(line);
        log(line);
      },
    });
    closers.push(() => made.close());
    return made;
  };
  const harness = open(HARNESS, 900_000);
  const api = open('api', 30_000);
  // A stream ends half a minute before its function would: with this, after fifteen seconds.
  const stream = open('stream', 45_000);
  const sweeper = open('sweeper', 55_000);
  const firstKey = open('first-key', 120_000);
  const gateway = await startGateway({ api, stream });
  closers.push(() => gateway.close());
  environment[SETTINGS.apiUrl] = gateway.url;

  await (
    await firstKey.invoke({
      RequestType: 'Create',
      ResponseURL: services.url,
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'FirstKey',
      ResourceProperties: { secretArn: API_KEY_SECRET, workspace: 'default' },
    })
  ).toArray();
  const apiKey = services.secrets.get(API_KEY_SECRET) ?? '';
  assert.ok(apiKey.startsWith('sk-ant-api03-'), 'the first key stands in its secret');

  await runSession(new Anthropic({ apiKey, baseURL: gateway.url, maxRetries: 0 }));

  await (await sweeper.invoke({})).toArray();
  assert.ok(
    output.some((line) => line.includes('"DueAge"')),
    'the sweeper says how late what is due was',
  );
  assert.ok(!output.some((line) => line.includes(apiKey)), 'no key stands in a log');
  console.log(
    `environments: api ${api.environmentCount}, stream ${stream.environmentCount}, harness ${harness.environmentCount}`,
  );
}

async function runSession(client: Anthropic): Promise<void> {
  const environment = await client.beta.environments.create({ name: 'lambda runtime' });
  const agent = await client.beta.agents.create({
    name: 'Runner',
    model: 'claude-sonnet-5-5',
    tools: [{ type: 'agent_toolset_20260401' }],
  });
  const session = await client.beta.sessions.create({ agent: agent.id, environment_id: environment.id });
  const opened = Date.now();
  const events = await client.beta.sessions.events.stream(session.id);
  await client.beta.sessions.events.send(session.id, {
    events: [{ type: 'user.message', content: [{ type: 'text', text: 'Run `echo from-$((6*7))` in bash.' }] }],
  });
  const seen: Array<{ type: string; afterMs: number }> = [];
  for await (const event of events) seen.push({ type: event.type, afterMs: Date.now() - opened });
  const ended = Date.now() - opened;
  for (const { type, afterMs } of seen) console.log(`${String(afterMs).padStart(6)} ms  ${type}`);
  console.log(`${String(ended).padStart(6)} ms  (the stream ended)`);

  const history: unknown[] = [];
  for await (const event of client.beta.sessions.events.list(session.id)) history.push(event);
  assert.ok(JSON.stringify(history).includes('from-42'), 'the command ran');
  const types = seen.map(({ type }) => type);
  assert.ok(types.includes('session.status_idle'), 'the session came to rest while the stream was open');
  const [first, last] = [seen[0], seen.at(-1)];
  assert.ok(first && last && last.afterMs - first.afterMs > 200, 'events came one after the other, not all at the end');
  assert.ok(ended - last.afterMs > 500, 'events did not wait for the end of the stream');
  await client.beta.sessions.archive(session.id);
}

main()
  .then(
    () => console.log('A session ran through the functions under the Lambda runtime client.'),
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  )
  .finally(async () => {
    for (const close of closers.toReversed()) await close();
  });
