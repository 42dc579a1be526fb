/** Which schedules to play: each fault at each operation of an undisturbed run, then drawn ones. */
import { play, type Played, type Schedule } from './play';
import type { Scenario } from './scenario';
import { faultsOf, isDelay, isRead, seeded, type Fault } from './scheduler';

export interface Failure {
  readonly scenario: string;
  readonly schedule: Schedule;
  readonly problems: readonly string[];
  readonly trace: readonly string[];
}

export interface Explorer {
  /** The undisturbed run, which says where faults can strike. */
  readonly baseline: Played;
  /** What is wrong with that run, if anything is. */
  readonly undisturbed?: Failure;
  /** Every single fault. Those at operations of a kind of which none was struck yet come first. */
  readonly singles: readonly Schedule[];
  /** The n-th drawn schedule: two to five faults, lost and doubled wakes; or nothing but delays. */
  drawn(n: number): Schedule;
  /** Undefined when nothing is wrong. */
  check(schedule: Schedule): Promise<Failure | undefined>;
}

/** Room behind the last operation of the undisturbed run: recovery takes operations, too. */
const BEYOND = 1.2;
/** Of so many drawn schedules one has nothing but delays, so that nothing may go wrong at all; one has nothing but lost wakes. */
const KINDS = 4;
/** A drawn schedule has two faults and up to so many more, less one: each adds to what one run can show. */
const MORE_FAULTS = 4;

export async function explore(scenario: Scenario, seed: number): Promise<Explorer> {
  const nothing: Schedule = { seed, faults: [] };
  const first = await playSafely(scenario, nothing);
  const baseline = { ...first, problems: [...first.problems, ...compare(scenario, nothing, first, first)] };
  const isBroken = baseline.problems.length > 0;
  const { operations } = baseline;
  const groups = groupsOf(operations);
  const writes = groups.filter(([place = 0]) => !isRead(operations[place] ?? ''));
  const harness = [...operations.keys()].filter((place) => operations[place]?.startsWith('harness'));
  return {
    baseline,
    ...(isBroken ? { undisturbed: { scenario: scenario.name, schedule: nothing, ...baseline } } : {}),
    singles: singlesOf(groups, operations, seed),
    drawn(n) {
      const random = seeded(seed * 1_000_003 + n);
      const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
      const anywhere = (): number => Math.floor(random() * operations.length * BEYOND);
      const place = (): number => pick([anywhere(), pick(pick(writes) ?? []) ?? 0, pick(harness) ?? 0]) ?? 0;
      const fault = (): readonly [number, Fault] => {
        const at = place();
        const all = faultsOf(operations[at] ?? '');
        return [at, pick(n % KINDS === 0 ? all.filter(isDelay) : all) ?? 'crash_before'];
      };
      const wakes = { lost: random() * 0.2, doubled: random() * 0.2 };
      return {
        seed: seed + 1 + n,
        faults: n % KINDS === 1 ? [] : Array.from({ length: 2 + Math.floor(random() * MORE_FAULTS) }, fault),
        ...(n % KINDS === 0 ? {} : { wakes }),
      };
    },
    async check(schedule) {
      const played = await playSafely(scenario, schedule);
      const problems = [...played.problems, ...compare(scenario, schedule, played, baseline)];
      return problems.length === 0 ? undefined : { scenario: scenario.name, schedule, problems, trace: played.trace };
    },
  };
}

/** What a fault may cost at most: a request of the model each, and where nothing failed, nothing. */
function compare(scenario: Scenario, { faults, wakes }: Schedule, played: Played, baseline: Played): string[] {
  const isCalm = !wakes && faults.every(([, fault]) => isDelay(fault));
  const excess = played.asked - baseline.asked;
  const allowed = played.trace.filter(costs).length;
  return [
    ...(Array.isArray(scenario.outcome) && excess > allowed
      ? [`the model was asked ${excess} times more than undisturbed, and ${allowed} operations failed`]
      : []),
    ...(isCalm && !scenario.isRevived && played.revived > 0
      ? ['nothing failed, yet a thread waited until the sweeper woke it']
      : []),
  ];
}

/** A request that is sent again costs nothing, unless it is the model's. */
function costs(line: string): boolean {
  const [, operation = '', fault] = /^\d+ \S+ (.*) <- (\w+)$/.exec(line) ?? [];
  return fault !== undefined && !fault.startsWith('pause') && (fault !== 'repeat' || operation === 'model');
}

/** What throws out of the simulation itself is a failure, too: something cannot be read any more. */
async function playSafely(scenario: Scenario, schedule: Schedule): Promise<Played> {
  try {
    return await play(scenario, schedule);
  } catch (error) {
    const problems = [`it cannot be played: ${error instanceof Error ? error.stack : String(error)}`];
    return { operations: [], asked: 0, revived: 0, problems, trace: [], events: [] };
  }
}

/** The places of the operations of each kind: what kind of process does what. */
function groupsOf(operations: readonly string[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [place, kind] of operations.entries()) groups.set(kind, [...(groups.get(kind) ?? []), place]);
  return [...groups.values()];
}

/** In rounds: in each, every fault strikes one more operation of every kind. */
function singlesOf(groups: readonly (readonly number[])[], operations: readonly string[], seed: number): Schedule[] {
  const random = seeded(seed);
  const shuffled = groups.map((places) => shuffle(places, random));
  const rounds = Math.max(0, ...shuffled.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => {
    const places = shuffled.flatMap((group) => group[round] ?? []);
    const all = places.flatMap((place) =>
      faultsOf(operations[place] ?? '').map((fault) => ({ seed, faults: [[place, fault] as const] })),
    );
    return shuffle(all, random);
  }).flat();
}

export function shuffle<T>(all: readonly T[], random: () => number): T[] {
  return all
    .map((one) => ({ one, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ one }) => one);
}

/** A failure as a person reads it, with the command that plays it again. */
export function describeFailure({ scenario, schedule, problems, trace }: Failure): string {
  const struck = trace.filter((line) => line.includes('<-'));
  const replay = `npm run simulate -- --replay '${JSON.stringify({ scenario, schedule })}'`;
  return [`"${scenario}" fails:`, ...problems.map((line) => `  ${line}`), 'struck:', ...struck, replay].join('\n');
}
