/** The execution environments of the harness function: each serves one wake at a time and is kept warm for the next. */
import { MICROS_PER_SECOND } from '../../runtime/contract/time';
import type { Bell } from '../../runtime/harness/ports';
import { createHarness, type Harness } from '../../runtime/harness/wake';
import type { McpClient } from '../../runtime/mcp/port';
import { createTraits } from '../../runtime/model/traits';
import type { ResourceDeps } from '../../runtime/resources/ports';
import { createWorkQueue } from '../../runtime/resources/work-queue';
import type { ThreadRef } from '../../runtime/store/records';
import type { Process, Scheduler } from './scheduler';

const MAX_ATTEMPTS = 3;
/** How often a retry comes: Lambda gives up on an event that is too old, or whose function is too busy. */
const RETRIED_SHARE = 0.3;
/** How often a warm one is taken where there is one. */
const WARM_SHARE = 0.8;

interface Container {
  readonly process: Process;
  readonly harness: Harness;
}

export interface ContainerDeps {
  readonly scheduler: Scheduler;
  readonly random: () => number;
  /** How long a wake may take. */
  readonly wakeSeconds: number;
  /** How long it takes to begin. */
  readonly wakeDelayMs: number;
  readonly process: () => Process;
  readonly deps: (process: Process) => ResourceDeps;
  readonly mcp: (process: Process) => McpClient;
  readonly bell: (process: Process) => Bell | undefined;
  readonly onError: (who: string, error: unknown) => void;
}

export class Containers {
  readonly #warm: Container[] = [];

  constructor(private readonly given: ContainerDeps) {}

  /**
   * An asynchronous invocation with up to two retries. A process that is killed is not retried: it ran out of luck, and the
   * sweeper has to notice.
   */
  invoke(ref: ThreadRef, attempt = 1): void {
    const { scheduler, wakeSeconds, wakeDelayMs, onError } = this.given;
    const container = this.#take();
    const run = async (): Promise<void> => {
      await scheduler.sleep(container.process, attempt === 1 ? wakeDelayMs : attempt * 1_000);
      container.process.isOver = false;
      await container.harness.wake(ref, { deadline: scheduler.now() + wakeSeconds * MICROS_PER_SECOND });
      container.process.isOver = true;
    };
    run()
      .catch((error: unknown) => {
        onError(container.process.name, error);
        if (attempt < MAX_ATTEMPTS && this.given.random() < RETRIED_SHARE) this.invoke(ref, attempt + 1);
      })
      .finally(() => this.#warm.push(container));
  }

  #take(): Container {
    const { scheduler, random } = this.given;
    const ready = this.#warm.filter(({ process }) => !process.dead && process.asleepUntil <= scheduler.now());
    const chosen = random() < WARM_SHARE ? ready[Math.floor(random() * ready.length)] : undefined;
    if (!chosen) return this.#start();
    this.#warm.splice(this.#warm.indexOf(chosen), 1);
    return chosen;
  }

  #start(): Container {
    const { scheduler } = this.given;
    const process = this.given.process();
    const deps = this.given.deps(process);
    const { store, model, waker, hints, clock, ids } = deps;
    const harness = createHarness({
      log: store.log,
      sessions: store.sessions,
      model,
      traits: createTraits(),
      workQueue: createWorkQueue(deps),
      mcp: this.given.mcp(process),
      bell: this.given.bell(process),
      waker,
      hints,
      clock,
      ids,
      sleep: (ms, signal) => scheduler.sleep(process, ms, signal),
    });
    return { process, harness };
  }
}
