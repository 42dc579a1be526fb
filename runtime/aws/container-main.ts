/**
 * The program of a sandbox's container: the supervisor as root of the container, the tools as a user without rights. It is told
 * its work in a variable, which only root of the container can read, and which no tool inherits.
 */
import { chown, mkdir } from 'node:fs/promises';
import { Supervisor } from '../sandbox/supervisor';
import type { HostCommand } from '../sandbox/supervisor-config';
import { ORDER_VARIABLE, type SandboxOrder } from './sandbox-contract';

/** The tools' user; image/Dockerfile makes it. */
const TOOLS_UID = 1_000;
const WORKSPACE = '/workspace';
const HOME = '/home/agent';
const PRIVATE = '/run/supervisor';
const TOOL_HOST = '/opt/sandbox/tool-host.js';
/** Below what ECS leaves between asking and ending. */
const STOP_WITHIN_MS = 20_000;

const toolHost: HostCommand = {
  file: process.execPath,
  args: [TOOL_HOST, WORKSPACE],
  env: {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
  },
  cwd: '/',
  uid: TOOLS_UID,
  gid: TOOLS_UID,
  ownsUser: true,
};

function takeOrder(): SandboxOrder {
  const order = process.env[ORDER_VARIABLE];
  if (order === undefined)
    throw new Error(`${ORDER_VARIABLE} is not set: this container is started by the stack alone`);
  delete process.env[ORDER_VARIABLE];
  return JSON.parse(order) as SandboxOrder;
}

async function main(): Promise<void> {
  const order = takeOrder();
  await mkdir(PRIVATE, { recursive: true, mode: 0o700 });
  for (const directory of [WORKSPACE, HOME]) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chown(directory, TOOLS_UID, TOOLS_UID);
  }
  const supervisor = new Supervisor({ ...order, privateDir: PRIVATE, toolHost }, (line) => console.error(line));
  process.once('SIGTERM', () => {
    supervisor.stop();
    setTimeout(() => {
      supervisor.kill();
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
  });
  await supervisor.run();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(`the worker ended: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
