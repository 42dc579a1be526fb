/** A campaign: single faults, and drawn schedules between them, or every n-th of all these. */
import { describeFailure, explore, type Explorer, type Failure } from './explore';
import type { Schedule } from './play';
import type { Scenario } from './scenario';
import { SCENARIOS } from './scenarios';

export interface Campaign {
  readonly schedules: number;
  readonly seed: number;
  /** Only scenarios whose name contains this. */
  readonly scenario: string;
  /** Only single faults, at operations whose name contains this (`harness PutItem`, `api`); '' for any. */
  readonly strike?: string;
  /** Only single faults of kinds that contain this (`crash`, `sleep_after`); '' for any. */
  readonly fault?: string;
  /** No faults but in the delivery of wakes: all of them. */
  readonly wakes?: 'lost' | 'doubled';
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
/** Of five schedules, two have a single fault as long as there is one that was not played. */
const CYCLE = 5;
const SINGLES_A_CYCLE = 2;
const TELL_EVERY = 500;
/** The share of wakes that are lost, or doubled, where nothing else is. Without any, nobody would ever be woken. */
const MOST = 0.7;

/** The scenarios take turns; each is explored when its first turn comes. */
export async function runCampaign(campaign: Campaign): Promise<Tally> {
  const { schedules, seed, part, enough } = campaign;
  const scenarios = SCENARIOS.filter(({ name }) => name.includes(campaign.scenario));
  const explorers = new Map<Scenario, Explorer>();
  let played = 0;
  let failed = 0;
  const note = (failure: Failure | undefined): void => {
    played += 1;
    if (failure) failed += 1;
    if (failure && failed <= MAX_SHOWN) console.log(`\n${describeFailure(failure)}\n`);
    if (played % TELL_EVERY === 0) console.log(`part ${part.index + 1}: ${played} played, ${failed} failed`);
  };
  for (let n = part.index; n < schedules; n += part.of) {
    const scenario = scenarios[n % scenarios.length];
    if (!scenario || failed >= enough) break;
    const explorer = explorers.get(scenario) ?? (await explore(scenario, seed));
    const isNew = !explorers.has(scenario);
    explorers.set(scenario, explorer);
    if (isNew && explorer.undisturbed) note(explorer.undisturbed);
    // What is wrong by itself says nothing about faults.
    if (explorer.undisturbed) continue;
    const schedule = scheduleOf(explorer, campaign, Math.floor(n / scenarios.length));
    if (schedule) note(await explorer.check(schedule));
  }
  return { played, failed };
}

/** The k-th schedule of a scenario; undefined when it has no more of those that are asked for. */
function scheduleOf(explorer: Explorer, campaign: Campaign, k: number): Schedule | undefined {
  const { seed, wakes, strike, fault } = campaign;
  if (wakes) return { seed: seed + k, faults: [], wakes: { lost: 0, doubled: 0, [wakes]: MOST } };
  if (strike !== undefined || fault !== undefined) return singlesOf(explorer, strike, fault)[k];
  const cycle = Math.floor(k / CYCLE);
  const place = k % CYCLE;
  const single = place < SINGLES_A_CYCLE ? explorer.singles[cycle * SINGLES_A_CYCLE + place] : undefined;
  return single ?? explorer.drawn(k);
}

function singlesOf({ singles, baseline }: Explorer, strike = '', fault = ''): Schedule[] {
  return singles.filter(({ faults }) =>
    faults.every(([place, kind]) => kind.includes(fault) && baseline.operations[place]?.includes(strike)),
  );
}
