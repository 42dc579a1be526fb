/** A campaign: single faults, and drawn schedules between them, or every n-th of all these. */
import { describeFailure, explore, type Explorer, type Failure } from './explore';
import { SCENARIOS } from './scenarios';
import { singlesOf, type Single } from './singles';
import type { Schedule } from './strikes';

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

export async function runCampaign(campaign: Campaign): Promise<Tally> {
  const { schedules, seed, part, enough } = campaign;
  let played = 0;
  let failed = 0;
  const note = (failure: Failure | undefined): void => {
    played += 1;
    if (failure) failed += 1;
    if (failure && failed <= MAX_SHOWN) console.log(`\n${describeFailure(failure)}\n`);
    if (played % TELL_EVERY === 0) console.log(`part ${part.index + 1}: ${played} played, ${failed} failed`);
  };
  const sound: Explorer[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => name.includes(campaign.scenario))) {
    if (failed >= enough) break;
    const explorer = await explore(scenario, seed);
    // What is wrong by itself says nothing about faults. All parts see it, and the first tells of it.
    if (!explorer.undisturbed) sound.push(explorer);
    else if (part.index === 0) note(explorer.undisturbed);
  }
  const singles = singlesOf(sound, seed).filter((single) => isWanted(single, campaign));
  for (let n = part.index; n < schedules; n += part.of) {
    if (failed >= enough) break;
    const next = scheduleOf(sound, singles, campaign, n);
    if (next) note(await next.explorer.check(next.schedule));
  }
  return { played, failed };
}

/** The n-th schedule of a campaign; undefined when there are no more of those that are asked for. */
function scheduleOf(
  explorers: readonly Explorer[],
  singles: readonly Single[],
  { seed, wakes, strike, fault }: Campaign,
  n: number,
): Single | undefined {
  const turnOf = (turn: number, make: (explorer: Explorer, k: number) => Schedule): Single | undefined => {
    const explorer = explorers[turn % explorers.length];
    return explorer && { explorer, schedule: make(explorer, Math.floor(turn / explorers.length)) };
  };
  if (wakes) {
    return turnOf(n, (_explorer, k) => ({
      seed: seed + k,
      faults: [],
      wakes: { lost: 0, doubled: 0, [wakes]: MOST },
    }));
  }
  if (strike !== undefined || fault !== undefined) return singles[n];
  const cycle = Math.floor(n / CYCLE);
  const place = n % CYCLE;
  const single = place < SINGLES_A_CYCLE ? singles[cycle * SINGLES_A_CYCLE + place] : undefined;
  const turn = cycle * (CYCLE - SINGLES_A_CYCLE) + (place - SINGLES_A_CYCLE);
  return single ?? turnOf(place < SINGLES_A_CYCLE ? n : turn, (explorer, k) => explorer.drawn(k));
}

function isWanted({ explorer, schedule }: Single, { strike = '', fault = '' }: Campaign): boolean {
  return schedule.faults.every(
    ([place, kind]) => kind.includes(fault) && explorer.baseline.operations[place]?.includes(strike),
  );
}
