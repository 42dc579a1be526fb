import { setTimeout as sleep } from 'node:timers/promises';
import { LocalChangeHints } from '../../runtime/local/change-hints';

async function elapsed(wait: Promise<void>): Promise<number> {
  const before = Date.now();
  await wait;
  return Date.now() - before;
}

describe('change hints', () => {
  test('wake everybody who waits for the thread, and nobody else', async () => {
    const hints = new LocalChangeHints();
    const one = elapsed(hints.wait('a', 300));
    const two = elapsed(hints.wait('a', 300));
    const other = elapsed(hints.wait('b', 100));
    await sleep(10);
    hints.changed('a');
    expect(await one).toBeLessThan(90);
    expect(await two).toBeLessThan(90);
    expect(await other).toBeGreaterThanOrEqual(95);
  });

  test('a wait ends by itself', async () => {
    expect(await elapsed(new LocalChangeHints().wait('a', 20))).toBeGreaterThanOrEqual(15);
  });

  test('a wait ends when its signal aborts, before or during', async () => {
    const hints = new LocalChangeHints();
    expect(await elapsed(hints.wait('a', 1_000, AbortSignal.abort()))).toBeLessThan(50);
    expect(await elapsed(hints.wait('a', 1_000, AbortSignal.timeout(10)))).toBeLessThan(200);
  });

  test('a wait misses no change that came after its mark', async () => {
    const hints = new LocalChangeHints();
    const before = hints.mark();
    hints.changed('a');
    expect(await elapsed(hints.wait('a', 1_000, undefined, before))).toBeLessThan(200);
    expect(await elapsed(hints.wait('a', 60, undefined, hints.mark()))).toBeGreaterThanOrEqual(50);
    expect(await elapsed(hints.wait('b', 60, undefined, before))).toBeGreaterThanOrEqual(50);
  });

  test('readers look less often where every change is announced', () => {
    expect(new LocalChangeHints().pace(150)).toBeGreaterThan(1_000);
    expect(new LocalChangeHints().pace(60_000)).toBe(60_000);
  });
});
