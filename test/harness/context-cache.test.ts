import { systemClock, MICROS_PER_SECOND, type Clock } from '../../runtime/contract/time';
import { ContextCache } from '../../runtime/harness/context-cache';
import { createHarness } from '../../runtime/harness/wake';
import type { HarnessDeps } from '../../runtime/harness/ports';
import { World } from '../support/harness-world';

const TURNS = 15;
const ref = (threadId: string) => ({ workspace: 'w', sessionId: 's', threadId });
const context = (tokens: number, upTo = 9) => ({ start: 1, upTo, records: [], tokens });

/** The dependencies, and how many commits were read through them since the last time somebody asked. */
function counting(deps: HarnessDeps): { deps: HarnessDeps; commitsRead: () => number } {
  let read = 0;
  const log: HarnessDeps['log'] = {
    ...deps.log,
    async *readCommits(...args) {
      for await (const commit of deps.log.readCommits(...args)) {
        read += 1;
        yield commit;
      }
    },
  };
  return {
    deps: { ...deps, log },
    commitsRead: () => {
      const count = read;
      read = 0;
      return count;
    },
  };
}

describe('a harness that was at work on a thread before', () => {
  test('reads less than one that was not, and asks the model the same', async () => {
    const world = await World.open();
    try {
      const session = await world.session();
      const { deps, commitsRead } = counting(world.deps);
      const warm = createHarness(deps);
      const deadline = systemClock.now() + 600 * MICROS_PER_SECOND;
      const ask = async (harness: typeof warm): Promise<number> => {
        await world.message(session);
        commitsRead();
        await harness.wake(world.ref(session), { deadline });
        return commitsRead();
      };
      for (let turn = 0; turn < TURNS; turn += 1) await ask(warm);
      const readWarm = await ask(warm);
      const readCold = await ask(createHarness(deps));
      // Another harness has gone on meanwhile: what it wrote is read as well.
      const readAfterOther = await ask(warm);
      expect(readCold).toBeGreaterThan(2 * TURNS);
      expect(readWarm).toBeLessThan(readCold);
      expect(readAfterOther).toBeLessThan(readCold);
      const lengths = world.requests.map(({ messages }) => messages.length);
      expect(lengths).toEqual(Array.from({ length: TURNS + 3 }, (_, turn) => 2 * turn + 1));
      const [before, after] = world.requests.slice(-2).map(({ messages }) => messages.map((m) => JSON.stringify(m)));
      expect(after?.slice(0, before?.length)).toEqual(before);
    } finally {
      await world.close();
    }
  });
});

describe('the contexts that a process keeps', () => {
  test('are handed over once, and only where they fit', () => {
    const cache = new ContextCache(systemClock);
    cache.keep(ref('a'), context(10));
    expect(cache.take(ref('a'), 1, 9)?.upTo).toBe(9);
    expect(cache.take(ref('a'), 1, 9)).toBeUndefined();
    cache.keep(ref('a'), context(10));
    expect(cache.take(ref('a'), 5, 9)).toBeUndefined();
    cache.keep(ref('a'), context(10));
    expect(cache.take(ref('a'), 1, 8)).toBeUndefined();
    cache.keep(ref('a'), context(10));
    expect(cache.take({ ...ref('a'), workspace: 'other' }, 1, 9)).toBeUndefined();
  });

  test('make room for newer ones, and do not stay for ever', () => {
    let now = 0;
    const clock: Clock = { now: () => now };
    const cache = new ContextCache(clock);
    for (const name of ['a', 'b', 'c']) cache.keep(ref(name), context(900_000));
    expect(cache.take(ref('a'), 1, 9)).toBeUndefined();
    expect(cache.take(ref('b'), 1, 9)).toBeDefined();
    now = 3_600 * MICROS_PER_SECOND;
    expect(cache.take(ref('c'), 1, 9)).toBeUndefined();
  });
});
