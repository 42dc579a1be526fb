import Anthropic from '@anthropic-ai/sdk';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startModelServer } from '../../runtime/local/offline-model/server';
import { seeded } from '../simulation/scheduler';
import { descendantsOf, isAlive } from '../support/process-tree';
import { ServerProcess } from '../support/server-process';
import { wholeHistory } from './api';
import { Killer } from './killer';
import { plannedModel } from './model';
import { SessionClient } from './session-client';
import { checkConnection, checkMarks, checkSent } from './verdict';

export interface ChaosOptions {
  readonly sessions: number;
  readonly runMs: number;
  readonly seed: number;
  /** How long after the last kill every session must be at rest. */
  readonly restMs: number;
  readonly killEveryMs: number;
}

const LOOKUP = {
  type: 'custom' as const,
  name: 'lookup',
  description: 'Looks a key up.',
  input_schema: { type: 'object' as const, properties: { key: { type: 'string' } }, required: ['key'] },
};
const TOOLSET = { type: 'agent_toolset_20260401' as const };
const ASKING_TOOLSET = {
  ...TOOLSET,
  configs: [{ name: 'bash' as const, permission_policy: { type: 'always_ask' as const } }],
};
/** Of three sessions two use the sandbox, one of them asking before each call. */
const AGENTS = [
  { name: 'acts', tools: [TOOLSET, LOOKUP], usesBash: true },
  { name: 'asks', tools: [ASKING_TOOLSET, LOOKUP], usesBash: true },
  { name: 'looks up', tools: [LOOKUP], usesBash: false },
];
const START_PAUSE_MS = 50;
/** How long an open stream may take to bring what has happened. */
const DELIVERY_MS = 3_000;
const MAX_SHOWN = 40;

/** One run. True when nothing was lost, doubled or stuck. */
export async function runChaos(options: ChaosOptions): Promise<boolean> {
  const random = seeded(options.seed);
  const model = await startModelServer({ respond: plannedModel(random) });
  const server = await ServerProcess.start(model.url);
  let isFine = false;
  try {
    isFine = report(await playAndCheck(server, random, options), options);
  } finally {
    await server.close({ keep: !isFine });
    await model.close();
  }
  if (!isFine) console.log(`The data and the server's log are kept: ${server.logFile}`);
  return isFine;
}

interface Findings {
  readonly problems: string[];
  readonly counts: Record<string, number>;
}

async function playAndCheck(server: ServerProcess, random: () => number, options: ChaosOptions): Promise<Findings> {
  const { base_url: baseURL, api_key: apiKey } = await server.connection();
  const client = new Anthropic({ baseURL, apiKey, logLevel: 'off', timeout: 30_000 });
  const stop = AbortSignal.timeout(options.runMs);
  const killer = new Killer(server, random, options.killEveryMs);
  const clients = await openSessions(client, options.sessions, random);
  console.log(`${clients.length} sessions, seed ${options.seed}`);
  await Promise.all([killer.run(stop), ...clients.map((user) => user.run(stop))]);

  const problems = [...killer.failures];
  const restless = await untilRest(clients, killer.lastAt + options.restMs);
  const restSeconds = (Date.now() - killer.lastAt) / 1_000;
  for (const id of restless) problems.push(`${id}: not at rest ${options.restMs / 1_000} s after the last kill`);
  await pause(DELIVERY_MS);
  await Promise.all(clients.map((user) => user.watcher.close()));

  const counts = { turns: 0, events: 0, connections: 0, delivered: 0, unanswered: 0 };
  for (const user of clients) {
    const found = await checkSession(client, server, user, apiKey, counts);
    problems.push(...found.map((problem) => `${user.sessionId}: ${problem}`));
  }
  problems.push(...(await checkLeftovers(server)));
  return { problems, counts: { ...counts, ...killer.kills, 'seconds to rest': Math.round(restSeconds) } };
}

async function openSessions(client: Anthropic, count: number, random: () => number): Promise<SessionClient[]> {
  const { agents, environments, sessions } = client.beta;
  const environment = await environments.create({ name: 'chaos' });
  const made = await Promise.all(
    AGENTS.map(async ({ usesBash, ...agent }) => ({
      usesBash,
      ...(await agents.create({ model: 'claude-opus-5', ...agent })),
    })),
  );
  const clients: SessionClient[] = [];
  while (clients.length < count) {
    const agent = made[clients.length % made.length];
    if (!agent) break;
    const session = await sessions.create({ agent: agent.id, environment_id: environment.id });
    clients.push(new SessionClient(client, session.id, agent.usesBash, seeded(Math.floor(random() * 2 ** 32))));
    await pause(START_PAUSE_MS);
  }
  return clients;
}

/** The ids of the sessions that do not come to rest in time. */
async function untilRest(clients: readonly SessionClient[], deadline: number): Promise<string[]> {
  for (const user of clients) user.watcher.hold();
  let open = [...clients];
  for (;;) {
    const still: SessionClient[] = [];
    for (const user of open) if (!(await user.rests().catch(() => false))) still.push(user);
    open = still;
    if (open.length === 0 || Date.now() > deadline) return open.map(({ sessionId }) => sessionId);
    await pause(500);
  }
}

async function checkSession(
  client: Anthropic,
  server: ServerProcess,
  user: SessionClient,
  secret: string,
  counts: Record<'turns' | 'events' | 'connections' | 'delivered' | 'unanswered', number>,
): Promise<string[]> {
  const events = await wholeHistory(client, user.sessionId);
  const done = events.filter(({ processed_at }) => processed_at);
  const { connections, failures } = user.watcher;
  counts.turns += user.turns;
  counts.events += events.length;
  counts.connections += connections.length;
  counts.delivered += connections.reduce((sum, { delivered }) => sum + delivered.length, 0);
  counts.unanswered += user.sent.unanswered.length;
  return [
    ...failures,
    ...user.failures,
    ...checkSent(events, user.sent, [secret]),
    ...(await checkMarks(done, join(server.data.sandboxes, user.sessionId, 'workspace'))),
    ...connections.flatMap((connection) => checkConnection(connection, done)),
  ];
}

/** A server that is told to stop takes everything with it that it started. */
async function checkLeftovers(server: ServerProcess): Promise<string[]> {
  const workers = server.pid === undefined ? [] : descendantsOf(server.pid);
  await server.end('SIGTERM');
  return workers.filter(isAlive).map(({ name, pid }) => `${name} (${pid}) outlived the server's clean end`);
}

function report({ problems, counts }: Findings, { seed, sessions, runMs }: ChaosOptions): boolean {
  for (const [name, count] of Object.entries(counts)) console.log(`  ${String(count).padStart(8)}  ${name}`);
  if (problems.length === 0) {
    console.log('Nothing was lost, doubled or stuck.');
    return true;
  }
  for (const problem of problems.slice(0, MAX_SHOWN)) console.log(`WRONG  ${problem}`);
  const again = `npm run chaos -- --sessions ${sessions} --minutes ${runMs / 60_000} --seed ${seed}`;
  console.log(`${problems.length} wrong. The same draw again, though not the same timing: ${again}`);
  return false;
}
