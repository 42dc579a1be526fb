import { systemClock } from '../../runtime/contract/time';
import { Invoker, type Invocation, type InvokerOptions } from '../../runtime/local/invoker';
import type { ThreadRef } from '../../runtime/store/records';

const thread = (n: number): ThreadRef => ({ workspace: 'default', sessionId: `sesn_${n}`, threadId: `sthr_${n}` });

function invoker(run: InvokerOptions['run'], options: Partial<InvokerOptions> = {}) {
  const errors: { error: unknown; final: boolean }[] = [];
  const made = new Invoker({
    run,
    clock: systemClock,
    onError: (_, error, final) => errors.push({ error, final }),
    retryDelaysMs: [5, 5],
    ...options,
  });
  return { made, errors };
}

/** A run that lasts until told otherwise, and tells who runs. */
function held() {
  const begun: ThreadRef[] = [];
  const releases: (() => void)[] = [];
  const run = (ref: ThreadRef): Promise<void> => {
    begun.push(ref);
    return new Promise((resolve) => releases.push(resolve));
  };
  return { begun, run, release: () => releases.splice(0).forEach((release) => release()) };
}

/** Lets so much time pass in which nothing else happens. */
const sleep = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

describe('the invoker', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('returns before the wake runs', async () => {
    const { begun, run, release } = held();
    const { made } = invoker(run);
    await made.wake(thread(1));
    expect(begun).toEqual([]);
    await sleep(5);
    expect(begun).toHaveLength(1);
    release();
  });

  test('hands over a copy, so that no object is shared', async () => {
    const { begun, run, release } = held();
    const { made } = invoker(run);
    const ref = thread(1);
    await made.wake(ref);
    await sleep(5);
    expect(begun[0]).toEqual(ref);
    expect(begun[0]).not.toBe(ref);
    release();
  });

  test('merges requests for a thread that has not begun, never with one that runs', async () => {
    const { begun, run, release } = held();
    const { made } = invoker(run);
    await Promise.all([made.wake(thread(1)), made.wake(thread(1)), made.wake(thread(2))]);
    await sleep(5);
    expect(begun).toHaveLength(2);
    await made.wake(thread(1));
    await sleep(5);
    expect(begun).toHaveLength(3);
    release();
  });

  test('tries a failed wake twice more and then gives up', async () => {
    let attempts = 0;
    const { made, errors } = invoker(async () => {
      attempts += 1;
      throw new Error('no');
    });
    await made.wake(thread(1));
    await sleep(60);
    expect(attempts).toBe(3);
    expect(errors.map(({ final }) => final)).toEqual([false, false, true]);
  });

  test('ends an invocation that outlives its time, and tries again', async () => {
    const seen: Invocation[] = [];
    const { made, errors } = invoker(
      (_, invocation) => {
        seen.push(invocation);
        return seen.length === 1 ? new Promise<never>(() => undefined) : Promise.resolve();
      },
      { timeoutMs: 20 },
    );
    const before = systemClock.now();
    await made.wake(thread(1));
    await sleep(80);
    expect(seen[0]?.signal.aborted).toBe(true);
    expect(seen[0]?.deadline).toBeGreaterThan(before);
    expect(errors).toHaveLength(1);
    expect(seen).toHaveLength(2);
  });

  test('runs no more at once than it may, and the rest in order', async () => {
    const { begun, run, release } = held();
    const { made } = invoker(run, { concurrency: 2 });
    for (let n = 1; n <= 5; n += 1) await made.wake(thread(n));
    await sleep(5);
    expect(begun.map((ref) => ref.threadId)).toEqual(['sthr_1', 'sthr_2']);
    release();
    await sleep(5);
    expect(begun.map((ref) => ref.threadId)).toEqual(['sthr_1', 'sthr_2', 'sthr_3', 'sthr_4']);
    release();
    await sleep(5);
    release();
  });

  test('on close tells the running to let go, waits for them, and starts nothing more', async () => {
    let letGo = false;
    const { made, errors } = invoker(
      (_, { signal }) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            setTimeout(() => {
              letGo = true;
              resolve();
            }, 10);
          }),
        ),
      { concurrency: 1 },
    );
    await made.wake(thread(1));
    await made.wake(thread(2));
    await sleep(5);
    let isClosed = false;
    void made.close(1_000).then(() => (isClosed = true));
    await sleep(9);
    expect([letGo, isClosed]).toEqual([false, false]);
    await sleep(1);
    expect([letGo, isClosed]).toEqual([true, true]);
    await made.wake(thread(3));
    await sleep(5);
    expect(errors).toEqual([]);
  });

  test('on close waits no longer than the grace it was given', async () => {
    const { made } = invoker(() => new Promise<never>(() => undefined));
    await made.wake(thread(1));
    await sleep(5);
    let isClosed = false;
    void made.close(20).then(() => (isClosed = true));
    await sleep(19);
    expect(isClosed).toBe(false);
    await sleep(1);
    expect(isClosed).toBe(true);
  });
});
