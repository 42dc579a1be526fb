import Anthropic from '@anthropic-ai/sdk';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { askServer } from '../../runtime/local/admin-socket';
import { startModelServer } from '../../runtime/local/offline-model/server';
import { seeded } from '../simulation/scheduler';
import { descendantsOf, isAlive } from '../support/process-tree';
import { ServerProcess } from '../support/server-process';
import { wholeHistory } from './api';
import { Killer } from './killer';
import { plannedModel } from './model';
import { OwnWorkers } from './own-workers';
import { SessionClient } from './session-client';
import { ownAmong, prepareSessions, type ChaosSession } from './sessions';
import { checkConnection, checkMarks, checkSent, type Ground } from './verdict';

export interface ChaosOptions {
  readonly sessions: number;
  readonly runMs: number;
  readonly seed: number;
  /** How long after the last kill every session must be at rest. */
  readonly restMs: number;
  readonly killEveryMs: number;
}

/** How many processes the user's own workers are: a kill hits a good part of their sessions, but never all. */
const OWN_PROCESSES = { few: 2, many: 3, manySessions: 4 };
const NO_CALLS = { 'calls in sandboxes': 0, 'calls on own workers': 0, 'calls run again': 0 };
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
  const { environments } = client.beta;
  const cloud = await environments.create({ name: 'chaos' });
  const own = await environments.create({ name: 'chaos, own workers', config: { type: 'self_hosted' } });
  const environmentKey = await makeEnvironmentKey(server, own.id);
  const sessions = ownAmong(options.sessions);
  const processes = sessions < OWN_PROCESSES.manySessions ? OWN_PROCESSES.few : OWN_PROCESSES.many;
  // A session may wait for its client as long as it likes, and keeps its lane: there is one for each, and some to spare.
  const lanes = Math.ceil(sessions / processes) + 1;
  const directory = join(dirname(server.logFile), 'own-workers');
  const order = { baseURL, environmentId: own.id, environmentKey, directory, lanes };
  const workers = await OwnWorkers.start(order, processes);
  try {
    const clients = await openSessions(client, [cloud.id, own.id], options.sessions, random);
    const stage = { client, server, workers, clients, secrets: [apiKey, environmentKey] };
    return await playOn(stage, random, options);
  } finally {
    await workers.close();
  }
}

async function makeEnvironmentKey(server: ServerProcess, environmentId: string): Promise<string> {
  const command = { type: 'create_environment_key', workspace: 'default', environmentId, name: null } as const;
  const answer = await askServer(server.data.adminSocket ?? '', command);
  if (answer?.secret === undefined) throw new Error('no environment key was made');
  return answer.secret;
}

/** Who takes part. */
interface Stage {
  readonly client: Anthropic;
  readonly server: ServerProcess;
  readonly workers: OwnWorkers;
  readonly clients: readonly SessionClient[];
  readonly secrets: readonly string[];
}

async function playOn(stage: Stage, random: () => number, options: ChaosOptions): Promise<Findings> {
  const { server, workers, clients } = stage;
  const stop = AbortSignal.timeout(options.runMs);
  const killer = new Killer(server, workers, random, options.killEveryMs);
  const own = clients.filter(({ session }) => session.isOwn).length;
  console.log(`${clients.length} sessions, ${own} of them with workers of the user's own, seed ${options.seed}`);
  await Promise.all([killer.run(stop), ...clients.map((user) => user.run(stop))]);

  const restless = await untilRest(clients, killer.lastAt + options.restMs);
  const restSeconds = (Date.now() - killer.lastAt) / 1_000;
  const problems = [...killer.failures, ...workers.failures];
  for (const id of restless) problems.push(`${id}: not at rest ${options.restMs / 1_000} s after the last kill`);
  await pause(DELIVERY_MS);
  await Promise.all(clients.map((user) => user.watcher.close()));

  const counts = { turns: 0, events: 0, connections: 0, delivered: 0, unanswered: 0, ...NO_CALLS };
  for (const user of clients) {
    const found = await checkSession(stage, killer, user, counts);
    problems.push(...found.map((problem) => `${user.sessionId}: ${problem}`));
  }
  problems.push(...(await checkLeftovers(server)));
  return { problems, counts: { ...counts, ...killer.kills, 'seconds to rest': Math.round(restSeconds) } };
}

async function openSessions(
  client: Anthropic,
  [cloudId, ownId]: readonly [string, string],
  count: number,
  random: () => number,
): Promise<SessionClient[]> {
  const make = await prepareSessions(client, cloudId, ownId);
  const clients: SessionClient[] = [];
  while (clients.length < count) {
    const session = await make(clients.length);
    clients.push(new SessionClient(client, session, seeded(Math.floor(random() * 2 ** 32))));
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
  { client, server, workers, secrets }: Stage,
  killer: Killer,
  user: SessionClient,
  counts: Record<'turns' | 'events' | 'connections' | 'delivered' | 'unanswered' | keyof typeof NO_CALLS, number>,
): Promise<string[]> {
  const events = await wholeHistory(client, user.sessionId);
  const done = events.filter(({ processed_at }) => processed_at);
  const { connections, failures } = user.watcher;
  const calls = await checkMarks(done, groundOf(user.session, server, workers, killer));
  counts.turns += user.turns;
  counts.events += events.length;
  counts.connections += connections.length;
  counts.delivered += connections.reduce((sum, { delivered }) => sum + delivered.length, 0);
  counts.unanswered += user.sent.unanswered.length;
  counts[user.session.isOwn ? 'calls on own workers' : 'calls in sandboxes'] += calls.ran;
  counts['calls run again'] += calls.again;
  return [
    ...failures,
    ...user.failures,
    ...checkSent(events, user, secrets),
    ...calls.problems,
    ...connections.flatMap((connection) => checkConnection(connection, done)),
  ];
}

function groundOf({ id, isOwn }: ChaosSession, server: ServerProcess, workers: OwnWorkers, killer: Killer): Ground {
  if (!isOwn) {
    const workspace = join(server.data.sandboxes, id, 'workspace');
    return { workspace, resultType: 'agent.tool_result', repeats: () => 0 };
  }
  // The official worker begins with what has no answer: whether it ran before, only the machine can know.
  const repeats = (from: number, to: number): number => killer.deathsBetween(from, to);
  return { workspace: workers.workspace(id), resultType: 'user.tool_result', repeats };
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
