/**
 * What a wake costs by the length of the log: a harness takes up a message, asks a model that answers at once, and goes idle.
 * What it reads should depend on the live context alone.
 */
import { MICROS_PER_SECOND, systemClock } from '../runtime/contract/time';
import { deliver } from '../runtime/resources/deliver';
import type { SessionRecord, ThreadRef } from '../runtime/store/records';
import type { Requests } from './counted-dynamo';
import { writeLog } from './long-log';
import { median, ms, quantile, show, table, timed, times, type Benchmark } from './measure';
import { Stack } from './stack';

const LENGTHS = [10, 100, 1_000, 10_000, 100_000] as const;
const WAKES = { modest: 20, full: 100 };
const WAKE_WITHIN = 60 * MICROS_PER_SECOND;

/** What was measured for one log. */
interface Measured {
  readonly events: number;
  readonly ms: number[];
  readonly used: Requests[];
}

async function run(size: 'modest' | 'full'): Promise<void> {
  const stack = await Stack.open({ wakes: 'by hand' });
  try {
    const logs: { measured: Measured; session: SessionRecord; ref: ThreadRef }[] = [];
    for (const events of LENGTHS) {
      const session = await stack.newSession();
      const ref: ThreadRef = { ...session, sessionId: session.id };
      const writing = await timed(() => writeLog(stack.store.log, ref, session, events));
      const last = await stack.store.log.lastCommit(ref);
      console.log(`  wrote ${last?.summary.events} events in ${last?.n} commits in ${show(writing.ms / 1_000)} s`);
      logs.push({ measured: { events, ms: [], used: [] }, session, ref });
    }
    for (let round = -2; round < WAKES[size]; round += 1) {
      for (const { measured, ref } of logs) {
        const now = systemClock.now();
        const content = [{ type: 'text' as const, text: 'And now?' }];
        const event = { id: stack.ids.make('event'), type: 'user.message' as const, content, processed_at: null };
        await deliver(stack.deps, ref, [{ event }], now);
        const before = stack.used('harness');
        const { ms: took } = await timed(() => stack.harness.wake(ref, { deadline: now + 10 * WAKE_WITHIN }));
        if (round < 0) continue;
        measured.ms.push(took);
        measured.used.push(stack.usedSince('harness', before));
      }
    }
    print(logs.map(({ measured }) => measured));
  } finally {
    await stack.close();
  }
}

function print(all: readonly Measured[]): void {
  const of = (measured: Measured, part: keyof Requests): number => median(measured.used.map((used) => used[part]));
  const base = median(all[0]?.ms ?? []);
  table(`One wake: a message taken up, a model request, an answer (${all[0]?.ms.length} wakes each, in turns)`, [
    ['events', 'p50', 'p95', 'to the first', 'requests', 'items read', 'bytes read', 'read units', 'write units'],
    ...all.map((measured) => [
      measured.events.toLocaleString('en'),
      ms(median(measured.ms)),
      ms(quantile(measured.ms, 0.95)),
      times(median(measured.ms) / base),
      String(of(measured, 'requests')),
      String(of(measured, 'items')),
      of(measured, 'bytes').toLocaleString('en'),
      String(of(measured, 'readUnits')),
      String(of(measured, 'writeUnits')),
    ]),
  ]);
}

export const wake: Benchmark = {
  name: 'wake',
  about: 'what a wake costs by the length of the log (goal: at most 1.5 x from 10 to 100,000 events)',
  run,
};
