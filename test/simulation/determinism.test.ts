import { endDeterminism } from './determinism';
import { explore } from './explore';
import { play } from './play';
import { SCENARIOS } from './scenarios';

const DRAWN = 2;

jest.setTimeout(120_000);
// The modules of Node are the worker's, and so are shared with the tests that it runs next.
afterAll(endDeterminism);

describe.each(SCENARIOS.filter(({ bell }) => bell).map((scenario) => [scenario.name, scenario] as const))(
  '%s',
  (_name, scenario) => {
    it('is the same each time it is played by the same schedule', async () => {
      const explorer = await explore(scenario, 1);
      for (let n = 0; n < DRAWN; n += 1) {
        const first = await play(scenario, explorer.drawn(n));
        const second = await play(scenario, explorer.drawn(n));
        expect(second.trace).toEqual(first.trace);
        expect(second.events).toEqual(first.events);
      }
    });
  },
);
