/** The sandboxes that the emulator started, as the container engine sees them. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { DescribeTaskDefinitionCommand, ECSClient, ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
import { itemWhere } from './database';
import { SANDBOX_IMAGE } from './images';
import { podman } from './podman';

/** How long a sandbox may take to end after its idle time: it saves its files. */
const STOP_TIMEOUT_MS = 90_000;
/** The sweeper runs each minute, and a start that failed is made good after five. */
const READY_TIMEOUT_MS = 400_000;

/** What only bash can answer, who it runs as, and the name that a container has of its engine. */
export const COMMAND = 'echo from-$((6*7)) as $(id -u) on $(hostname)';

/** The container that the command ran in, as the user without rights: one that the emulator started for a task. */
export function containerOf(results: string): string {
  const host = /from-42 as 1000 on ([0-9a-f]{12})/.exec(results)?.[1];
  assert.ok(host !== undefined, `no command ran: ${results}`);
  const tasks = podman('ps', '--all', '--filter', 'label=ministack=ecs', '--format', '{{.ID}}').split('\n');
  assert.ok(tasks.includes(host), `the container ${host} is no task`);
  return host;
}

export const isRunning = (container: string): boolean => podman('ps', '--quiet').split('\n').includes(container);

/** Waits until an idle sandbox has saved its files and ended. */
export async function untilEnded(container: string): Promise<void> {
  for (const deadline = Date.now() + STOP_TIMEOUT_MS; isRunning(container); await pause(1_000)) {
    assert.ok(Date.now() < deadline, 'an idle sandbox ends');
  }
}

/** Waits until the sweeper has started a sandbox for the warm pool, and it runs and has asked for work. */
export async function untilReady(): Promise<string> {
  for (const deadline = Date.now() + READY_TIMEOUT_MS; ; await pause(1_000)) {
    const [ready] = podman('ps', '--filter', 'label=ministack=ecs', '--format', '{{.ID}}').split('\n').filter(Boolean);
    const row = await itemWhere(({ pool, state }) => pool !== undefined && state?.S === 'ready');
    if (ready !== undefined && row) return ready;
    assert.ok(Date.now() < deadline, 'the warm pool is filled');
  }
}

/** The name of the image that a container was started from: the one that its task definition has. */
export const imageOf = (container: string): string => podman('inspect', '--format', '{{.ImageName}}', container).trim();

/** Gives the image the names that task definitions have for it: the emulator says that CodeBuild built it, and builds nothing. */
export async function tagSandboxImage(): Promise<void> {
  const ecs = new ECSClient({});
  const { taskDefinitionArns = [] } = await ecs.send(new ListTaskDefinitionsCommand({}));
  assert.ok(taskDefinitionArns.length > 0, 'the stack has a task definition');
  for (const arn of taskDefinitionArns) {
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: arn }));
    const image = taskDefinition?.containerDefinitions?.[0]?.image ?? '';
    podman('tag', SANDBOX_IMAGE, image);
  }
}
