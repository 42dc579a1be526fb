import { endDeterminism } from './determinism';
import { describeFailure, explore } from './explore';
import { SCENARIOS } from './scenarios';
import { singlesOf } from './singles';

// A taste of `npm run simulate`: of each scenario one single fault and one drawn schedule, of another kind than the one before had.
jest.setTimeout(120_000);
// The modules of Node are the worker's, and so are shared with the tests that it runs next.
afterAll(endDeterminism);

describe.each(SCENARIOS.map((scenario, at) => [scenario.name, scenario, at] as const))('%s', (_name, scenario, at) => {
  it('comes to rest whole, whatever fails where', async () => {
    const explorer = await explore(scenario, 1);
    expect(explorer.baseline.problems).toEqual([]);
    const singles = singlesOf([explorer], 1);
    const single = singles[at % singles.length]?.schedule;
    for (const schedule of [...(single ? [single] : []), explorer.drawn(at)]) {
      const failure = await explorer.check(schedule);
      expect(failure && describeFailure(failure)).toBeUndefined();
    }
  });
});
