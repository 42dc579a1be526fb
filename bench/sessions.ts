/** How many sessions a server gets done in a second, and the memory that it takes for one at work and for one at rest. */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Respond } from '../runtime/local/offline-model/plan';
import { forEachOf, ms, quantile, show, table, timed, type Benchmark } from './measure';
import { serve, sessionMaker, tell, type Served } from './served';

const AT_ONCE = { modest: 100, full: 400 };
const THINKING_MS = 4_000;
const SHORT_MS = 20;
const SETTLE_MS = 1_500;
const LONG = 'take your time';
const OPEN_AT_ONCE = 20;

const respond: Respond = ({ messages }) => ({
  blocks: [{ type: 'text', text: 'Done.' }],
  beforeMs: JSON.stringify(messages.at(-1)?.content).includes(LONG) ? THINKING_MS : SHORT_MS,
  betweenMs: 0,
});

/** The resident memory of the server's process, in bytes, and the processor time that it has used, in milliseconds. */
async function processOf({ server }: Served): Promise<{ readonly memory: number; readonly cpuMs: number }> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  const stat = await readFile(`/proc/${server.pid}/stat`, 'utf8');
  // Fields 14 and 15, in ticks of a hundredth of a second; the name in front of them may hold spaces.
  const [user = '0', system = '0'] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return {
    memory: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) * 1_024,
    cpuMs: (Number(user) + Number(system)) * 10,
  };
}

/** One turn from the message to idle, on a stream that is open before. */
async function oneTurn({ client }: Served, sessionId: string, text: string): Promise<number> {
  const stream = await client.beta.sessions.events.stream(sessionId);
  const { ms: took } = await timed(async () => {
    await tell(client, sessionId, text);
    for await (const event of stream) if (event.type === 'session.status_idle') break;
  });
  return took;
}

const MIB = 1_024 * 1_024;

async function run(size: 'modest' | 'full'): Promise<void> {
  const served = await serve(respond);
  const count = AT_ONCE[size];
  try {
    const newSession = await sessionMaker(served.client);
    await oneTurn(served, await newSession(), 'warm up');
    const start = await processOf(served);

    const made: string[] = [];
    const making = await timed(() =>
      forEachOf(Array.from({ length: count }), OPEN_AT_ONCE, async () => void made.push(await newSession())),
    );
    const turns: number[] = [];
    const taking = await timed(() =>
      Promise.all(made.map(async (id) => void turns.push(await oneTurn(served, id, 'hello')))),
    );
    const taken = await processOf(served);
    await pause(SETTLE_MS);
    const idle = await processOf(served);
    const long = Promise.all(made.map((id) => oneTurn(served, id, LONG)));
    await pause(THINKING_MS / 2);
    const running = await processOf(served);
    await long;

    table(`${count} sessions at once on one process; the model answers after ${SHORT_MS} ms`, [
      ['', ''],
      ['sessions created', `${show((count / making.ms) * 1_000)} a second`],
      ['turns, each with a stream of its own', `${show((count / taking.ms) * 1_000)} a second`],
      ['a turn among the others, p50', ms(quantile(turns, 0.5))],
      ['a turn among the others, p95', ms(quantile(turns, 0.95))],
      ["the server's processor time a session and turn", ms((taken.cpuMs - start.cpuMs) / count)],
      ['memory of the process before', `${show(start.memory / MIB)} MiB`],
      ['memory a session that waits for the model', `${show((running.memory - idle.memory) / count / MIB)} MiB`],
      ['memory a session at rest, without a stream', `${show((idle.memory - start.memory) / count / MIB)} MiB`],
    ]);
    console.log(
      '  Memory at rest is what the collector has left lying about; the service keeps nothing of a session at rest.',
    );
  } finally {
    await served.close();
  }
}

export const sessions: Benchmark = {
  name: 'sessions',
  about: 'sessions and turns a second, and memory, with 100 and more at once',
  run,
};
