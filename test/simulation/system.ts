/**
 * The whole system on the simulated machine: the real harness, store, event rules, work queue, launcher and sweeper, each
 * function's execution environment a process of its own. Only the outside is made up: the model, the tools, the client, AWS.
 */
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { WarmPool } from '../../runtime/aws/warm-pool';
import { primaryThreadOf, type IdSource } from '../../runtime/contract/ids';
import type { Micros } from '../../runtime/contract/time';
import type { ModelProvider } from '../../runtime/model/port';
import { createEvents } from '../../runtime/resources/events';
import type { RequestContext, ResourceDeps } from '../../runtime/resources/ports';
import { createSessions } from '../../runtime/resources/sessions';
import { createWorkOperations } from '../../runtime/resources/work';
import { createWorkQueue } from '../../runtime/resources/work-queue';
import type { ChangeHints, Principal, Store, Waker } from '../../runtime/store/ports';
import type { SessionRecord, ThreadRef } from '../../runtime/store/records';
import { createStore } from '../../runtime/store/store';
import { TABLE_NAMES } from '../../runtime/local/dynamo';
import { Table, type Item } from '../../runtime/store/table';
import { sessionRecord } from '../support/decisions';
import { Archives } from './archives';
import { Bucket } from './bucket';
import { Choices } from './choices';
import { Cluster } from './cluster';
import { Containers } from './containers';
import { Database, type Gate, type Witness } from './database';
import { createEnvironment } from './environments';
import { Accidents, isRefusal } from './errors';
import { seededIds } from './ids';
import { launcherOf, poolOf, REVISIONS } from './launcher';
import { PoolReferee } from './pool';
import { Referee } from './referee';
import { clientOf } from './requests';
import { Switchboard } from './switchboard';
import { Process, type Scheduler } from './scheduler';
import { SimulatedServers } from './servers';
import type { BellFates, Schedule } from './strikes';
import { tellOfEnd } from './task-watch';
import { startTask, type WorkerOptions } from './worker';

const LOST_AFTER_MS = 3_000;
/** What a session keeps of a stack that has a bell. */
const RINGING: SessionRecord['runtime'] = { harness: '1', sandbox: REVISIONS, bell: 'wss://bell.test' };

export type Operations = ReturnType<typeof createEvents> &
  ReturnType<typeof createWorkOperations> &
  ReturnType<typeof createSessions>;
export type WakeFault = 'deliver' | 'lose' | 'double';

/** What a system is made for. */
export interface SystemOptions {
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly model: (process: Process) => ModelProvider;
  readonly wakeFault: () => WakeFault;
  readonly wakeSeconds: number;
  /** How long a wake takes to begin. */
  readonly wakeDelayMs: number;
  /** In which ways the database answers. */
  readonly database: Pick<Schedule, 'isFree' | 'ahead'>;
  readonly worker: WorkerOptions;
  /** Whether the files of sandboxes are kept. */
  readonly keepsFiles: boolean;
  /** Whether the service is told of tasks that have stopped. */
  readonly isWatched: boolean;
  /** How many sandboxes stand ready. */
  readonly warm: number;
  /** Whether sandboxes have a bell, which may never work, and what becomes of its rings. */
  readonly bell: { readonly kind: 'sound' | 'dead' | undefined; readonly fates: BellFates | undefined };
}

/** When a worker that is told by a bell ran a call. */
export interface Run {
  readonly id: string;
  readonly begunAt: Micros;
  readonly endedAt: Micros;
}

export class System {
  readonly scheduler: Scheduler;
  readonly bucket = new Bucket();
  readonly #ids: IdSource;
  readonly #containers: Containers;
  readonly #choices: Choices;
  readonly cluster: Cluster;
  readonly servers: SimulatedServers;
  readonly switchboard: Switchboard;
  readonly referee = new Referee(
    (key) => this.bucket.everHad(key),
    () => this.options.scheduler.now(),
    (claimHash) => this.cluster.runs(claimHash),
  );
  /** Undefined where the files of sandboxes are not kept. */
  readonly archives: Archives | undefined;
  /** Undefined where no sandbox stands ready. */
  readonly pool: PoolReferee | undefined;
  #processes = 0;
  #tickets = 0;
  /** How often each call really took effect, by the id of its event. */
  readonly effects = new Map<string, number>();
  /** What a worker was told that is accepted: the call, and what it gave. */
  readonly delivered = new Map<string, string>();
  /** In their order. */
  readonly runs: Run[] = [];
  /** The hashes of all tokens and claims that were made for workers. */
  readonly credentials = new Set<string>();
  /** How often the sweeper found a thread that somebody had to be woken for. */
  revived = 0;
  /** How often it found a work item that somebody else should have seen to. */
  neglected = 0;
  /** What became of invocations, of sweeps, and of requests of the API, where it was not an answer. */
  readonly accidents = new Accidents();

  private constructor(
    readonly database: Database,
    private readonly options: SystemOptions,
  ) {
    const { scheduler, random, wakeSeconds, wakeDelayMs, bell } = options;
    this.scheduler = scheduler;
    this.#choices = new Choices(options.database, random, () => scheduler.now());
    this.servers = new SimulatedServers(scheduler);
    this.#ids = seededIds(random);
    this.switchboard = new Switchboard({
      scheduler,
      random,
      fates: bell.fates,
      isDead: bell.kind === 'dead',
      inDoor: (run) => this.inFunction('bell', run),
    });
    this.#containers = new Containers({
      scheduler,
      random,
      wakeSeconds,
      wakeDelayMs,
      process: () => this.process('harness'),
      deps: (process) => this.depsOf(process),
      mcp: (process) => this.servers.client(process),
      bell: (process) => (bell.kind ? this.switchboard.bell(process) : undefined),
      onError: (who, error) => this.accidents.note(who, error),
    });
    const now = (): Micros => scheduler.now();
    const { warm: size, isWatched } = options;
    this.archives = options.keepsFiles ? new Archives(this.bucket) : undefined;
    this.pool = size > 0 ? new PoolReferee(size, { cluster: () => this.cluster, now }) : undefined;
    this.cluster = new Cluster({
      start: (order) => startTask(this, order, LOST_AFTER_MS),
      onEnd: isWatched ? (task) => void tellOfEnd(this, task, random) : undefined,
      onStop: (tags) => this.pool?.stops(tags),
      claimGivenTo: (ticketHash) => this.pool?.claimGivenTo(ticketHash),
      now: this.pool && now,
    });
  }

  get worker(): WorkerOptions {
    return this.options.worker;
  }

  static async open(options: SystemOptions): Promise<System> {
    return new System(await Database.open(), options);
  }

  /** A process that faults may strike, or one of the outside world. */
  process(name: string, mortal = true): Process {
    this.#processes += 1;
    return new Process(`${name}#${this.#processes}`, mortal);
  }

  async session(overrides: Partial<SessionRecord> = {}): Promise<SessionRecord> {
    const id = this.#ids.make('session');
    const runtime = this.options.bell.kind ? RINGING : undefined;
    const session = sessionRecord({ ...(runtime && { runtime }), ...overrides, id, threadId: primaryThreadOf(id) });
    const store = this.bare();
    await createEnvironment(store, session);
    await store.sessions.create(session);
    return session;
  }

  /** Asks the API as somebody: each request is a process that may die, and then the caller sees its connection break. */
  request<T>(principal: Principal, ask: (operations: Operations, context: RequestContext) => Promise<T>): Promise<T> {
    return this.inApi((deps) => {
      const workQueue = createWorkQueue(deps);
      const operations = {
        ...createEvents(deps),
        ...createWorkOperations(deps, workQueue),
        ...createSessions({ ...deps, workQueue }),
      };
      return ask(operations, { principal, requestId: this.#ids.make('request'), now: this.scheduler.now() });
    });
  }

  /** Runs something in a process of the API. */
  inApi<T>(run: (deps: ResourceDeps) => Promise<T>): Promise<T> {
    return this.inFunction('api', run);
  }

  /** Runs something in a process of the function of this name. */
  inFunction<T>(name: string, run: (deps: ResourceDeps, gate: Gate) => Promise<T>): Promise<T> {
    const process = this.process(name);
    return new Promise<T>((resolve, reject) => {
      process.onDeath.push(() => reject(new Error('connection lost')));
      run(this.depsOf(process), this.gateOf(process))
        .finally(() => (process.isOver = true))
        .then(resolve, (error: unknown) => {
          this.accidents.note(process.name, error);
          process.isOver = isRefusal(error);
          reject(error);
        });
    });
  }

  /** The store as it is, read from beside the simulation. */
  bare(): Store {
    return this.#store((_name, run) => run(), 'outside');
  }

  /** All items of a partition. */
  async itemsOf(table: keyof typeof TABLE_NAMES, partition: string): Promise<Item[]> {
    const items: Item[] = [];
    const client = this.database.client((_name, run) => run());
    for await (const item of new Table(client, TABLE_NAMES[table]).query({ partition })) items.push(item);
    return items;
  }

  /** How many credentials of workers still work. */
  async credentialsLeft(): Promise<number> {
    const { keys } = this.bare();
    const found = await Promise.all([...this.credentials].map((hash) => keys.findByHash(hash)));
    return found.filter((key) => key !== undefined).length;
  }

  async principalOf(hash: string): Promise<Principal | undefined> {
    return (await this.bare().keys.findByHash(hash))?.principal;
  }

  #store(gate: Gate, writer: string): Store {
    const witness: Witness = (written) => {
      this.referee.saw(writer, written);
      this.pool?.saw(writer, written);
      this.archives?.saw(written);
    };
    const client = clientOf({ database: this.database, gate, choices: this.#choices, witness });
    const store = createStore({
      client,
      tables: TABLE_NAMES,
      blobs: this.bucket.reachedThrough(gate),
      clock: this.scheduler,
    });
    const put: Store['keys']['put'] = (hash, key) => {
      this.credentials.add(hash);
      return store.keys.put(hash, key);
    };
    return { ...store, keys: { ...store.keys, put } };
  }

  /** What a process works with. */
  depsOf(process: Process): ResourceDeps {
    const { scheduler } = this;
    const hints: ChangeHints = {
      changed: () => undefined,
      mark: () => 0,
      pace: (ms) => ms,
      wait: (_topic, ms, signal) => scheduler.sleep(process, ms, signal),
    };
    const gate = this.gateOf(process);
    const store = this.#store(gate, process.name);
    const { client, pool } = this.sandboxesOf(gate, store);
    return {
      store,
      waker: this.#waker(gate),
      hints,
      clock: scheduler,
      ids: this.#ids,
      model: this.options.model(process),
      launcher: launcherOf(client, pool),
      ...(this.archives && process.name.startsWith('api') ? { workspaces: this.archives.reachedThrough(gate) } : {}),
    };
  }

  /** Through which a process reaches the world. */
  gateOf(process: Process): Gate {
    return (name, run, options) => this.scheduler.io(process, name, run, options);
  }

  /** The cluster as somebody behind that gate reaches it, and the sandboxes that stand ready, if any are to. */
  sandboxesOf(gate: Gate, { warm }: Pick<Store, 'warm'>): { readonly client: ECSClient; readonly pool?: WarmPool } {
    const client = this.cluster.client(gate);
    if (!this.pool) return { client };
    const onError = (error: unknown): void => this.accidents.note('pool', error);
    const ticket = (): string => `ticket ${(this.#tickets += 1)}`;
    return { client, pool: poolOf(this.pool.size, { client, warm, clock: this.scheduler, onError, ticket }) };
  }

  #waker(gate: Gate): Waker {
    return {
      wake: (ref: ThreadRef) =>
        gate('invoke', async () => {
          const fault = this.options.wakeFault();
          if (fault === 'lose') return;
          this.#containers.invoke(ref);
          if (fault === 'double') this.#containers.invoke(ref);
        }),
    };
  }
}

export const refOf = (session: SessionRecord): ThreadRef => ({
  workspace: session.workspace,
  sessionId: session.id,
  threadId: session.threadId,
});
