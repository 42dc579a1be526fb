/**
 * A sandbox as it is on Fargate behind the egress gateway: a container that is told of a door and a claim, whose supervisor reaches the
 * API by that door alone, over TLS of the API's own. What AWS's network would do is not played here: the door is on this machine.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttp } from 'node:http';
import { connect, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createServer as createTls } from 'node:tls';
import { callbackify } from 'node:util';
import Anthropic from '@anthropic-ai/sdk';
import { egressAdmission } from '../../../runtime/aws/egress-admission';
import { systemIds } from '../../../runtime/contract/ids';
import { systemClock } from '../../../runtime/contract/time';
import { CertificateAuthority } from '../../../runtime/egress/certificate-authority';
import { EgressGateway } from '../../../runtime/egress/gateway';
import { SessionDoor } from '../../../runtime/egress/session-door';
import { createHandler } from '../../../runtime/http/handler';
import { listen } from '../../../runtime/http/node-server';
import { LocalChangeHints } from '../../../runtime/local/change-hints';
import { WorkspaceFiles } from '../../../runtime/local/workspace-files';
import { Keys } from '../../../runtime/resources/keys';
import type { ResourceDeps, SandboxLauncher } from '../../../runtime/resources/ports';
import { createWorkQueue } from '../../../runtime/resources/work-queue';
import {
  ORDER_VARIABLE,
  SUPERVISOR_CAPABILITIES,
  type SandboxOrder,
} from '../../../runtime/sandbox/container-contract';
import type { Broker } from '../../../runtime/vault/ports';
import { Secret } from '../../../runtime/vault/secret';
import { PlayedThread, WORKSPACE } from '../../../test/http/api';
import { openEngine, type Engine } from '../../../test/store/engine';

const LOOPBACK = '127.0.0.1';
const FOREIGN = '127.0.0.2';
const CANARY = 'canary-2c90ab';
const API_HOST = 'api.test';
const RESULT_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;

const credential = { vaultId: 'vlt_1', credentialId: 'vcrd_1', placeholder: 'placeholder_of_the_door' };
const broker: Pick<Broker, 'placeholdersOf' | 'repositoriesFor' | 'substitutionsFor'> = {
  placeholdersOf: async () => [{ ...credential, name: 'API_TOKEN' }],
  repositoriesFor: async () => [],
  substitutionsFor: async (_session, host) =>
    host === FOREIGN ? [{ ...credential, value: new Secret(CANARY), inHeaders: true, inBody: true }] : [],
};

/** Runs a session of one call in the image, and looks at what comes of it. */
export async function behindTheDoor(image: string): Promise<void> {
  const engine = await openEngine();
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-door-'));
  const keys: unknown[] = [];
  const foreign = createHttp(({ headers }, response) => {
    keys.push(headers['x-api-key']);
    response.end();
  });
  const url = `http://${FOREIGN}:${await listening(foreign, FOREIGN)}/`;
  const { authority, door, listen: openDoor } = await newDoor(engine);
  await writeFile(join(directory, 'api.pem'), authority.certificate);
  let doorPort = 0;
  let container: ChildProcess | undefined;
  const launcher: SandboxLauncher = {
    startsByClaim: true,
    start: async ({ environmentId, id: workId }, { id: sessionId, workspace }, claim) => {
      const item = { baseUrl: `https://${API_HOST}`, environmentId, workId, sessionId, claim, maxIdleMs: 1_000 };
      container = run(image, directory, { ...item, egress: { host: LOOPBACK, port: doorPort, workspace } });
      return { start: 'cold' };
    },
    stop: async () => undefined,
  };
  const workspaces = new WorkspaceFiles(join(directory, 'workspaces'));
  const deps = depsOf(engine, launcher, workspaces);
  const server = await listen(workspaces.before(createHandler(deps)), { port: 0 });
  const front = frontOf(authority, Number(new URL(server.url).port));
  doorPort = await openDoor(await listening(front, LOOPBACK));
  try {
    const command = `env; curl -sS ${url} -H "X-Api-Key: $API_TOKEN"; curl -sS http://127.0.0.3/`;
    const text = await resultOf(command, deps, server.url);
    assert.deepEqual(keys, [CANARY]);
    assert.match(text, /API_TOKEN=placeholder_of_the_door/);
    assert.match(text, /Host not in allowlist: 127\.0\.0\.3/);
    assert.doesNotMatch(text, /canary|sk-ant-/);
  } finally {
    // It saves the session's files first, through the door.
    if (container?.kill()) await once(container, 'exit');
    await door()?.close();
    for (const open of [front, foreign]) open.close();
    await server.close();
    await engine.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** A gateway, and a door to it that opens when it is known where the API is. */
async function newDoor(engine: Engine) {
  const authority = await CertificateAuthority.open(await CertificateAuthority.make());
  const gateway = new EgressGateway({
    broker,
    authority,
    clock: systemClock,
    log: () => undefined,
    privateHosts: [FOREIGN],
  });
  let door: SessionDoor | undefined;
  return {
    authority,
    door: () => door,
    listen(apiPort: number): Promise<number> {
      door = new SessionDoor({ gateway, admit: egressAdmission(engine.store), api: { host: LOOPBACK, port: apiPort } });
      return door.listen(0, LOOPBACK);
    },
  };
}

/** What the image's worker is on Fargate: told its order in a variable, with the rights that it has there. */
function run(image: string, directory: string, order: SandboxOrder): ChildProcess {
  const rights = [
    '--cap-drop=all',
    `--cap-add=${SUPERVISOR_CAPABILITIES.join(',')}`,
    '--read-only',
    '--read-only-tmpfs=false',
  ];
  const trust = ['--volume', `${directory}:/run/trust:ro`, '--env', 'NODE_EXTRA_CA_CERTS=/run/trust/api.pem'];
  const args = ['run', '--rm', '--init', '--network=host', ...rights, ...trust, '--env', ORDER_VARIABLE, image];
  const env = { ...process.env, [ORDER_VARIABLE]: JSON.stringify(order) };
  return spawn('podman', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

function depsOf({ store }: Engine, launcher: SandboxLauncher, workspaces: WorkspaceFiles): ResourceDeps {
  return {
    store,
    hints: new LocalChangeHints(),
    waker: { wake: async () => undefined },
    clock: systemClock,
    ids: systemIds,
    model: { models: async () => [], respond: () => Promise.reject(new Error('not asked here')) },
    sandboxes: { limitedNetworks: true },
    launcher,
    workspaces,
  };
}

/** The API as a client of a public address finds it: behind TLS. */
function frontOf(authority: CertificateAuthority, port: number): Server {
  const contextFor = (name: string) => authority.contextFor(name);
  return createTls({ SNICallback: callbackify(contextFor) }, (socket) => {
    const behind = connect(port, LOOPBACK);
    for (const end of [socket, behind]) end.on('error', () => void [socket, behind].map((one) => one.destroy()));
    socket.pipe(behind).pipe(socket);
  });
}

/** What a shell command prints that the model of a limited session calls. */
async function resultOf(command: string, deps: ResourceDeps, baseURL: string): Promise<string> {
  const { secret: apiKey } = await new Keys(deps).createApiKey(WORKSPACE);
  const { agents, environments, sessions } = new Anthropic({ baseURL, apiKey }).beta;
  const agent = await agents.create({
    name: 'door',
    model: 'claude-opus-5',
    tools: [{ type: 'agent_toolset_20260401' }],
  });
  const networking = { type: 'limited' as const, allowed_hosts: [FOREIGN] };
  const environment = await environments.create({ name: 'door', config: { type: 'cloud', networking } });
  const { id } = await sessions.create({ agent: agent.id, environment_id: environment.id });
  const session = await deps.store.sessions.get(WORKSPACE, id);
  assert.ok(session);
  const ref = { workspace: WORKSPACE, sessionId: id, threadId: session.threadId };
  await new PlayedThread(deps.store, ref).commit((builder) => {
    builder.push<'session.status_running'>({ type: 'session.status_running' });
    const use = {
      type: 'agent.tool_use' as const,
      name: 'bash',
      input: { command },
      evaluated_permission: 'allow' as const,
    };
    builder.push<'agent.tool_use'>(use, { modelId: 'toolu_1', route: 'sandbox' });
  });
  await createWorkQueue(deps).want(session);
  for (const deadline = Date.now() + RESULT_WITHIN_MS; Date.now() < deadline; await pause(LOOK_EVERY_MS)) {
    for (const { entries } of await deps.store.log.readInbox(ref)) {
      for (const { event } of entries) if (event?.type === 'user.tool_result') return JSON.stringify(event.content);
    }
  }
  throw new Error('no result came');
}

async function listening(server: Server, host: string): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
