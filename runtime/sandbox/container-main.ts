/**
 * The program of a sandbox's container: the supervisor as root of the container, with few of root's rights, and the tools as a
 * user that has none. It is told its work in a variable of its environment, which no tool inherits and none can read; what
 * stands there is worthless once this has begun.
 */
import { sessionsTokenFromSecret } from '@anthropic-ai/sdk/lib/environments/worker';
import { reachApi } from './api-relay';
import {
  ORDER_VARIABLE,
  PRIVATE_DIRECTORY,
  STOP_WITHIN_SECONDS,
  WORKSPACE,
  type SandboxOrder,
} from './container-contract';
import { SandboxApi } from './sandbox-api';
import { Supervisor } from './supervisor';
import { ContainerSurroundings } from './surroundings';
import { asToolsUser } from './tools-user';

const TOOL_HOST = '/opt/sandbox/tool-host.js';

function log(line: string): void {
  console.error(line);
}

function takeOrder(): SandboxOrder {
  const order = process.env[ORDER_VARIABLE];
  if (order === undefined) throw new Error(`${ORDER_VARIABLE} is not set: whoever starts this container sets it`);
  delete process.env[ORDER_VARIABLE];
  return JSON.parse(order) as SandboxOrder;
}

async function main(): Promise<void> {
  const { baseUrl: address, claim, ...item } = takeOrder();
  const baseUrl = await reachApi(address);
  const { secret: workSecret, packages } = await new SandboxApi(baseUrl, claim).claim();
  const api = new SandboxApi(baseUrl, sessionsTokenFromSecret(workSecret) ?? '');
  const toolHost = asToolsUser([process.execPath, TOOL_HOST, WORKSPACE], WORKSPACE);
  const config = { ...item, baseUrl, workSecret, privateDir: PRIVATE_DIRECTORY, toolHost };
  const supervisor = new Supervisor(config, log, new ContainerSurroundings({ api, packages, log }));
  process.once('SIGTERM', () => {
    supervisor.stop();
    setTimeout(() => {
      supervisor.kill();
      process.exit(1);
    }, STOP_WITHIN_SECONDS * 1_000).unref();
  });
  await supervisor.run();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    log(`the worker ended: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
