/** The work queue over the real store, with a clock to turn, a launcher that notes what it is asked, and a log to write. */
import { ApiError } from '../../runtime/contract/errors';
import { primaryThreadOf, systemIds } from '../../runtime/contract/ids';
import type { Operations } from '../../runtime/contract/operations';
import { MICROS_PER_SECOND, systemClock, toTimestamp, type Micros } from '../../runtime/contract/time';
import { validateInput } from '../../runtime/contract/validate';
import { LocalChangeHints } from '../../runtime/local/change-hints';
import type { SessionEvent } from '../../runtime/contract/wire';
import { listEvents } from '../../runtime/resources/events-list';
import { hashOfSecret } from '../../runtime/resources/keys';
import type { OperationsOf, ResourceDeps, SandboxLauncher } from '../../runtime/resources/ports';
import { createWorkOperations, type WorkOperations } from '../../runtime/resources/work';
import { createWorkQueue, type SessionWorkQueue } from '../../runtime/resources/work-queue';
import { workNameKey } from '../../runtime/store/keys';
import type { Principal, Store } from '../../runtime/store/ports';
import type { WorkRecord } from '../../runtime/store/work-ports';
import type { OpenCall, SessionRecord, Signal, ThreadRef } from '../../runtime/store/records';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { openEngine, type Engine } from '../store/engine';

type WorkOperation = keyof WorkOperations;

interface Request {
  readonly path: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** The environment's key, unless given. */
  readonly as?: Principal;
}

export const WORKSPACE = 'home';
export const operator: Principal = { kind: 'api_key', workspace: WORKSPACE, keyId: 'apikey_1' };

/** Which worker was started, and with what. */
export interface Start {
  readonly work: WorkRecord;
  readonly secret: string;
}

export class WorkWorld {
  now: Micros = systemClock.now();
  readonly starts: Start[] = [];
  readonly stops: { readonly id: string; readonly discard: boolean }[] = [];
  readonly wakes: ThreadRef[] = [];
  readonly hints = new LocalChangeHints();
  /** What the launcher does instead of starting a worker, as long as it is set. */
  startFails: Error | null = null;
  readonly store: Store;
  readonly queue: SessionWorkQueue;
  private readonly operations: OperationsOf<WorkOperation>;

  private constructor(
    private readonly engine: Engine,
    private readonly launching: Pick<SandboxLauncher, 'startsByClaim' | 'startWithin'>,
  ) {
    this.store = engine.storeOf(engine.client, this.clock);
    this.queue = createWorkQueue(this.deps());
    this.operations = createWorkOperations(this.deps(), this.queue);
  }

  static async open(launching: Pick<SandboxLauncher, 'startsByClaim' | 'startWithin'> = {}): Promise<WorkWorld> {
    return new WorkWorld(await openEngine(), launching);
  }

  close(): Promise<void> {
    return this.engine.close();
  }

  /** The same world to a process of its own, some parts of which may fail. */
  other(changed: Partial<ResourceDeps>): SessionWorkQueue {
    return createWorkQueue({ ...this.deps(), ...changed });
  }

  async call<O extends WorkOperation>(operation: O, request: Request): Promise<Operations[O]['result']> {
    const { path, query = {}, body, headers = {}, as } = request;
    const raw = { path, query: new URLSearchParams(query), body, headers: new Headers(headers) };
    const input = validateInput(operation, raw);
    const principal = as ?? environmentKey(path.environment_id ?? '');
    this.now += 1_000;
    return this.operations[operation]({ principal, requestId: 'req_1', now: this.now }, input);
  }

  /** How the request is refused. Fails when it is not. */
  async refusal(operation: WorkOperation, request: Request) {
    try {
      await this.call(operation, request);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { status, type, message, details } = error;
      return { status, type, message, ...(details ? { details } : {}) };
    }
    throw new Error(`${operation} was not refused`);
  }

  pass(seconds: number): void {
    this.now += seconds * MICROS_PER_SECOND;
  }

  /** An environment of the kind, with a session that has nothing to do. */
  async session(kind: WorkRecord['kind'], environmentId = systemIds.make('environment')): Promise<SessionRecord> {
    const config = kind === 'cloud' ? CLOUD : SELF_HOSTED;
    const at = toTimestamp(this.now);
    if (!(await this.store.environments.get(WORKSPACE, environmentId))) {
      const dates = { created_at: at, updated_at: at, archived_at: null };
      const environment = { id: environmentId, type: 'environment', name: 'e', description: '', metadata: {} } as const;
      await this.store.environments.create(WORKSPACE, environmentId, { ...environment, config, ...dates });
    }
    const id = systemIds.make('session');
    const session: SessionRecord = {
      id,
      workspace: WORKSPACE,
      threadId: primaryThreadOf(id),
      agent: AGENT,
      environmentId,
      environmentConfig: config,
      title: null,
      metadata: {},
      resources: [],
      vaultIds: [],
      budget: null,
      createdAt: this.now,
      updatedAt: this.now,
      archivedAt: null,
      revision: 1,
      status: 'idle',
    };
    await this.store.sessions.create(session);
    return session;
  }

  /** Lets the session's log end with these calls open. */
  async open(session: SessionRecord, ...ids: string[]): Promise<void> {
    const ref = refOf(session);
    const n = ((await this.store.log.lastCommit(ref))?.n ?? 0) + 1;
    const openCalls = ids.map((id): OpenCall => {
      return { id, type: 'agent.tool_use', name: 'bash', modelId: id, route: 'sandbox', permission: 'allow' };
    });
    const summary = { ...EMPTY_SUMMARY, status: 'running' as const, lastAt: this.now, openCalls };
    await this.store.log.append(ref, { n, at: this.now, by: 'test', records: [], consumed: [], summary });
  }

  /** Lets the session's log end idle. */
  async rest(session: SessionRecord): Promise<void> {
    const ref = refOf(session);
    const n = ((await this.store.log.lastCommit(ref))?.n ?? 0) + 1;
    const summary = { ...EMPTY_SUMMARY, lastAt: this.now };
    await this.store.log.append(ref, { n, at: this.now, by: 'test', records: [], consumed: [], summary });
  }

  async work(session: SessionRecord): Promise<WorkRecord> {
    const work = await this.store.work.getBySession(WORKSPACE, session.environmentId, session.id);
    if (!work) throw new Error('the session has no work item');
    return work;
  }

  /** Deletes the session; then the put that made its item arrives once more, as one does that is sent again when no answer came. */
  async deleteTooEarly(session: SessionRecord): Promise<void> {
    const work = await this.work(session);
    await this.store.sessions.delete(WORKSPACE, session.id);
    await this.store.work.delete(work);
    await this.store.work.create(work);
    await this.engine.raw.control.delete(workNameKey(WORKSPACE, work.environmentId, work.id));
  }

  /** The signals that wait in the session's inbox. */
  async signals(session: SessionRecord): Promise<Signal[]> {
    const items = await this.store.log.readInbox(refOf(session));
    return items.flatMap(({ entries }) => entries.flatMap(({ signal }) => (signal ? [signal] : [])));
  }

  /** The session's events as somebody is shown them. */
  async listed(session: SessionRecord, principal: Principal): Promise<SessionEvent[]> {
    return (await listEvents(this.deps(), session, principal, { within: {} })).data;
  }

  /** Whether a credential in the wire's form of a secret is known. */
  async works(secret: string): Promise<boolean> {
    const { sessions_token } = tokenOf(secret);
    const found = await this.store.keys.findByHash(hashOfSecret(sessions_token));
    return found !== undefined && found.revokedAt === null;
  }

  /** Handles the session's item as the sweeper does, if it is due now. */
  async sweep({ environmentId }: SessionRecord): Promise<void> {
    for (const item of await this.store.due.due('work', this.now, 1_000)) {
      if (item.kind !== 'work' || item.environmentId !== environmentId) continue;
      await this.queue.lapse(item);
    }
  }

  get clock() {
    return { now: (): Micros => (this.now += 1) };
  }

  private deps(): ResourceDeps {
    const launcher: SandboxLauncher = {
      ...this.launching,
      start: async (work, _session, secret) => {
        if (this.startFails) throw this.startFails;
        this.starts.push({ work, secret });
      },
      stop: async ({ id }, { discard }) => void this.stops.push({ id, discard }),
    };
    return {
      store: this.store,
      waker: { wake: async (ref) => void this.wakes.push(ref) },
      hints: this.hints,
      clock: this.clock,
      ids: systemIds,
      model: { models: async () => [], respond: () => Promise.reject(new Error('not asked here')) },
      launcher,
    };
  }
}

export function environmentKey(environmentId: string): Principal {
  return { kind: 'environment_key', workspace: WORKSPACE, environmentId, keyId: 'envkey_1' };
}

export function sessionToken({ workspace, environmentId, sessionId, id: workId }: WorkRecord): Principal {
  return { kind: 'session_token', workspace, environmentId, sessionId, workId };
}

export function tokenOf(secret: string): { sessions_token: string } {
  return JSON.parse(Buffer.from(secret, 'base64url').toString()) as { sessions_token: string };
}

export const refOf = (session: SessionRecord): ThreadRef => ({
  workspace: session.workspace,
  sessionId: session.id,
  threadId: session.threadId,
});

const SELF_HOSTED: SessionRecord['environmentConfig'] = { type: 'self_hosted' };
const CLOUD: SessionRecord['environmentConfig'] = {
  type: 'cloud',
  networking: { type: 'unrestricted' },
  packages: { type: 'packages', apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] },
};

const AGENT: SessionRecord['agent'] = {
  id: 'agent_01',
  type: 'agent',
  version: 1,
  name: 'a',
  description: null,
  system: null,
  model: { id: 'claude-opus-5' },
  tools: [],
  mcp_servers: [],
  skills: [],
  multiagent: null,
  execution_identity: { type: 'service_account' },
};
