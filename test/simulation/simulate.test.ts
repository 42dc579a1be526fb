import { endDeterminism } from './determinism';
import { describeFailure, explore } from './explore';
import { SCENARIOS } from './scenarios';
import { singlesOf } from './singles';

/** A taste of `npm run simulate`: some single faults and some drawn schedules of each scenario. */
const SINGLES = 2;
const DRAWN = 2;
/** Of a scenario in which something goes wrong anyway, much is seen without any. */
const OF_EACH_WHERE_MUCH_FAILS = 1;

jest.setTimeout(120_000);
// The modules of Node are the worker's, and so are shared with the tests that it runs next.
afterAll(endDeterminism);

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('%s', (_name, scenario) => {
  it('comes to rest whole, whatever fails where', async () => {
    const explorer = await explore(scenario, 1);
    expect(explorer.baseline.problems).toEqual([]);
    const singles = singlesOf([explorer], 1)
      .slice(0, scenario.always ? OF_EACH_WHERE_MUCH_FAILS : SINGLES)
      .map(({ schedule }) => schedule);
    const drawn = Array.from({ length: scenario.always ? OF_EACH_WHERE_MUCH_FAILS : DRAWN }, (_, n) =>
      explorer.drawn(n),
    );
    for (const schedule of [...singles, ...drawn]) {
      const failure = await explorer.check(schedule);
      expect(failure && describeFailure(failure)).toBeUndefined();
    }
  });
});
