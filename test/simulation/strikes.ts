/** Where a schedule makes operations fail, and how. */
import type { Fault, Process } from './scheduler';

export interface Schedule {
  readonly seed: number;
  readonly faults: readonly (readonly [operation: number, fault: Fault])[];
  /**
   * What becomes of whoever was struck: after the n-th fault, the same process (if it died, the next of its kind) is struck again
   * so many operations later. What is done about a fault is code that runs at no other time.
   */
  readonly aftershocks?: readonly (readonly [later: number, fault: Fault])[];
  /** One kind of operation fails in one way, here and there, until it has done so often enough. */
  readonly outage?: Outage;
  /** How many milliseconds an operation takes at most. Default: none, so that only who acts at the same moment meets. */
  readonly latencyMs?: number;
  /** Whether the database makes use of its freedom: short pages, parts of batches, reads that lag where they may. */
  readonly isFree?: boolean;
  /** How often a harness may have a clock that is so far ahead that a lease seems to have lapsed, and two are at work. */
  readonly ahead?: number;
  /** The share of operations of others, while somebody sleeps, in which they are overtaken. */
  readonly beset?: number;
  /** The share of wakes that are lost, and that are delivered twice. */
  readonly wakes?: { readonly lost: number; readonly doubled: number };
  /** What becomes of rings, and of the connections that they go over. */
  readonly bell?: BellFates;
  /** What goes wrong wherever else faults strike: at the n-th operation of a kind, counted from one. */
  readonly plot?: readonly (readonly [operation: string, nth: number, fault: Fault])[];
}

/** Shares: of the rings that are lost and that are late, and of the connections that break after a while. */
export interface BellFates {
  readonly lost: number;
  readonly late: number;
  readonly broken: number;
}

export interface Outage {
  readonly operation: string;
  readonly fault: Fault;
  readonly share: number;
  readonly most: number;
}

/** The kind of a process, and what it does: under this name, operations are alike. */
export const kindOf = (process: Process, name: string): string => `${process.name.replace(/#\d+$/, '')} ${name}`;

const HESITATES_WITHIN = 3;
const MOST_BESETS = 3;

interface Aftershock {
  readonly process: Process;
  left: number;
  readonly fault: Fault;
}

export class Strikes {
  readonly #places: ReadonlyMap<number, Fault>;
  readonly #armed: Aftershock[] = [];
  /** How many operations of each kind there were, of those that the plot is about. */
  readonly #counts = new Map<string, number>();
  #struck = 0;
  #outages = 0;
  #besets = 0;

  constructor(
    private readonly random: () => number,
    private readonly schedule: Schedule,
  ) {
    this.#places = new Map(schedule.faults);
  }

  /** What goes wrong at an operation. */
  at(place: number, process: Process, name: string, somebodySleeps = false): Fault | undefined {
    const plotted = this.#plotted(process, name);
    const planned = this.#places.get(place);
    const fault =
      plotted ?? planned ?? this.#aftershock(process) ?? this.#outage(process, name) ?? this.#beset(somebodySleeps);
    if (planned) this.#arm(process);
    return fault;
  }

  /** A process was too late with a conditional write. Where two are at work, it is slow to find out what the other one did. */
  tooLate(process: Process): void {
    if (!this.schedule.ahead) return;
    this.#armed.push({ process, left: 1 + Math.floor(this.random() * HESITATES_WITHIN), fault: 'pause_after' });
  }

  /** How long an operation takes on one of its two ways. Most are quick. */
  latencyMs(): number {
    const { latencyMs = 0 } = this.schedule;
    return latencyMs === 0 ? 0 : (latencyMs * this.random() ** 3) / 2;
  }

  #plotted(process: Process, name: string): Fault | undefined {
    const plot = this.schedule.plot?.filter(([operation]) => operation === kindOf(process, name)) ?? [];
    if (plot.length === 0) return undefined;
    const count = (this.#counts.get(kindOf(process, name)) ?? 0) + 1;
    this.#counts.set(kindOf(process, name), count);
    return plot.find(([, nth]) => nth === count)?.[2];
  }

  #arm(process: Process): void {
    const [left, fault] = this.schedule.aftershocks?.[this.#struck] ?? [];
    this.#struck += 1;
    if (left !== undefined && fault) this.#armed.push({ process, left, fault });
  }

  #aftershock(process: Process): Fault | undefined {
    const at = this.#armed.findIndex(
      (armed) => armed.process === process || (armed.process.dead && isAlike(armed.process, process)),
    );
    const shock = this.#armed[at];
    if (!shock) return undefined;
    shock.left -= 1;
    if (shock.left > 0) return undefined;
    this.#armed.splice(at, 1);
    return shock.fault;
  }

  /** Who goes on from what it saw of a sleeper, when that is awake again. */
  #beset(somebodySleeps: boolean): Fault | undefined {
    const { beset = 0 } = this.schedule;
    if (!somebodySleeps || this.#besets >= MOST_BESETS || this.random() >= beset) return undefined;
    this.#besets += 1;
    return 'overtaken';
  }

  #outage(process: Process, name: string): Fault | undefined {
    const { outage } = this.schedule;
    if (!outage || this.#outages >= outage.most || kindOf(process, name) !== outage.operation) return undefined;
    if (this.random() >= outage.share) return undefined;
    this.#outages += 1;
    return outage.fault;
  }
}

const isAlike = (one: Process, other: Process): boolean => kindOf(one, '') === kindOf(other, '');
