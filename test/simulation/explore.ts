/** Which schedules to play: each fault at each operation of an undisturbed run, then drawn pairs and triples. */
import { play, type Played, type Schedule } from './play';
import type { Scenario } from './scenarios';
import { FAULTS, seeded, type Fault } from './scheduler';

export interface Failure {
  readonly scenario: string;
  readonly schedule: Schedule;
  readonly problems: readonly string[];
  readonly trace: readonly string[];
}

export interface Explorer {
  /** The undisturbed run, which says where faults can strike and what the outcome has to be. */
  readonly baseline: Played;
  /** What is wrong with that run, if anything is. */
  readonly undisturbed?: Failure;
  /** Every single fault, in order. */
  singles(): Schedule[];
  /** The n-th drawn schedule: two or three faults, lost and doubled wakes. */
  drawn(n: number): Schedule;
  /** Undefined when nothing is wrong. */
  check(schedule: Schedule): Promise<Failure | undefined>;
}

/** Room behind the last operation of the undisturbed run: recovery takes operations, too. */
const BEYOND = 1.5;

export async function explore(scenario: Scenario, seed: number): Promise<Explorer> {
  const nothing: Schedule = { seed, faults: [] };
  const baseline = await play(scenario, nothing);
  const isBroken = baseline.problems.length > 0;
  return {
    baseline,
    ...(isBroken ? { undisturbed: { scenario: scenario.name, schedule: nothing, ...baseline } } : {}),
    singles: () =>
      Array.from({ length: baseline.operations }, (_, operation) =>
        FAULTS.map((fault) => ({ seed, faults: [[operation, fault] as const] })),
      ).flat(),
    drawn(n) {
      const random = seeded(seed * 1_000_003 + n);
      const pick = (below: number): number => Math.floor(random() * below);
      const fault = (): readonly [number, Fault] => [
        pick(baseline.operations * BEYOND),
        FAULTS[pick(FAULTS.length)] ?? 'crash_after',
      ];
      return {
        seed: seed + 1 + n,
        faults: Array.from({ length: 2 + pick(2) }, fault),
        wakes: { lost: random() * 0.2, doubled: random() * 0.2 },
      };
    },
    async check(schedule) {
      const played = await play(scenario, schedule);
      const problems = [...played.problems];
      if (scenario.isDetermined && played.outcome !== baseline.outcome) {
        problems.push(
          `the outcome differs from an undisturbed run:\n${played.outcome}\ninstead of\n${baseline.outcome}`,
        );
      }
      return problems.length === 0 ? undefined : { scenario: scenario.name, schedule, problems, trace: played.trace };
    },
  };
}

/** A failure as a person reads it, with the command that plays it again. */
export function describeFailure({ scenario, schedule, problems, trace }: Failure): string {
  const struck = trace.filter((line) => line.includes('<-'));
  const replay = `npm run simulate -- --replay '${JSON.stringify({ scenario, schedule })}'`;
  return [`"${scenario}" fails:`, ...problems.map((line) => `  ${line}`), 'struck:', ...struck, replay].join('\n');
}
