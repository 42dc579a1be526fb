/**
 * From a commit to its delivery on a stream, with one stream and with many, on as many sessions; and what pages cost in the
 * middle of a long log. A commit says when it was made (`processed_at`), to the millisecond.
 */
import Anthropic from '@anthropic-ai/sdk';
import { fromTimestamp, MICROS_PER_MS } from '../runtime/contract/time';
import type { Respond } from '../runtime/local/offline-model/plan';
import { setTimeout as pause } from 'node:timers/promises';
import { writeLog } from './long-log';
import { forEachOf, median, ms, quantile, table, timed, times, wallMs, type Benchmark } from './measure';
import { serve, sessionMaker, tell, type Served } from './served';
import { Stack } from './stack';

const STREAMS = [1, 100, 400] as const;
/** Turns a second, all sessions together; each makes two commits of nine events. */
const TURNS_A_SECOND = 10;
const TURNS = { modest: 120, full: 1_200 };
const MODEL_MS = 50;
const OPEN_AT_ONCE = 20;

const LOG_EVENTS = 100_000;
const PAGE = 100;
const PAGES = { modest: 30, full: 200 };

const respond: Respond = () => ({ blocks: [{ type: 'text', text: 'So it is.' }], beforeMs: MODEL_MS, betweenMs: 0 });

/** How late each event of a stream was, in milliseconds, and how many turns have ended on it. */
interface Listener {
  readonly sessionId: string;
  readonly late: number[];
  ended: number;
  close(): void;
}

async function listen(client: Anthropic, sessionId: string): Promise<Listener> {
  const stream = await client.beta.sessions.events.stream(sessionId);
  const listener: Listener = { sessionId, late: [], ended: 0, close: () => stream.controller.abort() };
  const read = async (): Promise<void> => {
    for await (const event of stream) {
      const at = 'processed_at' in event ? fromTimestamp(event.processed_at ?? '') : undefined;
      if (at !== undefined) listener.late.push(wallMs() - at / MICROS_PER_MS);
      if (event.type === 'session.status_idle') listener.ended += 1;
    }
  };
  void read().catch(() => undefined);
  return listener;
}

/** Turns on `count` sessions, each with a stream; gives how late the events were. */
async function deliveries({ client }: Served, count: number, turns: number): Promise<number[]> {
  const newSession = await sessionMaker(client);
  const listeners: Listener[] = [];
  await forEachOf(Array.from({ length: count }), OPEN_AT_ONCE, async () => {
    listeners.push(await listen(client, await newSession()));
  });
  // A session can take its next turn when it has ended the one before.
  const due = Math.min(turns, count * Math.ceil(turns / Math.max(count, TURNS_A_SECOND)));
  for (let turn = 0; turn < due; turn += 1) {
    const listener = listeners[turn % count];
    if (listener) void tell(client, listener.sessionId, `turn ${turn}`);
    await pause(1_000 / Math.min(TURNS_A_SECOND, 4 * count));
  }
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await pause(50)) {
    if (listeners.reduce((all, { ended }) => all + ended, 0) >= due) break;
  }
  for (const listener of listeners) listener.close();
  return listeners.flatMap(({ late }) => late);
}

async function runStreams(size: 'modest' | 'full'): Promise<void> {
  const rows: string[][] = [];
  for (const count of STREAMS) {
    const served = await serve(respond);
    try {
      const late = await deliveries(served, count, TURNS[size]);
      const shown = [0.5, 0.95, 0.99].map((q) => ms(quantile(late, q)));
      rows.push([String(count), String(late.length), ...shown]);
    } finally {
      await served.close();
    }
  }
  table(`From a commit to the client, at most ${TURNS_A_SECOND} turns a second in all`, [
    ['streams', 'events', 'p50', 'p95', 'p99'],
    ...rows,
  ]);
}

async function runPages(size: 'modest' | 'full'): Promise<void> {
  const stack = await Stack.open({ wakes: 'by hand' });
  try {
    const session = await stack.newSession();
    await writeLog(stack.store.log, { ...session, sessionId: session.id }, session, LOG_EVENTS);
    const client = new Anthropic({ baseURL: stack.server.url, apiKey: stack.apiKey, maxRetries: 0 });
    let middle = await client.beta.sessions.events.list(session.id, { limit: 1_000 });
    for (let seen = 1_000; seen < LOG_EVENTS / 2; seen += 1_000) middle = await middle.getNextPage();
    const { next_page: page } = middle;
    const cases = [
      ['first', { limit: PAGE }],
      ['in the middle', { limit: PAGE, page }],
      ['last', { limit: PAGE, order: 'desc' }],
    ] as const;
    const took = new Map<string, number[]>(cases.map(([name]) => [name, []]));
    const units = new Map<string, number>();
    for (let round = -3; round < PAGES[size]; round += 1) {
      for (const [name, query] of cases) {
        const before = stack.used('api');
        const { ms: elapsed } = await timed(async () => client.beta.sessions.events.list(session.id, query));
        if (round >= 0) took.get(name)?.push(elapsed);
        units.set(name, stack.usedSince('api', before).readUnits);
      }
    }
    const first = median(took.get('first') ?? []);
    table(`A page of ${PAGE} events of a log of ${LOG_EVENTS.toLocaleString('en')} (${PAGES[size]} each, in turns)`, [
      ['page', 'p50', 'p95', 'to the first', 'read units'],
      ...[...took].map(([name, values]) => [
        name,
        ms(median(values)),
        ms(quantile(values, 0.95)),
        times(median(values) / first),
        String(units.get(name)),
      ]),
    ]);
  } finally {
    await stack.close();
  }
}

export const stream: Benchmark = {
  name: 'stream',
  about: 'from a commit to its delivery (goal: p99 at most 100 ms with 400 streams), and pages of a long log',
  async run(size) {
    await runStreams(size);
    await runPages(size);
  },
};
