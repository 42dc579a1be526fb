/**
 * Runs sessions through the functions as they are deployed: the bundles of dist/lambda under Lambda's own runtime client on
 * Node 24, against a DynamoDB engine, with the official SDK as the client and workers that run real commands.
 *
 *     npm run test:lambda
 */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import { Stack } from './stack';

const TURN_TIMEOUT_MS = 60_000;
const IMAGE_BYTES = 3_000_000;
const IMAGES = 8;

async function main(): Promise<void> {
  const stack = await Stack.open();
  try {
    stack.deploy('1');
    const apiKey = await stack.makeFirstKey();
    assert.ok(apiKey.startsWith('sk-ant-api03-'), 'the first key stands in its secret');
    const client = new Anthropic({ apiKey, baseURL: stack.url, maxRetries: 0 });

    await streamedSession(client);
    await twoDeployments(stack, client);

    await largestConversation(stack, client);
    for (const { name, took, has } of await stack.peakMemory()) {
      console.log(`${name}: ${took} MiB of ${has} at most`);
      assert.ok(took < has, `${name} takes more memory than it has: lib/function-memory.ts`);
    }
    await stack.sweep();
    checkMetrics(stack.output);
    assert.ok(!stack.output.some((line) => line.includes(apiKey)), 'no key stands in a log');
  } finally {
    await stack.close();
  }
}

/** What one session with one tool call and one sweep must have measured. */
const MEASURED = [
  'WakeTime',
  'TimeToFirstToken',
  'ModelTime',
  'TurnTime',
  'ToolTime',
  'ModelCost',
  'OutputTokens',
  'DueAge',
];

/** Each metric is announced in a line of its own, as CloudWatch reads it, and has its value there. */
function checkMetrics(output: readonly string[]): void {
  const lines = output
    .flatMap((chunk) => chunk.split('\n'))
    .map((line) => line.slice(line.indexOf('{')))
    .filter((line) => line.includes('"CloudWatchMetrics"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const name of MEASURED) {
    const announced = lines.filter((line) => JSON.stringify(line['_aws']).includes(`{"Name":"${name}"`));
    assert.ok(announced.length > 0, `${name} is measured`);
    assert.ok(
      announced.every((line) => line[name] !== undefined && line.Service !== undefined),
      `${name} has its value beside it`,
    );
  }
}

async function newSession(client: Anthropic): Promise<string> {
  const environment = await client.beta.environments.create({ name: 'lambda runtime' });
  const agent = await client.beta.agents.create({
    name: 'Runner',
    model: 'claude-sonnet-5-5',
    tools: [{ type: 'agent_toolset_20260401' }],
  });
  return (await client.beta.sessions.create({ agent: agent.id, environment_id: environment.id })).id;
}

const ask = (text: string) => ({
  events: [{ type: 'user.message' as const, content: [{ type: 'text' as const, text }] }],
});

async function history(client: Anthropic, sessionId: string): Promise<string> {
  const events: unknown[] = [];
  for await (const event of client.beta.sessions.events.list(sessionId)) events.push(event);
  return JSON.stringify(events);
}

/** A turn with a command, watched through a stream that arrives piece by piece and ends cleanly when its function must. */
async function streamedSession(client: Anthropic): Promise<void> {
  const sessionId = await newSession(client);
  const opened = Date.now();
  const events = await client.beta.sessions.events.stream(sessionId);
  await client.beta.sessions.events.send(sessionId, ask('Run `echo from-$((6*7))` in bash.'));
  const seen: Array<{ type: string; afterMs: number }> = [];
  for await (const event of events) seen.push({ type: event.type, afterMs: Date.now() - opened });
  const ended = Date.now() - opened;
  for (const { type, afterMs } of seen) console.log(`${String(afterMs).padStart(6)} ms  ${type}`);
  console.log(`${String(ended).padStart(6)} ms  (the stream ended)`);

  assert.ok((await history(client, sessionId)).includes('from-42'), 'the command ran');
  const types = seen.map(({ type }) => type);
  assert.ok(types.includes('session.status_idle'), 'the session came to rest while the stream was open');
  const [first, last] = [seen[0], seen.at(-1)];
  assert.ok(first && last && last.afterMs - first.afterMs > 200, 'events came one after the other, not all at the end');
  assert.ok(ended - last.afterMs > 500, 'events did not wait for the end of the stream');
  await client.beta.sessions.archive(sessionId);
}

/** Each session keeps the version that it began with, whatever is deployed, until it is upgraded. */
async function twoDeployments(stack: Stack, client: Anthropic): Promise<void> {
  const old = await newSession(client);
  await turn(client, old, 'Run `echo one` in bash.');
  stack.deploy('2');
  const young = await newSession(client);
  await turn(client, young, 'Run `echo two` in bash.');
  await turn(client, old, 'Thanks.');
  const versions = (sessionId: string): Set<string> =>
    new Set(stack.wakes.filter((wake) => wake.sessionId === sessionId).map(({ version }) => version));
  assert.deepEqual(versions(old), new Set(['1']), 'a session keeps its version when another is deployed');
  assert.deepEqual(versions(young), new Set(['2']), 'a new session gets the new version');
  assert.deepEqual(new Set(stack.revisions.slice(-2)), new Set(['task:1', 'task:2']), 'and so do their sandboxes');

  await client.beta.sessions.update(old, {}, { query: { runtime: 'latest' } });
  await turn(client, old, 'Thanks again.');
  assert.deepEqual(versions(old), new Set(['1', '2']), 'an upgraded session goes on with the new version');
  assert.ok((await history(client, old)).includes('"session.updated"'), 'the upgrade stands in the log');
  console.log('Two versions ran side by side, each for its own session; an upgrade moved one.');
}

/**
 * As much as the model API takes in one request, 32 MB, in images of the size that a request of this API can bring; watched, and
 * taken up again by a harness that has to read all of it first.
 */
async function largestConversation(stack: Stack, client: Anthropic): Promise<void> {
  const sessionId = await newSession(client);
  const stream = await client.beta.sessions.events.stream(sessionId);
  const watching = (async () => {
    let count = 0;
    for await (const event of stream) count += event.type === 'user.message' ? 1 : 0;
    return count;
  })();
  const data = Buffer.alloc(IMAGE_BYTES).toString('base64');
  const source = { type: 'base64' as const, media_type: 'image/png' as const, data };
  for (let i = 0; i < IMAGES; i += 1) {
    const event = { type: 'user.message' as const, content: [{ type: 'image' as const, source }] };
    await client.beta.sessions.events.send(sessionId, { events: [event] });
    await untilIdle(client, sessionId);
  }
  assert.ok((await watching) > 0, 'images are streamed');
  stack.deploy('3');
  await client.beta.sessions.update(sessionId, {}, { query: { runtime: 'latest' } });
  await turn(client, sessionId, 'Thanks.');
}

async function turn(client: Anthropic, sessionId: string, text: string): Promise<void> {
  await client.beta.sessions.events.send(sessionId, ask(text));
  await untilIdle(client, sessionId);
}

async function untilIdle(client: Anthropic, sessionId: string): Promise<void> {
  for (const deadline = Date.now() + TURN_TIMEOUT_MS; Date.now() < deadline; await pause(100)) {
    const events = await client.beta.sessions.events.list(sessionId, { order: 'desc', limit: 1 });
    if (events.data[0]?.type === 'session.status_idle') return;
  }
  throw new Error('a turn did not end');
}

main().then(
  () => console.log('Sessions ran through the functions under the Lambda runtime client.'),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
