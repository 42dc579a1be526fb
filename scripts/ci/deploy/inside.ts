/** The deployment test inside its network namespace: emulator, stack, session, removal. main.ts starts it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { DescribeTaskDefinitionCommand, ECSClient, ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createOfflineModel } from '../../../runtime/local/offline-model';
import { run, start, step } from './commands';
import { startEmulator } from './emulator';
import { SANDBOX_IMAGE } from './images';
import { CLIENT_PYTHON } from './install';
import { ADDRESS, AWS_VARIABLES } from './places';
import { configurePodman, podman, servePodman, showLogs } from './podman';
import { runSession, toolResults } from './session';
import { Stack, type StackOutputs } from './stack';

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
  const outputs = await step('cdk deploy', () => stack.deploy());
  await step('Session', () => useStack(outputs));
  await step('cdk destroy', () => stack.destroy());
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
  await step('Session of the TypeScript client', async () => {
    const session = await runSession(client, COMMAND);
    await expectContainer(client, session.id, toolResults(session));
  });
  await step('Session of the Python client', async () => {
    const output = await start(CLIENT_PYTHON, [join(__dirname, 'session.py'), url, COMMAND], {
      ANTHROPIC_API_KEY: apiKey,
    });
    const { id } = JSON.parse(output) as { id: string };
    await expectContainer(client, id, output);
  });
}

/** What only bash can answer, who it runs as, and the name that a container has of its engine. */
const COMMAND = 'echo from-$((6*7)) as $(id -u) on $(hostname)';

/**
 * The command ran as the user without rights, in a container that the emulator started for a task; and the container goes with
 * its session.
 */
async function expectContainer(client: Anthropic, sessionId: string, results: string): Promise<void> {
  const host = /from-42 as 1000 on ([0-9a-f]{12})/.exec(results)?.[1] ?? '';
  const task = (): string =>
    podman('ps', '--filter', 'label=ministack=ecs', '--filter', `id=${host}`, '--format', '{{.Image}}').trim();
  assert.ok(host !== '' && task() !== '', `no running task has the container of ${results}`);
  console.log(`         container ${host} of ${task()}`);
  await client.beta.sessions.archive(sessionId);
  assert.equal(task(), '', 'an archived session has no container');
}

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
