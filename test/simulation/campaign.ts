/** A campaign: all single faults (or an even choice of them) and then drawn schedules, or every n-th of these. */
import { describeFailure, explore, type Explorer, type Failure } from './explore';
import type { Schedule } from './play';
import { SCENARIOS } from './scenarios';

export interface Campaign {
  readonly schedules: number;
  readonly seed: number;
  /** Only scenarios whose name contains this. */
  readonly scenario: string;
  /** This process plays the schedules whose number leaves `index` when divided by `of`. */
  readonly part: { readonly index: number; readonly of: number };
}

export interface Tally {
  readonly played: number;
  readonly failed: number;
}

const MAX_SHOWN = 5;
/** So many failures say what is wrong; more would only take time. */
const ENOUGH = 20;
const SINGLES_SHARE = 0.6;
const TELL_EVERY = 500;

export async function runCampaign(campaign: Campaign): Promise<Tally> {
  const { schedules, seed, part } = campaign;
  const explorers: Explorer[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => name.includes(campaign.scenario))) {
    explorers.push(await explore(scenario, seed));
  }
  const broken = explorers.flatMap(({ undisturbed }) => undisturbed ?? []);
  for (const failure of broken) console.log(`\n${describeFailure(failure)}\n`);
  if (broken.length > 0) return { played: explorers.length, failed: broken.length };
  const singles = chosenSingles(explorers, schedules);
  let played = 0;
  let failed = 0;
  for (let n = part.index; n < schedules && failed < ENOUGH; n += part.of) {
    const failure = await checkNth(explorers, singles, n);
    played += 1;
    if (failure) failed += 1;
    if (failure && failed <= MAX_SHOWN) console.log(`\n${describeFailure(failure)}\n`);
    if (played % TELL_EVERY === 0) console.log(`part ${part.index + 1}: ${played} played, ${failed} failed`);
  }
  return { played, failed };
}

type Single = { readonly explorer: Explorer; readonly schedule: Schedule } | undefined;

/** Fewer schedules than single faults: the single ones are spread evenly, and a part is drawn all the same. */
function chosenSingles(explorers: readonly Explorer[], schedules: number): Single[] {
  const singles = explorers.flatMap((explorer) => explorer.singles().map((schedule) => ({ explorer, schedule })));
  const count = Math.min(singles.length, Math.ceil(schedules * SINGLES_SHARE));
  return Array.from({ length: count }, (_, n) => singles[Math.floor((n * singles.length) / count)]);
}

async function checkNth(
  explorers: readonly Explorer[],
  singles: readonly Single[],
  n: number,
): Promise<Failure | undefined> {
  const single = singles[n];
  if (single) return single.explorer.check(single.schedule);
  const drawn = n - singles.length;
  const explorer = explorers[drawn % explorers.length];
  return explorer?.check(explorer.drawn(Math.floor(drawn / explorers.length)));
}
