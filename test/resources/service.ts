/** The resources over the real store and the real contract, without the handler in front of them. */
import { ApiError } from '../../runtime/contract/errors';
import { primaryThreadOf, systemIds } from '../../runtime/contract/ids';
import type { OperationName, Operations } from '../../runtime/contract/operations';
import { systemClock, type Micros } from '../../runtime/contract/time';
import { validateInput } from '../../runtime/contract/validate';
import { LocalChangeHints } from '../../runtime/local/change-hints';
import { listedModels } from '../../runtime/model/catalogue';
import { createAgents } from '../../runtime/resources/agents';
import { createCredentials } from '../../runtime/resources/credentials';
import { createEnvironments } from '../../runtime/resources/environments';
import { createModels } from '../../runtime/resources/models';
import type { OperationsOf, ResourceDeps } from '../../runtime/resources/ports';
import { createSessions } from '../../runtime/resources/sessions';
import { createThreads } from '../../runtime/resources/threads';
import { createVaults } from '../../runtime/resources/vaults';
import { SessionWorkQueue } from '../../runtime/resources/work-queue';
import { threadPartition } from '../../runtime/store/keys';
import type { Principal, Store } from '../../runtime/store/ports';
import type { SessionRecord, ThreadRef, ThreadSummary } from '../../runtime/store/records';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import type { Item } from '../../runtime/store/table';
import type { VaultKeeper } from '../../runtime/vault/ports';
import { openEngine, type Engine } from '../store/engine';
import { VaultWorld } from '../support/vault-world';

type Served = ReturnType<typeof operationsOf>;
type ServedName = keyof Served & OperationName;

interface Request {
  readonly path?: Record<string, string>;
  readonly query?: Record<string, string | readonly string[]>;
  readonly body?: unknown;
  /** An API key of the workspace `home`, unless given. */
  readonly as?: Principal;
}

function operationsOf(deps: ResourceDeps & { readonly vault: VaultKeeper }, workQueue: SessionWorkQueue) {
  const { vault } = deps;
  return {
    ...createAgents(deps),
    ...createEnvironments(deps),
    ...createSessions({ ...deps, workQueue }),
    ...createThreads(deps),
    ...createModels(deps),
    ...createVaults({ ...deps, vault }),
    ...createCredentials({ ...deps, vault }),
  };
}

export const home: Principal = { kind: 'api_key', workspace: 'home', keyId: 'apikey_home' };
export const elsewhere: Principal = { kind: 'api_key', workspace: 'elsewhere', keyId: 'apikey_elsewhere' };

/** Every request is one line: `service.call('agents.create', { body })`. */
export class Service {
  readonly wakes: ThreadRef[] = [];
  readonly stopped: { readonly id: string; readonly discard: boolean }[] = [];

  private constructor(
    private readonly engine: Engine,
    readonly vaults: VaultWorld,
    private readonly changed: Partial<ResourceDeps> = {},
  ) {}

  static async open(): Promise<Service> {
    const engine = await openEngine();
    return new Service(engine, await VaultWorld.open(engine.store));
  }

  async close(): Promise<void> {
    await this.vaults.close();
    await this.engine.close();
  }

  get store(): Store {
    return this.engine.store;
  }

  /** All that stands in the partition of a thread. */
  async rowsOf(ref: ThreadRef): Promise<Item[]> {
    const rows: Item[] = [];
    for await (const row of this.engine.raw.sessions.query({ partition: threadPartition(ref) })) rows.push(row);
    return rows;
  }

  /** The same service with parts that fail: what a crash at that place leaves behind. */
  with(changed: Partial<ResourceDeps>): Service {
    return new Service(this.engine, this.vaults, changed);
  }

  async call<O extends ServedName>(operation: O, request: Request = {}): Promise<Operations[O]['result']> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(request.query ?? {})) {
      for (const one of [value].flat()) query.append(name, String(one));
    }
    const raw = { path: request.path ?? {}, query, body: request.body, headers: new Headers() };
    const input = validateInput(operation, raw);
    const context = { principal: request.as ?? home, requestId: systemIds.make('request'), now: systemClock.now() };
    const operations: OperationsOf<ServedName> = operationsOf(this.deps, new SessionWorkQueue(this.deps));
    return operations[operation](context, input);
  }

  /** How the request is refused: its status, type, message and code. Fails when it is not. */
  async refusal<O extends ServedName>(operation: O, request: Request = {}) {
    try {
      await this.call(operation, request);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { status, type, message, details } = error;
      return { status, type, message, ...(details?.error_code ? { code: details.error_code } : {}) };
    }
    throw new Error(`${operation} was not refused`);
  }

  get deps(): ResourceDeps & { readonly vault: VaultKeeper } {
    return {
      vault: this.vaults.broker(),
      store: this.store,
      waker: { wake: async (ref) => void this.wakes.push(ref) },
      hints: new LocalChangeHints(),
      clock: systemClock,
      ids: systemIds,
      model: { models: async () => listedModels(), respond: () => Promise.reject(new Error('not asked here')) },
      launcher: { start: async () => {}, stop: async ({ id }, { discard }) => void this.stopped.push({ id, discard }) },
      sandboxes: { limitedNetworks: true },
      ...this.changed,
    };
  }

  ref(sessionId: string): ThreadRef {
    return { workspace: home.workspace, sessionId, threadId: primaryThreadOf(sessionId) };
  }

  /** Lets the log of a session end in this state. */
  async reach(sessionId: string, summary: Partial<ThreadSummary>): Promise<void> {
    const ref = this.ref(sessionId);
    const last = await this.store.log.lastCommit(ref);
    const n = (last?.n ?? 0) + 1;
    const items = await this.store.log.readInbox(ref);
    const consumed = items.map(({ key }) => key);
    const at: Micros = systemClock.now();
    const state = { ...EMPTY_SUMMARY, ...last?.summary, cycleStart: 1, lastAt: at, ...summary };
    await this.store.log.append(ref, { n, at, by: 'test', records: [], consumed, summary: state });
    await this.store.log.settle(ref, consumed);
    await this.store.sessions.project(ref.workspace, sessionId, state.status, n);
  }

  async record(sessionId: string): Promise<SessionRecord> {
    const record = await this.store.sessions.get(home.workspace, sessionId);
    if (!record) throw new Error(`There is no session ${sessionId}`);
    return record;
  }

  /** A session of a new agent in a new cloud environment. */
  async session(body: Record<string, unknown> = {}): Promise<Operations['sessions.create']['result']> {
    const agent = await this.call('agents.create', { body: { name: 'a', model: 'claude-opus-5' } });
    const environment = await this.call('environments.create', { body: { name: 'e' } });
    return this.call('sessions.create', { body: { agent: agent.id, environment_id: environment.id, ...body } });
  }
}
