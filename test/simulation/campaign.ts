/** A campaign: single faults, and drawn schedules between them, or every n-th of all these. */
import { describeFailure, explore, type Explorer, type Failure } from './explore';
import type { Schedule } from './play';
import { SCENARIOS } from './scenarios';

export interface Campaign {
  readonly schedules: number;
  readonly seed: number;
  /** Only scenarios whose name contains this. */
  readonly scenario: string;
  /** So many failures say what is wrong; more would only take time. */
  readonly enough: number;
  /** This process plays the schedules whose number leaves `index` when divided by `of`. */
  readonly part: { readonly index: number; readonly of: number };
}

export interface Tally {
  readonly played: number;
  readonly failed: number;
}

const MAX_SHOWN = 5;
/** Of five schedules, three have a single fault as long as there is one that was not played. */
const CYCLE = 5;
const SINGLES_A_CYCLE = 3;
const TELL_EVERY = 500;

export async function runCampaign(campaign: Campaign): Promise<Tally> {
  const { schedules, seed, part, enough } = campaign;
  const explorers: Explorer[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => name.includes(campaign.scenario))) {
    const explorer = await explore(scenario, seed);
    explorers.push(explorer);
    if (!explorer.undisturbed) continue;
    console.log(`\n${describeFailure(explorer.undisturbed)}\n`);
    return { played: explorers.length, failed: 1 };
  }
  let played = 0;
  let failed = 0;
  const choice = chosen(explorers, schedules);
  for (let n = part.index; n < schedules && failed < enough; n += part.of) {
    const failure = await choice[n]?.();
    played += 1;
    if (failure) failed += 1;
    if (failure && failed <= MAX_SHOWN) console.log(`\n${describeFailure(failure)}\n`);
    if (played % TELL_EVERY === 0) console.log(`part ${part.index + 1}: ${played} played, ${failed} failed`);
  }
  return { played, failed };
}

/** The scenarios take turns, single faults before drawn schedules three times of five. */
function chosen(explorers: readonly Explorer[], schedules: number): (() => Promise<Failure | undefined>)[] {
  const rounds = Math.max(0, ...explorers.map(({ singles }) => singles.length));
  const singles = Array.from({ length: rounds }, (_, round) =>
    explorers.flatMap((explorer) => {
      const schedule = explorer.singles[round];
      return schedule ? [{ explorer, schedule }] : [];
    }),
  ).flat();
  let single = 0;
  let draw = 0;
  return Array.from({ length: schedules }, (_, n) => {
    const next = n % CYCLE < SINGLES_A_CYCLE ? singles[single] : undefined;
    if (next) {
      single += 1;
      return () => next.explorer.check(next.schedule);
    }
    const explorer = explorers[draw % explorers.length];
    const schedule: Schedule | undefined = explorer?.drawn(Math.floor(draw / explorers.length));
    draw += 1;
    return async () => (explorer && schedule ? explorer.check(schedule) : undefined);
  });
}
