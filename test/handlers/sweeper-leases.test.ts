/** Leases and sweeps together, on the real store and a clock of the test's own. */
import { MICROS_PER_SECOND, type Clock, type Micros } from '../../runtime/contract/time';
import { sweep, type SweeperDeps } from '../../runtime/handlers/sweeper';
import type { ThreadRef } from '../../runtime/store/records';
import { openEngine, type Engine } from '../store/engine';
import { newThread } from '../store/values';

let engine: Engine;
beforeEach(async () => {
  engine = await openEngine();
});
afterEach(() => engine.close());

const T0 = 1_790_000_000_000_000;
const LEASE_SECONDS = 15;
const RENEW_EVERY = 5;
const at = (second: number): Micros => T0 + second * MICROS_PER_SECOND;

/** Sweeps as of a second. The threads that it wakes. */
async function sweptAt(second: number, deps: Partial<SweeperDeps> = {}): Promise<ThreadRef[]> {
  const woken: ThreadRef[] = [];
  const clock: Clock = { now: () => at(second) };
  await sweep({
    due: engine.store.due,
    waker: { wake: async (ref) => void woken.push(ref) },
    workQueue: { lapse: async () => undefined },
    vault: undefined,
    forget: async () => undefined,
    clock,
    onError: (_item, error) => {
      throw error;
    },
    ...deps,
  });
  return woken;
}

/** A harness that takes the lease at second 0 and renews it, with a sweep now and then, until it dies. */
async function lived(until: number, sweepsAt: (second: number) => boolean): Promise<ThreadRef> {
  const { log } = engine.store;
  const ref = newThread();
  await log.acquireLease(ref, 'harness', at(0), at(LEASE_SECONDS));
  for (let second = 1; second <= until; second += 1) {
    if (second % RENEW_EVERY === 0) await log.renewLease(ref, 'harness', at(second + LEASE_SECONDS));
    if (sweepsAt(second)) expect(await sweptAt(second)).toEqual([]);
  }
  return ref;
}

const endOfLease = (diedAt: number): number => diedAt - (diedAt % RENEW_EVERY) + LEASE_SECONDS;

describe('a harness that dies', () => {
  it.each([0, 4, 5, 16, 29])(
    'after %i s is noticed by the first sweep after its lease has lapsed, where one comes each second',
    async (diedAt) => {
      const ref = await lived(diedAt, () => true);
      for (let second = diedAt + 1; second < endOfLease(diedAt); second += 1) expect(await sweptAt(second)).toEqual([]);
      expect(await sweptAt(endOfLease(diedAt))).toEqual([ref]);
    },
  );

  it.each([10, 59, 62, 75, 119, 121])(
    'after %i s is noticed by the first sweep after its lease has lapsed, where one comes each minute',
    async (diedAt) => {
      const isSweep = (second: number): boolean => second % 60 === 0;
      const ref = await lived(diedAt, isSweep);
      const noticedAt = Math.ceil(endOfLease(diedAt) / 60) * 60;
      for (let second = diedAt + 1; second < noticedAt; second += 1) {
        if (isSweep(second)) expect(await sweptAt(second)).toEqual([]);
      }
      expect(await sweptAt(noticedAt)).toEqual([ref]);
    },
  );

  it('right after a sweep made its lease due anew is noticed when that lease has lapsed', async () => {
    const ref = await lived(60, (second) => second === 60);
    expect(await sweptAt(74)).toEqual([]);
    expect(await sweptAt(75)).toEqual([ref]);
  });

  it('is noticed again and again, for as long as nobody takes the thread up', async () => {
    const ref = await lived(20, () => false);
    expect(await sweptAt(60)).toEqual([ref]);
    expect(await sweptAt(120)).toEqual([ref]);
  });

  it('is noticed although the sweeper died between its look and its write', async () => {
    const ref = await lived(58, () => false);
    const { due } = engine.store;
    const dying = { due: due.due, rearm: () => Promise.reject(new Error('killed')) };
    await sweptAt(60, { due: dying, onError: () => undefined });
    expect(await sweptAt(endOfLease(58))).toEqual([ref]);
  });
});

describe('a harness that sleeps', () => {
  it('and renews a lapsed lease that nobody took is left alone again', async () => {
    const ref = await lived(10, () => false);
    expect(await sweptAt(30)).toEqual([ref]);
    await engine.store.log.renewLease(ref, 'harness', at(31 + LEASE_SECONDS));
    expect(await sweptAt(31)).toEqual([]);
    expect(await sweptAt(45)).toEqual([]);
    expect(await sweptAt(46)).toEqual([ref]);
  });

  it('between a look and a write of the sweeper does not hide its successor', async () => {
    const { log, due } = engine.store;
    const ref = await lived(20, () => false);
    const late: typeof due = {
      due: due.due,
      rearm: async (lease) => {
        await log.acquireLease(ref, 'successor', at(36), at(36 + LEASE_SECONDS));
        expect(await log.renewLease(ref, 'harness', at(90))).toBeUndefined();
        await due.rearm(lease);
      },
    };
    expect(await sweptAt(30, { due: late })).toEqual([]);
    expect(await sweptAt(50)).toEqual([]);
    expect(await sweptAt(51)).toEqual([ref]);
  });
});

describe('a harness that lets go', () => {
  it('is not woken by a sweep that had seen its lease held', async () => {
    const { log, due } = engine.store;
    const ref = await lived(20, () => false);
    const late: typeof due = {
      due: due.due,
      rearm: async (lease) => {
        await log.releaseLease(ref, 'harness');
        await due.rearm(lease);
      },
    };
    await sweptAt(30, { due: late });
    expect(await sweptAt(1_000)).toEqual([]);
  });

  it('with a time to go on is woken then, whatever a sweep had seen', async () => {
    const { log, due } = engine.store;
    const ref = await lived(20, () => false);
    const late: typeof due = {
      due: due.due,
      rearm: async (lease) => {
        await log.releaseLease(ref, 'harness', at(33));
        await due.rearm(lease);
      },
    };
    await sweptAt(30, { due: late });
    expect(await sweptAt(32)).toEqual([]);
    expect(await sweptAt(33)).toEqual([ref]);
  });
});
