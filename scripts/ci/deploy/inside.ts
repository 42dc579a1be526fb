/** The deployment test inside its network namespace: emulator, stack, session, removal. main.ts starts it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeTaskDefinitionCommand, ECSClient, ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createOfflineModel } from '../../../runtime/local/offline-model';
import { run, start, step } from './commands';
import { startEmulator } from './emulator';
import { SANDBOX_IMAGE } from './images';
import { CLIENT_PYTHON } from './install';
import { ADDRESS, AWS_VARIABLES } from './places';
import { configurePodman, podman, servePodman, showLogs } from './podman';
import { createSession, runInBash } from './session';
import { Stack, type StackOutputs } from './stack';

const scratch = process.argv[2] ?? '';
/** How long a sandbox may take to end after its idle time: it saves its files. */
const STOP_TIMEOUT_MS = 90_000;
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
  const outputs = await step('cdk deploy', () => stack.deploy());
  await step('Session', () => useStack(outputs));
  await step('cdk destroy', () => stack.destroy());
  const { TableNames } = await new DynamoDBClient({}).send(new ListTablesCommand({}));
  const { Functions } = await new LambdaClient({}).send(new ListFunctionsCommand({}));
  assert.deepEqual([TableNames, Functions], [[], []], 'nothing is left of the stack');
  console.log('The stack was deployed, used with both clients, and taken away.');
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

async function useStack({ url, apiKeySecret, modelKeyCommand }: StackOutputs): Promise<void> {
  const secrets = new SecretsManagerClient({});
  const modelKeySecret = /--secret-id (\S+)/.exec(modelKeyCommand)?.[1];
  await secrets.send(new PutSecretValueCommand({ SecretId: modelKeySecret, SecretString: 'sk-any' }));
  const { SecretString: apiKey } = await secrets.send(new GetSecretValueCommand({ SecretId: apiKeySecret }));
  assert.ok(apiKey !== undefined && apiKey.startsWith('sk-ant-api03-'), 'the first key stands in its secret');
  await tagSandboxImage();

  const client = new Anthropic({ apiKey, baseURL: url, maxRetries: 0 });
  await step('Session of the TypeScript client, in two sandboxes', () => useTwoSandboxes(client));
  await step('Session of the Python client', async () => {
    const args = [join(__dirname, 'session.py'), url, COMMAND];
    const output = await start(CLIENT_PYTHON, args, { ANTHROPIC_API_KEY: apiKey });
    const { id } = JSON.parse(output) as { id: string };
    const container = containerOf(output);
    await client.beta.sessions.archive(id);
    assert.ok(!isRunning(container), 'an archived session has no container');
  });
}

/** What only bash can answer, who it runs as, and the name that a container has of its engine. */
const COMMAND = 'echo from-$((6*7)) as $(id -u) on $(hostname)';

/** The files of a session are there again in the sandbox that follows the one that was idle for too long. */
async function useTwoSandboxes(client: Anthropic): Promise<void> {
  const sessionId = await createSession(client);
  const first = containerOf(await runInBash(client, sessionId, `${COMMAND} | tee note`));
  for (const deadline = Date.now() + STOP_TIMEOUT_MS; isRunning(first); await pause(1_000)) {
    assert.ok(Date.now() < deadline, 'an idle sandbox ends');
  }
  const results = await runInBash(client, sessionId, `cat note; ${COMMAND.replace('from', 'then-from')}`);
  assert.equal(containerOf(results), first, 'the note is kept');
  const second = containerOf(results.slice(results.indexOf('then-')));
  assert.notEqual(second, first, 'another sandbox has the note');
  await client.beta.sessions.archive(sessionId);
}

/** The container that the command ran in, as the user without rights: one that the emulator started for a task. */
function containerOf(results: string): string {
  const host = /from-42 as 1000 on ([0-9a-f]{12})/.exec(results)?.[1];
  assert.ok(host !== undefined, `no command ran: ${results}`);
  const tasks = podman('ps', '--all', '--filter', 'label=ministack=ecs', '--format', '{{.ID}}').split('\n');
  assert.ok(tasks.includes(host), `the container ${host} is no task`);
  return host;
}

const isRunning = (container: string): boolean => podman('ps', '--quiet').split('\n').includes(container);

/** Gives the image the names that task definitions have for it: the emulator says that CodeBuild built it, and builds nothing. */
async function tagSandboxImage(): Promise<void> {
  const ecs = new ECSClient({});
  const { taskDefinitionArns = [] } = await ecs.send(new ListTaskDefinitionsCommand({}));
  assert.ok(taskDefinitionArns.length > 0, 'the stack has a task definition');
  for (const arn of taskDefinitionArns) {
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: arn }));
    const image = taskDefinition?.containerDefinitions?.[0]?.image ?? '';
    podman('tag', SANDBOX_IMAGE, image);
  }
}

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
