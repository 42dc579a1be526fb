import { LocalChangeHints } from '../../runtime/local/change-hints';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Whether a wait is over, when nothing more happens now. */
async function isOver(wait: Promise<void>): Promise<boolean> {
  let over = false;
  void wait.then(() => (over = true));
  await jest.advanceTimersByTimeAsync(0);
  return over;
}

describe('change hints', () => {
  test('wake everybody who waits for the thread, and nobody else', async () => {
    const hints = new LocalChangeHints();
    const [one, two, other] = [hints.wait('a', 300), hints.wait('a', 300), hints.wait('b', 100)];
    await jest.advanceTimersByTimeAsync(10);
    hints.changed('a');
    expect(await Promise.all([one, two, other].map(isOver))).toEqual([true, true, false]);
  });

  test('a wait ends by itself, and not before', async () => {
    const wait = new LocalChangeHints().wait('a', 20);
    await jest.advanceTimersByTimeAsync(19);
    expect(await isOver(wait)).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(await isOver(wait)).toBe(true);
  });

  test('a wait ends when its signal aborts, before or during', async () => {
    const hints = new LocalChangeHints();
    expect(await isOver(hints.wait('a', 1_000, AbortSignal.abort()))).toBe(true);
    const leaving = new AbortController();
    const wait = hints.wait('a', 1_000, leaving.signal);
    expect(await isOver(wait)).toBe(false);
    leaving.abort();
    expect(await isOver(wait)).toBe(true);
  });

  test('a wait misses no change that came after its mark', async () => {
    const hints = new LocalChangeHints();
    const before = hints.mark();
    hints.changed('a');
    expect(await isOver(hints.wait('a', 1_000, undefined, before))).toBe(true);
    expect(await isOver(hints.wait('a', 60, undefined, hints.mark()))).toBe(false);
    expect(await isOver(hints.wait('b', 60, undefined, before))).toBe(false);
  });

  test('readers look less often where every change is announced', () => {
    expect(new LocalChangeHints().pace(150)).toBeGreaterThan(1_000);
    expect(new LocalChangeHints().pace(60_000)).toBe(60_000);
  });
});
