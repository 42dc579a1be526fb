/**
 * What the service adds before the first token: from sending a message to the first text delta on a stream that is open
 * already, against a streaming request to the same scripted model without anything in between. Both in turns, so that
 * whatever else the machine does hits both.
 */
import type Anthropic from '@anthropic-ai/sdk';
import AnthropicClient from '@anthropic-ai/sdk';
import type { PlannedBlock, Respond } from '../runtime/local/offline-model/plan';
import { median, ms, quantile, table, times, type Benchmark } from './measure';
import { ALL_TOOLS, serve, sessionMaker, tell } from './served';

const FIRST_TOKEN_MS = 300;
const SAMPLES = { modest: 20, full: 200 };
const WARM_UP = 3;
const PREPARE = 'use the sandbox';

/** Two hundred characters more, at the pace of a quick model: the turn does not end with its first token. */
const TEXT: PlannedBlock = { type: 'text', text: `A first word${', and then a few more'.repeat(10)}.` };
const BETWEEN_MS = 20;
const CALL: PlannedBlock = { type: 'tool_use', name: 'bash', input: { command: 'true' } };

const respond: Respond = ({ messages }) => {
  const last = JSON.stringify(messages.at(-1)?.content ?? '');
  return last.includes(PREPARE)
    ? { blocks: [CALL] }
    : { blocks: [TEXT], beforeMs: FIRST_TOKEN_MS, betweenMs: BETWEEN_MS };
};

/** A way of asking; resolves with the milliseconds until the first text, when the whole answer is there. */
type Ask = () => Promise<number>;

function askDirectly(client: Anthropic): Ask {
  return async () => {
    const began = performance.now();
    let first = Number.NaN;
    const stream = await client.beta.messages.create({
      model: 'claude-opus-5',
      max_tokens: 1_024,
      messages: [{ role: 'user', content: 'hello' }],
      stream: true,
    });
    for await (const event of stream) {
      if (event.type === 'content_block_delta' && Number.isNaN(first)) first = performance.now() - began;
    }
    return first;
  };
}

/** The last step of each sample waits for the end of the turn, so that nothing of it reaches into the next one. */
async function askThrough(client: Anthropic, sessionId: string): Promise<number> {
  const stream = await client.beta.sessions.events.stream(sessionId, { event_deltas: ['agent.message'] });
  const events = stream[Symbol.asyncIterator]();
  const began = performance.now();
  const sent = tell(client, sessionId, 'hello');
  let first = Number.NaN;
  for (let next = await events.next(); !next.done; next = await events.next()) {
    const { type } = next.value;
    if (type === 'event_delta' && Number.isNaN(first)) first = performance.now() - began;
    if (type === 'session.status_idle') break;
  }
  await sent;
  stream.controller.abort();
  return first;
}

/** Gets a sandbox up and running for the session. */
async function warmUp(client: Anthropic, sessionId: string): Promise<string> {
  const stream = await client.beta.sessions.events.stream(sessionId);
  await tell(client, sessionId, PREPARE);
  for await (const event of stream) if (event.type === 'session.status_idle') break;
  return sessionId;
}

async function run(size: 'modest' | 'full'): Promise<void> {
  const { client, model, close } = await serve(respond);
  try {
    const direct = askDirectly(new AnthropicClient({ baseURL: model.url, apiKey: 'scripted', maxRetries: 0 }));
    const [plain, withTools] = await Promise.all([sessionMaker(client), sessionMaker(client, ALL_TOOLS)]);
    const [none, cold, warm] = [await plain(), await withTools(), await warmUp(client, await withTools())];
    const cases: readonly (readonly [string, Ask])[] = [
      ['direct', direct],
      ['no sandbox', () => askThrough(client, none)],
      ['no sandbox, new session', async () => askThrough(client, await plain())],
      ['cold sandbox', () => askThrough(client, cold)],
      ['warm sandbox', () => askThrough(client, warm)],
    ];
    const samples = new Map(cases.map(([name]) => [name, [] as number[]]));
    for (let round = -WARM_UP; round < SAMPLES[size]; round += 1) {
      for (const [name, ask] of cases) {
        const first = await ask();
        if (round >= 0) samples.get(name)?.push(first);
      }
    }
    print(samples);
  } finally {
    await close();
  }
}

function print(samples: ReadonlyMap<string, readonly number[]>): void {
  const direct = samples.get('direct') ?? [];
  const rows = [...samples].map(([name, values]) => {
    const added = values.map((value, round) => value - (direct[round] ?? Number.NaN));
    const own = name === 'direct';
    return [
      name,
      ms(median(values)),
      ms(quantile(values, 0.95)),
      own ? '' : ms(median(added)),
      own ? '' : ms(quantile(added, 0.95)),
      own ? '' : times(median(values) / median(direct)),
    ];
  });
  table(`Time to first token, model answers after ${FIRST_TOKEN_MS} ms (${direct.length} samples each)`, [
    ['', 'p50', 'p95', 'added p50', 'added p95', 'ratio p50'],
    ...rows,
  ]);
}

export const firstToken: Benchmark = {
  name: 'first-token',
  about: 'time to first token through the server and directly (goal: at most 1.05 x at 300 ms)',
  run,
};
