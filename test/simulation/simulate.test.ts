import { describeFailure, explore } from './explore';
import { SCENARIOS } from './scenarios';

/** A taste of `npm run simulate`: every n-th single fault and some drawn schedules of each scenario. */
const EVERY = 25;
const DRAWN = 6;

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('%s', (_name, scenario) => {
  it('comes to rest whole, whatever fails where', async () => {
    const explorer = await explore(scenario, 1);
    expect(explorer.baseline.problems).toEqual([]);
    const singles = explorer.singles().filter((_, index) => index % EVERY === 0);
    const drawn = Array.from({ length: DRAWN }, (_, n) => explorer.drawn(n));
    for (const schedule of [...singles, ...drawn]) {
      const failure = await explorer.check(schedule);
      expect(failure && describeFailure(failure)).toBeUndefined();
    }
  });
});
