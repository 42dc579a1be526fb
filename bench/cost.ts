/**
 * What a session costs, counted from a real run at real pace and priced from one table. The run is an agent at work: each
 * round the model thinks and talks for 24 s, then a tool runs for 6 s, a client is attached to the stream with previews, and a
 * worker in its sandbox listens. What a window of some rounds uses is scaled to an hour.
 */
import Anthropic from '@anthropic-ai/sdk';
import { setTimeout as pause } from 'node:timers/promises';
import { sweep } from '../runtime/handlers/sweeper';
import type { PlannedBlock, Respond } from '../runtime/local/offline-model/plan';
import { startModelServer } from '../runtime/local/offline-model/server';
import { show, table, usd, type Benchmark } from './measure';
import { dollars, FUNCTION_MEMORY, PRICES, SMALLEST_SANDBOX } from './prices';
import { ALL_TOOLS, sessionMaker, tell } from './served';
import { addUsed, lessUsed, timesUsed, type Used } from './counted-function';
import { Stack, type FunctionName } from './stack';

const ROUND_SECONDS = 30;
const TOOL_SECONDS = 6;
/** The model's words: half of its time, 24 characters each 100 ms, which is some 60 tokens a second. */
const BETWEEN_MS = 100;
const TALK_MS = 12_000;
const WORDS = 'words words words words '.repeat(TALK_MS / BETWEEN_MS);
const ROUNDS = { modest: 2, full: 10 };
/** In the first round the sandbox comes, connects, and looks around: that is once a sandbox, and not every minute. */
const SETTLING_ROUNDS = 1;
const IDLE_SECONDS = { modest: 20, full: 120 };
const HOUR = 3_600;
const SWEEPS_A_MONTH = 30 * 24 * 60;
const TURN_EVENTS = 9;

type Usage = ReadonlyMap<FunctionName, Used>;
type Memory = (typeof FUNCTION_MEMORY)[keyof typeof FUNCTION_MEMORY];

const callOf = (seconds: number): PlannedBlock => ({
  type: 'tool_use',
  name: 'bash',
  input: { command: `sleep ${seconds}` },
});

/** Rounds without end once it was told to work; short answers to everything else. */
function agentAtWork(onRound: () => void): Respond {
  return ({ messages }) => {
    const isWork = JSON.stringify(messages[0]?.content).includes('work');
    if (!isWork) return { blocks: [{ type: 'text', text: 'Fine.' }], beforeMs: 300, betweenMs: 0 };
    if (messages.length < 3) return { blocks: [callOf(0)], betweenMs: 0 };
    onRound();
    const beforeMs = (ROUND_SECONDS - TOOL_SECONDS) * 1_000 - TALK_MS;
    return { blocks: [{ type: 'text', text: WORDS }, callOf(TOOL_SECONDS)], beforeMs, betweenMs: BETWEEN_MS };
  };
}

async function run(size: 'modest' | 'full'): Promise<void> {
  let onRound = (): void => {};
  const model = await startModelServer({ respond: agentAtWork(() => onRound()) });
  const stack = await Stack.open({ modelUrl: model.url, wakes: 'by invoker' });
  try {
    const client = new Anthropic({ baseURL: stack.server.url, apiKey: stack.apiKey, maxRetries: 0 });
    printTurns(await countTurn(stack, client));
    const idle = await countIdleStream(stack, client, IDLE_SECONDS[size]);
    const sweepUsed = await countSweep(stack);
    const active = await countActive(stack, client, ROUNDS[size], (handler) => (onRound = handler));
    printHour(active, idle);
    printIdle(sweepUsed);
  } finally {
    await stack.close();
    await model.close();
  }
}

/** A turn without tools, no client attached: from the message to the rest after it. */
async function countTurn(stack: Stack, client: Anthropic): Promise<Usage> {
  const id = await (await sessionMaker(client))();
  const turn = async (): Promise<void> => {
    await tell(client, id, 'hello');
    // Looking at the session would be counted; so the log is looked at, by nobody's function.
    await pause(2_000);
  };
  await turn();
  return counted(stack, turn);
}

/** An attached client while nothing happens. */
async function countIdleStream(stack: Stack, client: Anthropic, seconds: number): Promise<Usage> {
  const id = await (await sessionMaker(client))();
  const stream = await client.beta.sessions.events.stream(id, { event_deltas: ['agent.message'] });
  const reading = drain(stream);
  await pause(5_000);
  const used = await counted(stack, () => pause(seconds * 1_000));
  stream.controller.abort();
  await reading;
  return scaledBy(used, HOUR / seconds);
}

/** One sweep of a system in which nothing is due. */
async function countSweep(stack: Stack): Promise<Used> {
  const { store, begin } = stack.depsOf('sweeper');
  const before = stack.used('sweeper');
  const end = begin();
  const none = async (): Promise<void> => undefined;
  const clock = stack.deps.clock;
  await sweep({
    due: store.due,
    waker: { wake: none },
    workQueue: { lapse: none },
    vault: undefined,
    forget: none,
    clock,
    onError: console.error,
  });
  end();
  return stack.usedSince('sweeper', before);
}

/** Some rounds at real pace, from the beginning of one to the beginning of another; scaled to an hour. */
async function countActive(
  stack: Stack,
  client: Anthropic,
  rounds: number,
  onRound: (handler: () => void) => void,
): Promise<Usage> {
  const id = await (await sessionMaker(client, ALL_TOOLS))();
  const stream = await client.beta.sessions.events.stream(id, { event_deltas: ['agent.message'] });
  const reading = drain(stream);
  let round = 0;
  let before: Usage | undefined;
  let began = 0;
  const over = new Promise<{ used: Usage; seconds: number }>((resolve) => {
    onRound(() => {
      round += 1;
      if (round === 1 + SETTLING_ROUNDS) [before, began] = [stack.usedByAll(), performance.now()];
      if (round === 1 + SETTLING_ROUNDS + rounds && before) {
        resolve({ used: less(stack.usedByAll(), before), seconds: (performance.now() - began) / 1_000 });
      }
    });
  });
  await tell(client, id, 'work');
  const { used, seconds } = await over;
  await client.beta.sessions.events.send(id, { events: [{ type: 'user.interrupt' }] });
  await pause(500);
  stream.controller.abort();
  await reading;
  console.log(`\n  counted ${rounds} rounds in ${show(seconds)} s, scaled to an hour`);
  return scaledBy(used, HOUR / seconds);
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  try {
    for await (const event of stream) void event;
  } catch {
    // It was ended by us.
  }
}

async function counted(stack: Stack, act: () => Promise<unknown>): Promise<Usage> {
  const before = stack.usedByAll();
  await act();
  return less(stack.usedByAll(), before);
}

const less = (after: Usage, before: Usage): Usage =>
  new Map([...after].map(([name, used]) => [name, before.has(name) ? lessUsed(used, before.get(name) ?? used) : used]));

const scaledBy = (usage: Usage, factor: number): Usage =>
  new Map([...usage].map(([name, used]) => [name, timesUsed(used, factor)]));

function memoryOf(name: FunctionName, memory: Memory): number {
  switch (name) {
    case 'client stream':
    case 'worker stream':
      return memory.stream;
    case 'worker looks':
      return memory.api;
    default:
      return memory[name];
  }
}

interface Priced {
  readonly lambda: number;
  readonly database: number;
  readonly gateway: number;
  readonly blobs: number;
}

function priced(name: FunctionName, used: Used, memory: Memory): Priced {
  const isServed = name !== 'harness' && name !== 'sweeper' && name !== 'bell';
  const sockets = dollars('socketMinute', used.connectionMs / 60_000) + dollars('socketMessage', used.messages);
  const seconds = used.runMs / 1_000;
  return {
    lambda: dollars('lambdaGibSecond', seconds * memoryOf(name, memory)) + dollars('lambdaRequest', used.invocations),
    database: dollars('readUnit', used.readUnits) + dollars('writeUnit', used.writeUnits),
    gateway: sockets + (isServed ? dollars('apiRequest', used.invocations) : 0),
    blobs: dollars('s3Put', used.blobRequests),
  };
}

const totalOf = ({ lambda, database, gateway, blobs }: Priced): number => lambda + database + gateway + blobs;
const total = (usage: Usage, memory: Memory): number =>
  [...usage].reduce((all, [name, used]) => all + totalOf(priced(name, used, memory)), 0);

function rowsOf(usage: Usage, memory: Memory): string[][] {
  return [...usage]
    .filter(([, used]) => used.invocations + used.requests + used.runMs + used.connectionMs > 0)
    .map(([name, used]) => {
      const { lambda, database, gateway } = priced(name, used, memory);
      const counts = [used.invocations, used.runMs / 1_000, used.requests, used.readUnits, used.writeUnits];
      return [name, ...counts.map((count) => show(count)), usd(lambda), usd(database), usd(gateway)];
    });
}

const COLUMNS = [
  '',
  'invocations',
  'seconds',
  'requests',
  'read units',
  'write units',
  'Lambda',
  'DynamoDB',
  'gateway',
];

function printTurns(turn: Usage): void {
  table('A turn without tools, nobody attached (functions as deployed by default)', [
    COLUMNS,
    ...rowsOf(turn, FUNCTION_MEMORY.default),
  ]);
  console.log(`  all in all ${usd(total(turn, FUNCTION_MEMORY.default))}, the model's tokens not counted`);
}

function printHour(active: Usage, idle: Usage): void {
  const { vcpu, gib } = SMALLEST_SANDBOX;
  const compute = dollars('fargateVcpuHour', vcpu) + dollars('fargateGibHour', gib);
  const address = dollars('publicAddressHour', 1);
  const sandbox = compute + address;
  const onSpot = dollars('fargateSpotShare', compute) + address;
  table(`An active session-hour: ${HOUR / ROUND_SECONDS} rounds, a client attached with previews (default functions)`, [
    COLUMNS,
    ...rowsOf(active, FUNCTION_MEMORY.default),
  ]);
  const calls = HOUR / ROUND_SECONDS;
  const all = [...active.values()].reduce(addUsed);
  const { messages = 0, connectionMs = 0 } = active.get('bell') ?? {};
  console.log(
    `  the bell: ${show(messages / calls)} messages a round, ${show(connectionMs / 60_000)} minutes of connection`,
  );
  console.log(
    `  a round with its tool call: ${show(all.readUnits / calls)} read and ${show(all.writeUnits / calls)} write units, ` +
      `${show(all.invocations / calls)} invocations, ${show(all.blobRequests / calls)} S3 requests`,
  );
  const row = (name: string, of: (memory: Memory) => number): string[] => [
    name,
    usd(of(FUNCTION_MEMORY.smallest)),
    usd(of(FUNCTION_MEMORY.default)),
  ];
  const part =
    (...names: FunctionName[]) =>
    (memory: Memory) =>
      total(new Map([...active].filter(([name]) => names.includes(name))), memory);
  const idlePart = (memory: Memory): number => total(idle, memory);
  table('In dollars an hour', [
    ['', 'smallest functions', 'default functions'],
    row('harness', part('harness')),
    row('requests of the API', part('api')),
    row("the sandbox's bell, and its looks", part('bell', 'worker looks', 'worker stream')),
    row("the client's stream", part('client stream')),
    row(`sandbox (${vcpu} vCPU, ${gib} GiB, public address)`, () => sandbox),
    row('an active session-hour', (memory) => total(active, memory) + sandbox),
    row('  with its sandbox on Spot', (memory) => total(active, memory) + onSpot),
    row('  without a client attached', (memory) => total(active, memory) - part('client stream')(memory) + sandbox),
    row('an hour of streaming while nothing happens', idlePart),
  ]);
}

function printIdle(sweepUsed: Used): void {
  const used = timesUsed(sweepUsed, SWEEPS_A_MONTH);
  const { lambda, database } = priced('sweeper', used, FUNCTION_MEMORY.default);
  console.log('\n  An idle session costs nothing but its storage: no function runs and no request is made for it.');
  console.log(
    `  ${TURN_EVENTS}-event turns take about 2 KiB each: 1,000 turns kept for a month ${usd((2_048_000 / 2 ** 30) * PRICES.tableGibMonth.usd)}.`,
  );
  console.log(
    `  The stack itself, however many sessions: a sweep a minute, ${show(sweepUsed.readUnits)} read units each: ` +
      `${usd(database)} DynamoDB and ${usd(lambda)} Lambda a month.`,
  );
}

export const cost: Benchmark = {
  name: 'cost',
  about: 'counted use and dollars (goal: at most $0.04 an active session-hour with the smallest sandbox)',
  run,
};
