/**
 * The program of a sandbox's container: the supervisor as root of the container, with few of root's rights, and the tools as a
 * user that has none. It is told its work in a variable of its environment, which no tool inherits and none can read; what
 * stands there is worthless once this has begun.
 */
import { sessionsTokenFromSecret } from '@anthropic-ai/sdk/lib/environments/worker';
import { systemClock } from '../contract/time';
import { createLog } from '../telemetry/log';
import { reachApi } from './api-relay';
import {
  ORDER_VARIABLE,
  PRIVATE_DIRECTORY,
  STOP_WITHIN_SECONDS,
  WORKSPACE,
  type SandboxOrder,
  type WarmOrder,
} from './container-contract';
import { egressEnvironment } from './egress-environment';
import type { InstallEnvironments } from './package-install';
import { SandboxApi } from './sandbox-api';
import { Supervisor } from './supervisor';
import { ContainerSurroundings } from './surroundings';
import { asToolsUser, SYSTEM_ENV, TOOLS_ENV } from './tools-user';
import { awaitOrder } from './warm-wait';
import { WayOut } from './way-out';

const TOOL_HOST = '/opt/sandbox/tool-host.js';

/** A line of JSON each. They tell what happens to the worker, never what a tool prints. */
const tell = createLog({ clock: systemClock, level: 'info', format: 'json', write: (line) => console.error(line) });
const log = (message: string): void => tell({ level: 'info', message });

function takeOrder(): SandboxOrder | WarmOrder {
  const order = process.env[ORDER_VARIABLE];
  if (order === undefined) throw new Error(`${ORDER_VARIABLE} is not set: whoever starts this container sets it`);
  delete process.env[ORDER_VARIABLE];
  return JSON.parse(order) as SandboxOrder | WarmOrder;
}

/** Installing for the system takes the way out, too, and none of the session's credentials. */
async function openTo(wayOut: WayOut): Promise<Required<InstallEnvironments>> {
  const { placeholders, trust } = await wayOut.open();
  return {
    tools: egressEnvironment(TOOLS_ENV, placeholders, trust),
    system: egressEnvironment(SYSTEM_ENV, {}, trust),
  };
}

/** In the warm pool there is no way out but the network itself. */
async function awaitWork(order: WarmOrder): Promise<SandboxOrder> {
  return awaitOrder(new SandboxApi(await reachApi(order.baseUrl), order.ticket), order, log);
}

/** Lets it say what became of its calls and save the files, for as long as whoever asked it to stop has patience. */
function leave(served: Supervisor): void {
  served.stop();
  setTimeout(() => {
    served.kill();
    process.exit(1);
  }, STOP_WITHIN_SECONDS * 1_000).unref();
}

/** What there is to stop, once there is. */
let supervisor: Supervisor | undefined;

async function main(): Promise<void> {
  process.once('SIGTERM', () => {
    // Nothing has begun yet.
    if (!supervisor) process.exit(0);
    leave(supervisor);
  });
  const told = takeOrder();
  const { baseUrl: address, claim, egress, ...item } = 'ticket' in told ? await awaitWork(told) : told;
  const wayOut = egress && new WayOut(egress, item, claim);
  await wayOut?.untilThere();
  const baseUrl = await reachApi(address, wayOut?.leadsToApi ? () => wayOut.toApi() : undefined);
  const { secret: workSecret, packages, bell } = await new SandboxApi(baseUrl, claim).claim();
  const token = sessionsTokenFromSecret(workSecret) ?? '';
  wayOut?.proveWith(token);
  const api = new SandboxApi(baseUrl, token);
  const environments = wayOut && (await openTo(wayOut));
  const toolHost = asToolsUser([process.execPath, TOOL_HOST, WORKSPACE], WORKSPACE, environments?.tools);
  // Behind the gateway there is no other way than its own.
  const heard = wayOut || bell === null ? {} : { bell };
  const config = { ...item, ...heard, baseUrl, workSecret, privateDir: PRIVATE_DIRECTORY, toolHost };
  supervisor = new Supervisor(config, log, new ContainerSurroundings({ api, packages, environments, log }));
  await supervisor.run();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    log(`the worker ended: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
