import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { MICROS_PER_MS, MICROS_PER_SECOND, type Clock, type Micros } from '../../runtime/contract/time';
import type { Strikes } from './strikes';

/**
 * What goes wrong at an I/O operation:
 *
 * - `crash_before`, `crash_after`: the process ends before the operation, or after it took effect and before it knew;
 * - `fail_before`, `fail_after`: the operation answers with an error, without or with effect ("failed, yet was written");
 * - `repeat`: the answer was lost and the client library sent the request again a moment later; where nobody does that (`once`),
 *   it ends with an error as late, although it took effect;
 * - `sleep_before`, `sleep_after`: the process stops for longer than any lease and then goes on, a zombie beside its successor;
 * - `pause_before`, `pause_after`: it stops for a moment, in which everybody else goes on. Nothing may come of that;
 * - `overtaken`: it stops, after it has read or before it writes, until others have written in the same partition;
 * - `outrun`: as `repeat`, but others have written there before the request was sent again.
 */
export const FAULTS = [
  'crash_before',
  'crash_after',
  'fail_before',
  'fail_after',
  'repeat',
  'sleep_before',
  'sleep_after',
  'pause_before',
  'pause_after',
  'overtaken',
  'outrun',
] as const;
export type Fault = (typeof FAULTS)[number];

/**
 * What can go wrong at a kind of operation. Whether a read failed before or after it was carried out is all the same, to read
 * again is nothing, and to end after it is to end before the next operation.
 */
export function faultsOf(operation: string): readonly Fault[] {
  return isRead(operation) ? ['crash_before', 'fail_before', 'sleep_after', 'pause_after', 'overtaken'] : FAULTS;
}

/** Whether an operation (the kind of its process, and what it does) leaves the world as it is. */
export const isRead = (operation: string): boolean =>
  /\b(Query|GetItem|BatchGetItem|get blob|(get|has) archive|ask|ListTasks)\b/.test(operation);

/** Whether a fault only makes somebody slow. */
export const isDelay = (fault: Fault): boolean => fault === 'pause_before' || fault === 'pause_after';

/** From just a lease on: the sleeper wakes before, while, or after its successor is at work. */
const SHORTEST_ZOMBIE_SLEEP: Micros = 15 * MICROS_PER_SECOND;
const LONGEST_ZOMBIE_SLEEP: Micros = 60 * MICROS_PER_SECOND;
/** Below every patience in the system, but that of a harness that waits for a tool and may as well let go. */
const PAUSE: Micros = 1_200 * MICROS_PER_MS;
/** How many writes of others it takes at most until whoever is overtaken goes on. */
const OVERTAKEN_BY = 4;
/** How long a client library waits before it sends again: long enough for others to act on what the first try did. */
const REPEAT_AFTER: Micros = 400 * MICROS_PER_MS;
/** No schedule that comes to rest needs a third of these, sweeps of many minutes included. */
const MAX_OPERATIONS = 10_000;
const T0: Micros = 1_790_000_000_000_000;

/** A small, seeded source of chance (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A process of the simulated system: it lives until it is killed, and may sleep through time. */
export class Process {
  dead = false;
  /** Its function has answered: from then on a process of Lambda may be frozen, for good. After an error, it is as good as dead. */
  isOver = false;
  asleepUntil: Micros = 0;
  readonly onDeath: (() => void)[] = [];

  constructor(
    readonly name: string,
    /** Whether faults strike it; the outside world's own processes do not fail. */
    readonly mortal: boolean,
  ) {}

  kill(): void {
    if (this.dead) return;
    this.dead = true;
    for (const tell of this.onDeath) tell();
  }
}

/** What is known of an operation: whether anybody sends it again when its answer is lost, and where in the database it belongs. */
export interface About {
  readonly once?: boolean;
  readonly partition?: string;
}

interface Job {
  readonly process: Process;
  readonly at: Micros;
  readonly resume: () => void;
  cancelled: boolean;
}

/** Somebody who stops until others have written. */
interface Overtaken {
  readonly process: Process;
  readonly partition: string;
  left: number;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/**
 * Runs the system one step at a time. Only one process moves between two steps; which one is drawn by the seed. Time stands
 * still while anybody can move, and jumps to the next timer when nobody can.
 */
export class Scheduler implements Clock {
  #now = T0;
  #jobs: Job[] = [];
  #underWay = 0;
  /** How many operations of mortal processes there have been: where a fault can strike. */
  operations = 0;
  /** How many operations went wrong. A short delay is nothing, nor is an answer that was lost, where the library asks again. */
  harms = 0;
  /** Whether anybody stopped for as long as others pleased, perhaps for longer than a lease. */
  hasZombies = false;
  readonly trace: string[] = [];
  /** Writes that began when the function that they belong to had ended. */
  readonly belated: string[] = [];
  readonly #overtaken = new Set<Overtaken>();
  /** How many sleep for longer than any lease; who is killed meanwhile counts on. */
  #sleepers = 0;

  constructor(
    private readonly random: () => number,
    private readonly strikes: Strikes,
  ) {}

  now(): Micros {
    // Two readings are never the same, as on a real clock.
    this.#now += 1;
    return this.#now;
  }

  /** An operation on the outside. Everything a process does to the world goes through here. */
  async io<T>(
    process: Process,
    name: string,
    run: () => Promise<T>,
    { once = false, partition }: About = {},
  ): Promise<T> {
    await this.#turn(process, this.#latency());
    const fault = process.mortal ? this.strikes.at(this.operations, process, name, this.#sleepers > 0) : undefined;
    if (fault && !isDelay(fault) && (fault !== 'repeat' || once)) this.harms += 1;
    if (process.isOver && !isRead(name)) this.belated.push(`${process.name} began ${name} when its function was over`);
    if (process.mortal) this.operations += 1;
    if (process.mortal) this.trace.push(`${this.operations - 1} ${process.name} ${name}${fault ? ` <- ${fault}` : ''}`);
    if (fault === 'crash_before') return this.#die(process);
    if (fault === 'fail_before') throw unavailable();
    if (fault === 'sleep_before') await this.#oversleep(process);
    if (fault === 'pause_before') await this.#doze(process, PAUSE);
    const reads = isRead(name);
    if (fault === 'overtaken' && !reads) await this.#letOthersWrite(process, partition);
    const result = await this.#settled(run);
    if (fault === 'overtaken' && reads) await this.#letOthersWrite(process, partition);
    if (!reads && !('error' in result)) this.#written(process, partition);
    if ('error' in result && result.error instanceof ConditionalCheckFailedException) this.strikes.tooLate(process);
    if (fault === 'crash_after') return this.#die(process);
    if (fault === 'fail_after') throw unavailable();
    if (fault === 'sleep_after') await this.#oversleep(process);
    if (fault === 'pause_after') await this.#doze(process, PAUSE);
    const isLost = fault === 'repeat' || fault === 'outrun';
    if (fault === 'outrun') await this.#letOthersWrite(process, partition);
    if (isLost) await this.#turn(process, REPEAT_AFTER);
    if (isLost && once) throw unavailable();
    const answer = isLost ? await this.#settled(run) : result;
    await this.#turn(process, this.#latency());
    if ('error' in answer) throw answer.error;
    return answer.value;
  }

  /** Waits in virtual time. Ends early on abort; never when the process is dead. */
  sleep(process: Process, ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return this.#turn(process, 0);
    return this.#turn(process, Math.round(ms * MICROS_PER_MS), signal);
  }

  /** Runs until `done`, or until nothing can happen any more, or for `limit` of virtual time, or it goes round in circles. */
  async run(done: () => boolean, limit: Micros): Promise<'done' | 'stuck' | 'late' | 'endless'> {
    const end = this.#now + limit;
    for (;;) {
      await this.#quiet();
      if (done()) return 'done';
      if (this.#now > end) return 'late';
      if (this.operations > MAX_OPERATIONS) return 'endless';
      this.#jobs = this.#jobs.filter((job) => !job.cancelled && !job.process.dead);
      if (this.#jobs.length === 0) return 'stuck';
      this.#next().resume();
    }
  }

  #next(): Job {
    const dueOf = (job: Job): Micros => Math.max(job.at, job.process.asleepUntil);
    const soonest = Math.min(...this.#jobs.map(dueOf));
    this.#now = Math.max(this.#now, soonest);
    const ready = this.#jobs.filter((job) => dueOf(job) <= this.#now);
    const [first] = ready;
    const job = ready[Math.floor(this.random() * ready.length)] ?? first;
    if (!job) throw new Error('no job is ready');
    this.#jobs = this.#jobs.filter((other) => other !== job);
    return job;
  }

  #turn(process: Process, delay: Micros, signal?: AbortSignal): Promise<void> {
    if (process.dead) return never();
    return new Promise((resolve) => {
      const wake = (): void => {
        job.cancelled = true;
        this.#jobs.push({ process, at: this.#now, resume: resolve, cancelled: false });
      };
      const resume = (): void => {
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const job: Job = { process, at: this.#now + delay, resume, cancelled: false };
      this.#jobs.push(job);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  async #settled<T>(run: () => Promise<T>): Promise<{ value: T } | { error: unknown }> {
    this.#underWay += 1;
    try {
      return { value: await run() };
    } catch (error) {
      return { error };
    } finally {
      this.#underWay -= 1;
    }
  }

  async #doze(process: Process, time: Micros): Promise<void> {
    process.asleepUntil = this.#now + time;
    await this.#turn(process, time);
  }

  /** Stops the process until others have written in the partition, or for as long as anybody ever sleeps. */
  async #letOthersWrite(process: Process, partition: string | undefined): Promise<void> {
    if (partition === undefined) return;
    const overtaken = { process, partition, left: 1 + Math.floor(this.random() * OVERTAKEN_BY) };
    this.#overtaken.add(overtaken);
    this.hasZombies = true;
    process.asleepUntil = this.#now + LONGEST_ZOMBIE_SLEEP;
    await this.#turn(process, 0);
    this.#overtaken.delete(overtaken);
  }

  #written(by: Process, partition: string | undefined): void {
    for (const overtaken of this.#overtaken) {
      if (overtaken.partition !== partition || overtaken.process === by) continue;
      overtaken.left -= 1;
      if (overtaken.left === 0) overtaken.process.asleepUntil = this.#now;
    }
  }

  #latency(): Micros {
    return Math.round(this.strikes.latencyMs() * MICROS_PER_MS);
  }

  async #oversleep(process: Process): Promise<void> {
    const time = SHORTEST_ZOMBIE_SLEEP + this.random() * (LONGEST_ZOMBIE_SLEEP - SHORTEST_ZOMBIE_SLEEP);
    this.#sleepers += 1;
    this.hasZombies = true;
    await this.#doze(process, Math.round(time));
    this.#sleepers -= 1;
  }

  #die<T>(process: Process): Promise<T> {
    process.kill();
    return never();
  }

  /** Lets everything that can go on without us do so. */
  async #quiet(): Promise<void> {
    let calm = 0;
    while (calm < 2) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      calm = this.#underWay === 0 ? calm + 1 : 0;
    }
  }
}

const unavailable = (): Error =>
  Object.assign(new Error('the service is unavailable'), { name: 'InternalServerError' });
