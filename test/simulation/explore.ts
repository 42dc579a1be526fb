/** Which schedules to play of a scenario beside its single faults: drawn ones. */
import { play, type Played } from './play';
import type { Scenario } from './scenario';
import { FAULTS, faultsOf, isDelay, isRead, seeded, type Fault } from './scheduler';
import type { Schedule } from './strikes';

export interface Failure {
  readonly scenario: string;
  readonly schedule: Schedule;
  readonly problems: readonly string[];
  readonly trace: readonly string[];
}

export interface Explorer {
  readonly scenario: Scenario;
  /** The undisturbed run, which says where faults can strike. */
  readonly baseline: Played;
  /** What is wrong with that run, if anything is. */
  readonly undisturbed?: Failure;
  /** The n-th drawn schedule. */
  drawn(n: number): Schedule;
  /** Undefined when nothing is wrong. */
  check(schedule: Schedule): Promise<Failure | undefined>;
}

/** Room behind the last operation of the undisturbed run: recovery takes operations, too. */
const BEYOND = 1.2;
/** How many faults a drawn schedule has. A model request is given up after five tries, so all of them may strike one. */
const FEW = 2;
const MANY = 4;
/** How soon after a fault its aftershock strikes, at most. Sooner is likelier. */
const AFTERSHOCK_WITHIN = 12;
/** How often an operation fails during an outage: now and then, or for as long as it lasts. */
const OUTAGE_SHARES = [0.4, 0.4, 1] as const;
const REPEATED_SHARE = 0.4;
const BESET_SHARE = 0.1;
const FREE_SHARE = 0.3;
/** Half of the drawn schedules have a slow network: so slow. */
const LATENCIES_MS = [0, 0, 0, 20, 80, 250] as const;

export async function explore(scenario: Scenario, seed: number): Promise<Explorer> {
  const whole = (schedule: Schedule): Schedule => ({ ...scenario.always, ...schedule });
  const nothing = whole({ seed, faults: [] });
  const first = await playSafely(scenario, nothing);
  const baseline = { ...first, problems: [...first.problems, ...compare(scenario, nothing, first, first)] };
  const isBroken = baseline.problems.length > 0;
  return {
    scenario,
    baseline,
    ...(isBroken ? { undisturbed: { scenario: scenario.name, schedule: nothing, ...baseline } } : {}),
    drawn: drawing(scenario, baseline.operations, seed),
    async check(drawn) {
      const schedule = whole(drawn);
      const played = await playSafely(scenario, schedule);
      const problems = [...played.problems, ...compare(scenario, schedule, played, baseline)];
      return problems.length === 0 ? undefined : { scenario: scenario.name, schedule, problems, trace: played.trace };
    },
  };
}

/**
 * Draws schedules for a run of these operations. They take turns: nothing but delays, so that nothing may go wrong at all; nothing
 * but lost and doubled wakes; faults with aftershocks; an outage; somebody who is overtaken; two harnesses at work at once; and twice
 * several faults wherever they fall.
 */
function drawing({ hasErrors, bell }: Scenario, operations: readonly string[], seed: number): (n: number) => Schedule {
  const groups = groupsOf(operations);
  const writes = groups.filter(([place = 0]) => !isRead(operations[place] ?? ''));
  // Where the model fails twice by itself, two more failures are what it may take.
  const most = hasErrors ? FEW : MANY;
  const harness = [...operations.keys()].filter((place) => operations[place]?.startsWith('harness'));
  return (n) => {
    const random = seeded(seed * 1_000_003 + n);
    const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
    const some = <T>(from: number, to: number, draw: () => T): T[] =>
      Array.from({ length: from + Math.floor(random() * (to - from + 1)) }, draw);
    const anywhere = (): number => Math.floor(random() * operations.length * BEYOND);
    const atWrite = (): number => pick(pick(writes) ?? []) ?? 0;
    const place = (): number => pick([anywhere(), atWrite(), pick(harness) ?? 0]) ?? 0;
    const faultAt = (at: number): readonly [number, Fault] => [
      at,
      pick(faultsOf(operations[at] ?? '')) ?? 'crash_before',
    ];
    const delay = (): readonly [number, Fault] => [place(), pick(FAULTS.filter(isDelay)) ?? 'pause_after'];
    const aftershock = (): readonly [number, Fault] => [
      1 + Math.floor(random() ** 2 * AFTERSHOCK_WITHIN),
      pick(FAULTS) ?? 'crash_before',
    ];
    const latencyMs = pick(LATENCIES_MS);
    const isFree = random() < FREE_SHARE;
    const fates = () => ({ lost: random() * 0.4, late: random() * 0.4, broken: random() });
    const base = {
      seed: seed + 1 + n,
      ...(latencyMs ? { latencyMs } : {}),
      ...(isFree ? { isFree } : {}),
      ...(bell && n % 2 === 1 ? { bell: fates() } : {}),
    };
    const wakes = { lost: random() * 0.2, doubled: random() * 0.2 };
    switch (n % 8) {
      case 0:
        return { ...base, faults: some(FEW, MANY, delay) };
      case 1:
        return { ...base, faults: [], wakes };
      case 2: {
        const faults = some(1, most / 2, () => faultAt(pick([atWrite(), place()]) ?? 0));
        return { ...base, faults, aftershocks: faults.map(aftershock) };
      }
      case 3: {
        const operation = operations[pick(pick(groups) ?? []) ?? 0] ?? '';
        const fault = pick(faultsOf(operation)) ?? 'crash_before';
        return { ...base, faults: [], outage: { operation, fault, share: pick(OUTAGE_SHARES) ?? 1, most } };
      }
      case 4:
        if (random() < 0.5) {
          const asleep = [[place(), pick(['sleep_before', 'sleep_after'] as const) ?? 'sleep_after'] as const];
          return { ...base, faults: asleep, beset: BESET_SHARE, wakes: { lost: 0, doubled: 0.3 } };
        }
        return {
          ...base,
          faults: some(1, FEW, () => [place(), 'overtaken'] as const),
          wakes: { lost: 0, doubled: 0.3 },
        };
      case 5: {
        // What both write, the library may send twice: whose the write was that made the condition fail is hard to tell then.
        const outage = {
          operation: operations[atWrite()] ?? '',
          fault: 'repeat',
          share: REPEATED_SHARE,
          most,
        } as const;
        const ahead = { ahead: hasErrors ? 0 : 1, wakes: { lost: 0, doubled: 0.5 } };
        return { ...base, faults: some(0, FEW, delay), ...ahead, ...(random() < REPEATED_SHARE ? { outage } : {}) };
      }
      default:
        return { ...base, faults: some(FEW, most, () => faultAt(place())), wakes };
    }
  };
}

/**
 * What a fault may cost at most: a request of the model each, and where nothing failed, nothing. Nobody is left to the sweeper then,
 * nor by what goes wrong in each run of a scenario, unless it says so.
 */
function compare(scenario: Scenario, schedule: Schedule, played: Played, baseline: Played): string[] {
  const mustBeWhole = (played.isCalm || played === baseline) && !scenario.isRevived;
  const excess = played.asked - baseline.asked;
  const allowed = played.trace.filter(costs).length;
  return [
    ...(Array.isArray(scenario.outcome) && !schedule.ahead && excess > allowed
      ? [`the model was asked ${excess} times more than undisturbed, and ${allowed} operations failed`]
      : []),
    ...(mustBeWhole && played.revived > 0 ? ['nothing failed, yet a thread waited until the sweeper woke it'] : []),
    ...(mustBeWhole && played.neglected > 0 ? ['nothing failed, yet a worker was left to the sweeper'] : []),
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
    return { operations: [], asked: 0, revived: 0, neglected: 0, isCalm: true, problems, trace: [], events: [] };
  }
}

/** The places of the operations of each kind: what kind of process does what. */
function groupsOf(operations: readonly string[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [place, kind] of operations.entries()) groups.set(kind, [...(groups.get(kind) ?? []), place]);
  return [...groups.values()];
}

/** A failure as a person reads it, with the command that plays it again. */
export function describeFailure({ scenario, schedule, problems, trace }: Failure): string {
  const struck = trace.filter((line) => line.includes('<-'));
  const replay = `npm run simulate -- --replay '${JSON.stringify({ scenario, schedule })}'`;
  return [`"${scenario}" fails:`, ...problems.map((line) => `  ${line}`), 'struck:', ...struck, replay].join('\n');
}
