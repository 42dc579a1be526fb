/** The deployment test inside its network namespace: emulator, stack, session, removal. main.ts starts it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createOfflineModel } from '../../../runtime/local/offline-model';
import { run, start, step } from './commands';
import { startEmulator } from './emulator';
import { CLIENT_PYTHON } from './install';
import { makeLaterRelease, wasWokenByLaterRelease } from './later-release';
import { ADDRESS, AWS_VARIABLES, ROOT } from './places';
import { configurePodman, podman, servePodman, showLogs } from './podman';
import { COMMAND, containerOf, imageOf, isRunning, tagSandboxImage, untilEnded, untilReady } from './sandboxes';
import { createSession, eventsOf, runInBash, untilBell } from './session';
import { Stack, STACK, type StackOutputs } from './stack';

const scratch = process.argv[2] ?? '';
const closers: Array<() => unknown> = [];

async function main(): Promise<void> {
  run('ip', ['link', 'set', 'lo', 'up']);
  run('ip', ['address', 'add', `${ADDRESS}/32`, 'dev', 'lo']);
  Object.assign(process.env, AWS_VARIABLES);
  // What container engines leave there goes with the namespace.
  run('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
  configurePodman(scratch, 'run');
  const socket = join(scratch, 'podman.sock');
  const engine = await servePodman(socket);
  closers.push(() => engine.kill('SIGKILL'));
  const emulator = await step('Emulator', () => startEmulator(socket, scratch));
  closers.push(
    () => emulator.kill('SIGKILL'),
    () => podman('rm', '--all', '--force', '--time', '0'),
  );

  const stack = new Stack(scratch, await startModel());
  await step('cdk bootstrap', () => stack.bootstrap());
  const outputs = await step('cdk deploy', () => stack.deploy(ROOT));
  await step('Sessions', () => useStack(stack, outputs));
  await step('cdk destroy', () => stack.destroy());
  const { TableNames } = await new DynamoDBClient({}).send(new ListTablesCommand({}));
  const { Functions } = await new LambdaClient({}).send(new ListFunctionsCommand({}));
  assert.deepEqual([TableNames, Functions], [[], []], 'nothing is left of the stack');
  console.log('The stack was deployed twice, used with both clients, and taken away.');
}

/** The scripted model, at the address that containers reach. It listens on the loopback address alone. */
async function startModel(): Promise<string> {
  const model = await createOfflineModel();
  const { port } = new URL(model.url);
  const relay = createServer((client) => {
    const server = connect(Number(port), '127.0.0.1');
    client.pipe(server).pipe(client);
    client.on('error', () => server.destroy());
    server.on('error', () => client.destroy());
  }).listen(Number(port), ADDRESS);
  await once(relay, 'listening');
  closers.push(
    () => relay.close(),
    () => model.close(),
  );
  return `http://${ADDRESS}:${port}`;
}

/** Uses the stack with both clients, and deploys it again in between. */
async function useStack(stack: Stack, { url, apiKeySecret }: StackOutputs): Promise<void> {
  await ours({ ANTHROPIC_API_KEY: 'sk-any' }, 'model-key', '--stack', STACK);
  const { SecretString: apiKey } = await new SecretsManagerClient({}).send(
    new GetSecretValueCommand({ SecretId: apiKeySecret }),
  );
  assert.ok(apiKey !== undefined && apiKey.startsWith('sk-ant-api03-'), 'the first key stands in its secret');
  await tagSandboxImage();

  const client = new Anthropic({ apiKey, baseURL: url, maxRetries: 0 });
  const ready = await step('A sandbox stands ready', untilReady);
  const old = await createSession(client);
  const first = await step('Session of the TypeScript client', async () =>
    containerOf(await runInBash(client, old, `${COMMAND} | tee note`)),
  );
  assert.equal(first, ready, 'the session has the sandbox that stood ready');
  await untilBell(old);
  const later = makeLaterRelease(scratch);
  assert.equal((await step('cdk deploy of a later release', () => stack.deploy(later))).url, url, 'the API stays');
  await tagSandboxImage();
  await step('The session in the sandbox after, still of its release', () => goOnAsBefore(client, old, first));
  await step('Session of the Python client, of the later release', () => useLaterRelease(client, url));
  await step('The first session, upgraded', () => upgrade(client, old, first));
}

/** Nothing changes for a session: its harness, its sandbox's image and its files are those that it had. */
async function goOnAsBefore(client: Anthropic, sessionId: string, first: string): Promise<void> {
  await untilEnded(first);
  const results = await runInBash(client, sessionId, `cat note; ${COMMAND.replace('from', 'then-from')}`);
  assert.equal(containerOf(results), first, 'the note is kept');
  const second = containerOf(results.slice(results.indexOf('then-')));
  assert.notEqual(second, first, 'another sandbox has the note');
  assert.equal(imageOf(second), imageOf(first), 'a session keeps the revision of its sandbox');
  assert.ok(!wasWokenByLaterRelease(sessionId), 'a session keeps its version of the harness');
}

/** A session that begins now has the new release. Its key is made, and ends, by the command line. */
async function useLaterRelease(client: Anthropic, url: string): Promise<void> {
  const key = await keys('create', '--name', 'python');
  const args = [join(__dirname, 'session.py'), url, COMMAND];
  const output = await start(CLIENT_PYTHON, args, { ANTHROPIC_API_KEY: key.trim() });
  const { id } = JSON.parse(output) as { id: string };
  const container = containerOf(output);
  assert.ok(wasWokenByLaterRelease(id), 'a new session has the new version of the harness');
  await client.beta.sessions.archive(id);
  assert.ok(!isRunning(container), 'an archived session has no container');

  const [keyId = ''] = /apikey_\w+(?=.*"python")/.exec(await keys('list')) ?? [];
  await keys('revoke', keyId);
  assert.match(await keys('list'), new RegExp(`${keyId}.* revoked`), 'the key has ended');
}

/** An explicit call moves a session to the new release, and its log says so. */
async function upgrade(client: Anthropic, sessionId: string, first: string): Promise<void> {
  await client.beta.sessions.update(sessionId, {}, { query: { runtime: 'latest' } });
  const container = containerOf(await runInBash(client, sessionId, COMMAND));
  assert.ok(wasWokenByLaterRelease(sessionId), 'an upgraded session goes on with the new version');
  assert.notEqual(imageOf(container), imageOf(first), 'and with the new revision of its sandbox');
  const types = (await eventsOf(client, sessionId)).map(({ type }) => type);
  assert.ok(types.includes('session.updated'), 'the upgrade stands in the log');
  await client.beta.sessions.archive(sessionId);
}

/** The program of this service. */
const ours = (env: Readonly<Record<string, string>>, ...args: string[]): Promise<string> =>
  start(process.execPath, [join(ROOT, 'dist', 'managed-agents.js'), ...args], env);

/** `managed-agents keys` for the deployed stack. */
const keys = (...args: string[]): Promise<string> => ours({}, 'keys', ...args, '--stack', STACK);

main()
  .catch((error: unknown) => {
    console.error(error);
    console.error(readFileSync(join(scratch, 'emulator.log'), 'utf8').slice(-8_000));
    showLogs('ministack=ecs');
    process.exitCode = 1;
  })
  .finally(async () => {
    for (const close of closers.toReversed()) await close();
    process.exit();
  });
