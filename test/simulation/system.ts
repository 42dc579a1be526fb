/**
 * The whole system on the simulated machine: the real harness, store, event rules, work queue and sweeper, each invocation a
 * process of its own. Only the outside is made up: the model, the tools, the client and the network between them.
 */
import { makeId, primaryThreadOf, type IdSource } from '../../runtime/contract/ids';
import { MICROS_PER_SECOND } from '../../runtime/contract/time';
import type { SessionEvent } from '../../runtime/contract/wire';
import { sweep } from '../../runtime/handlers/sweeper';
import { createHarness } from '../../runtime/harness/wake';
import type { ModelProvider } from '../../runtime/model/port';
import { createTraits } from '../../runtime/model/traits';
import { createEvents } from '../../runtime/resources/events';
import type { RequestContext, ResourceDeps, SandboxLauncher } from '../../runtime/resources/ports';
import { createWorkOperations } from '../../runtime/resources/work';
import { createWorkQueue } from '../../runtime/resources/work-queue';
import type { ChangeHints, Principal, Store, Waker } from '../../runtime/store/ports';
import type { SessionRecord, ThreadRef } from '../../runtime/store/records';
import { createStore } from '../../runtime/store/store';
import { sessionRecord } from '../support/decisions';
import { Database, TABLE_NAMES } from './database';
import { Process, type Scheduler } from './scheduler';
import { startWorker } from './worker';

const SWEEP_EVERY_MS = 5_000;
const WAKE_DELAY_MS = 20;
const LOST_AFTER_MS = 3_000;
const WAKE_SECONDS = 900;

export type Operations = ReturnType<typeof createEvents> & ReturnType<typeof createWorkOperations>;
export type WakeFault = 'deliver' | 'lose' | 'double';

export class System {
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #ids: IdSource;
  readonly #started = new Set<string>();
  #processes = 0;
  /** How often each call really took effect, by the id of its event. */
  readonly effects = new Map<string, number>();
  /** Everything that was thrown by an invocation, for a failing schedule's report. */
  readonly errors: string[] = [];

  private constructor(
    private readonly database: Database,
    readonly scheduler: Scheduler,
    private readonly random: () => number,
    private readonly model: (process: Process, io: Scheduler) => ModelProvider,
    private readonly wakeFault: () => WakeFault,
  ) {
    let micros = 1_790_000_000_000_000;
    this.#ids = {
      make: (kind) => {
        micros += 1;
        return makeId(
          kind,
          micros,
          Uint8Array.from({ length: 13 }, () => Math.floor(this.random() * 256)),
        );
      },
    };
  }

  static async open(
    scheduler: Scheduler,
    random: () => number,
    model: (process: Process, io: Scheduler) => ModelProvider,
    wakeFault: () => WakeFault = () => 'deliver',
  ): Promise<System> {
    return new System(await Database.open(), scheduler, random, model, wakeFault);
  }

  /** A process that faults may strike, or one of the outside world. */
  process(name: string, mortal = true): Process {
    this.#processes += 1;
    return new Process(`${name}#${this.#processes}`, mortal);
  }

  async session(overrides: Partial<SessionRecord> = {}): Promise<SessionRecord> {
    const id = this.#ids.make('session');
    const session = sessionRecord({ ...overrides, id, threadId: primaryThreadOf(id) });
    await this.#bare().sessions.create(session);
    return session;
  }

  /** Asks the API as somebody: each request is a process that may die, and then the caller sees its connection break. */
  request<T>(principal: Principal, ask: (operations: Operations, context: RequestContext) => Promise<T>): Promise<T> {
    const process = this.process('api');
    const deps = this.#deps(process);
    const operations = { ...createEvents(deps), ...createWorkOperations(deps, createWorkQueue(deps)) };
    const context = { principal, requestId: this.#ids.make('request'), now: this.scheduler.now() };
    return new Promise<T>((resolve, reject) => {
      process.onDeath.push(() => reject(new Error('connection lost')));
      ask(operations, context).then(resolve, reject);
    });
  }

  /** Sweeps from time to time until told to stop. */
  async sweepFor(outside: Process, done: () => boolean): Promise<void> {
    while (!done()) {
      await this.scheduler.sleep(outside, SWEEP_EVERY_MS);
      const process = this.process('sweeper');
      const deps = this.#deps(process);
      const { due } = deps.store;
      const onError = (_item: unknown, error: unknown): void => void this.errors.push(`sweeper: ${String(error)}`);
      const workQueue = createWorkQueue(deps);
      sweep({ due, waker: deps.waker, workQueue, clock: this.scheduler, onError }).catch((error: unknown) =>
        this.errors.push(`sweep: ${String(error)}`),
      );
    }
  }

  /** What the store holds, read from beside the simulation. */
  async history(session: SessionRecord): Promise<{ events: SessionEvent[]; inbox: number; status: string }> {
    const store = this.#bare();
    const ref = refOf(session);
    const events: SessionEvent[] = [];
    let status = 'idle';
    for await (const commit of store.log.readCommits(ref, { from: 1 })) {
      events.push(...commit.records.map(({ event }) => event));
      status = commit.summary.status;
    }
    const inbox = await store.log.readInbox(ref);
    return { events, inbox: inbox.length, status };
  }

  async principalOf(hash: string): Promise<Principal | undefined> {
    return (await this.#bare().keys.findByHash(hash))?.principal;
  }

  #bare(): Store {
    return this.#store((_name, run) => run());
  }

  #store(gate: <T>(name: string, run: () => Promise<T>) => Promise<T>): Store {
    const blobs = {
      put: (key: string, body: Uint8Array) =>
        gate('put blob', async () => {
          this.#blobs.set(key, body);
        }),
      get: (key: string) => gate('get blob', async () => this.#blobs.get(key)),
      deletePrefix: (prefix: string) =>
        gate('delete blobs', async () => {
          for (const key of this.#blobs.keys()) if (key.startsWith(prefix)) this.#blobs.delete(key);
        }),
    };
    return createStore({ client: this.database.client(gate), tables: TABLE_NAMES, blobs, clock: this.scheduler });
  }

  #deps(process: Process): ResourceDeps {
    const { scheduler } = this;
    const hints: ChangeHints = {
      changed: () => undefined,
      mark: () => 0,
      pace: (ms) => ms,
      wait: (_threadId, ms, signal) => scheduler.sleep(process, ms, signal),
    };
    return {
      store: this.#store((name, run) => scheduler.io(process, name, run)),
      waker: this.#waker(process),
      hints,
      clock: scheduler,
      ids: this.#ids,
      model: this.model(process, scheduler),
      launcher: this.#launcher(process),
    };
  }

  #waker(process: Process): Waker {
    return {
      wake: (ref) =>
        this.scheduler.io(process, 'invoke', async () => {
          const fault = this.wakeFault();
          if (fault === 'lose') return;
          this.#invoke(ref, 1);
          if (fault === 'double') this.#invoke(ref, 1);
        }),
    };
  }

  /** An asynchronous invocation with Lambda's two retries. A process that is killed is not retried: it ran out of luck. */
  #invoke(ref: ThreadRef, attempt: number): void {
    const process = this.process('harness');
    const deps = this.#deps(process);
    const { store, model, waker, hints, clock, ids } = deps;
    const sleep = (ms: number, signal?: AbortSignal): Promise<void> => this.scheduler.sleep(process, ms, signal);
    const harness = createHarness({
      log: store.log,
      sessions: store.sessions,
      model,
      traits: createTraits(),
      workQueue: createWorkQueue(deps),
      waker,
      hints,
      clock,
      ids,
      sleep,
    });
    const run = async (): Promise<void> => {
      await sleep(attempt === 1 ? WAKE_DELAY_MS : attempt * 1_000);
      await harness.wake(ref, { deadline: clock.now() + WAKE_SECONDS * MICROS_PER_SECOND });
    };
    run().catch((error: unknown) => {
      this.errors.push(`${process.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      if (attempt < 3) this.#invoke(ref, attempt + 1);
    });
  }

  #launcher(process: Process): SandboxLauncher {
    return {
      start: (work, session, secret) =>
        this.scheduler.io(process, 'launch', async () => {
          if (this.#started.has(secret)) return;
          this.#started.add(secret);
          startWorker(this, work, session, secret, LOST_AFTER_MS);
        }),
      stop: () => this.scheduler.io(process, 'stop sandbox', async () => undefined),
    };
  }
}

export const refOf = (session: SessionRecord): ThreadRef => ({
  workspace: session.workspace,
  sessionId: session.id,
  threadId: session.threadId,
});
