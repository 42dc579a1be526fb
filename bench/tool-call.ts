/**
 * What a tool call costs beyond the tool's own time: from the model's call to the next model request, in stages. The tool is a
 * shell command that says when it began and ended, so its own time is known and left out.
 */
import { fromTimestamp, MICROS_PER_MS } from '../runtime/contract/time';
import type { PlannedBlock, Respond } from '../runtime/local/offline-model/plan';
import type { EventOf } from '../runtime/contract/wire';
import { median, ms, quantile, show, table, wallMs, type Benchmark } from './measure';
import { ALL_TOOLS, serve, sessionMaker, tell } from './served';

const CALLS = { modest: 12, full: 60 };
const SESSIONS = { modest: 3, full: 10 };
const COMMAND = 'date +%s%N; sleep 0.05; date +%s%N';
const CALL: PlannedBlock = { type: 'tool_use', name: 'bash', input: { command: COMMAND } };

/** When the model was asked, and when it had answered, by session. */
interface Asked {
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** The instants of one call, in milliseconds since the epoch. */
interface Stamps {
  readonly answered: number;
  readonly committed: number;
  readonly began: number;
  readonly ended: number;
  readonly taken: number;
  readonly asked: number;
}

const STAGES: readonly (readonly [string, (call: Stamps) => number])[] = [
  ['the model called -> the call is in the log', ({ answered, committed }) => committed - answered],
  ['in the log -> the tool begins', ({ committed, began }) => began - committed],
  ['(the tool itself)', ({ began, ended }) => ended - began],
  ['the tool ended -> its result is in the log', ({ ended, taken }) => taken - ended],
  ['in the log -> the model is asked again', ({ taken, asked }) => asked - taken],
];
const OVERHEAD = ({ answered, began, ended, asked }: Stamps): number => asked - answered - (ended - began);

async function run(size: 'modest' | 'full'): Promise<void> {
  const log = new Map<string, Asked[]>();
  const respond: Respond = ({ messages }) => {
    const askedAt = wallMs();
    const session = JSON.stringify(messages[0]?.content);
    const asked = log.get(session) ?? [];
    log.set(session, asked);
    const blocks: PlannedBlock[] = asked.length < CALLS[size] ? [CALL] : [{ type: 'text', text: 'Done.' }];
    asked.push({ askedAt, answeredAt: wallMs() });
    return { blocks, betweenMs: 0 };
  };
  const { client, close } = await serve(respond);
  try {
    const newSession = await sessionMaker(client, ALL_TOOLS);
    const cold: Stamps[] = [];
    const warm: Stamps[] = [];
    for (let n = 0; n < SESSIONS[size]; n += 1) {
      const id = await newSession();
      const stream = await client.beta.sessions.events.stream(id);
      await tell(client, id, `turn ${n}`);
      for await (const event of stream) if (event.type === 'session.status_idle') break;
      const uses: EventOf<'agent.tool_use'>[] = [];
      const results: EventOf<'agent.tool_result'>[] = [];
      for await (const event of client.beta.sessions.events.list(id, { limit: 1_000 })) {
        if (event.type === 'agent.tool_use') uses.push(event);
        if (event.type === 'agent.tool_result') results.push(event);
      }
      const asked = [...log.values()][n] ?? [];
      const calls = uses.map((use, i) => stampsOf(use, results[i], asked[i], asked[i + 1]));
      cold.push(...calls.slice(0, 1));
      warm.push(...calls.slice(1));
    }
    print(`A call in a warm sandbox (${warm.length} calls)`, warm);
    print(`The first call of a session, which starts its sandbox (${cold.length} calls)`, cold);
  } finally {
    await close();
  }
}

function stampsOf(
  use: EventOf<'agent.tool_use'>,
  result: EventOf<'agent.tool_result'> | undefined,
  asked: Asked | undefined,
  next: Asked | undefined,
): Stamps {
  const text = (result?.content ?? []).map((block) => (block.type === 'text' ? block.text : '')).join('');
  const [began, ended] = [...text.matchAll(/\d{19}/g)].map(([nanos]) => Number(nanos.slice(0, 16)) / MICROS_PER_MS);
  return {
    answered: asked?.answeredAt ?? Number.NaN,
    committed: atMs(use.processed_at),
    began: began ?? Number.NaN,
    ended: ended ?? Number.NaN,
    taken: atMs(result?.processed_at ?? ''),
    asked: next?.askedAt ?? Number.NaN,
  };
}

const atMs = (timestamp: string): number => (fromTimestamp(timestamp) ?? Number.NaN) / MICROS_PER_MS;

function print(title: string, calls: readonly Stamps[]): void {
  const row = (name: string, of: (call: Stamps) => number): string[] => {
    const values = calls.map(of);
    return [name, ms(median(values)), ms(quantile(values, 0.95))];
  };
  table(title, [
    ['', 'p50', 'p95'],
    ...STAGES.map(([name, of]) => row(name, of)),
    row('overhead, all in all', OVERHEAD),
  ]);
  const parts = calls.map((call) => OVERHEAD(call) / (call.ended - call.began));
  console.log(`  overhead / the tool's own time: p50 ${show(median(parts))}`);
}

export const toolCall: Benchmark = {
  name: 'tool-call',
  about: "what a tool call costs beyond the tool's own time, by stage",
  run,
};
