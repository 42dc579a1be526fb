/** A cloud session whose worker is real, behind the real API; the harness is played by the test. */
import { join } from 'node:path';
import { systemIds } from '../../runtime/contract/ids';
import { systemClock } from '../../runtime/contract/time';
import type { EventOf } from '../../runtime/contract/wire';
import { SandboxBell } from '../../runtime/harness/sandbox-bell';
import { createBellDoor } from '../../runtime/http/bell-door';
import { createHandler } from '../../runtime/http/handler';
import { listen, type RunningServer } from '../../runtime/http/node-server';
import { announceChanges, LocalChangeHints } from '../../runtime/local/change-hints';
import { probeIsolation } from '../../runtime/local/isolation';
import { LocalLauncher } from '../../runtime/local/launcher';
import { Keys } from '../../runtime/resources/keys';
import type { ResourceDeps, SandboxLauncher } from '../../runtime/resources/ports';
import { createWorkQueue, type SessionWorkQueue } from '../../runtime/resources/work-queue';
import type { Store } from '../../runtime/store/ports';
import type { WorkRecord } from '../../runtime/store/work-ports';
import type { InboxEntry, Commit, SessionRecord, Signal, ThreadRef } from '../../runtime/store/records';
import { PlayedThread, WORKSPACE } from '../http/api';
import { openEngine, type Engine } from '../store/engine';
import { BellGateway } from '../support/bell-gateway';
import { descendantsOf, type ProcessId } from '../support/process-tree';
import { Programs } from './programs';
import Anthropic from '@anthropic-ai/sdk';

const MAX_IDLE_MS = 700;
const PATIENCE_MS = 45_000;

type Result = EventOf<'user.tool_result'>;

/** The API, a launcher and a client, all in this process; the workers are processes of their own. */
export class SandboxWorld {
  readonly secrets: string[] = [];
  readonly log: string[] = [];
  /** Looks at each heartbeat before the API does; false keeps it from the API, as a broken way there would. */
  onHeartbeat: () => boolean = () => true;
  /** What workers ask of the API, as `GET /v1/...`, without what stands behind a question mark. */
  readonly asked: string[] = [];
  /** How many of their streams stand open. */
  readonly openStreams = new Set<Response>();

  private constructor(
    private readonly engine: Engine,
    private readonly programs: Programs,
    private readonly server: RunningServer,
    readonly store: Store,
    readonly queue: SessionWorkQueue,
    readonly launcher: LocalLauncher,
    private readonly client: Anthropic,
    readonly gateway: BellGateway | undefined,
  ) {}

  /** @param options `bell`: workers are told of their session by a bell, and the played harness rings it. */
  static async open({ bell = false }: { bell?: boolean } = {}): Promise<SandboxWorld> {
    const [engine, programs] = await Promise.all([openEngine(), Programs.build()]);
    const hints = new LocalChangeHints();
    const store = announceChanges(engine.store, hints);
    const gateway = bell ? await BellGateway.open(createBellDoor({ store, clock: systemClock })) : undefined;
    const isolation = await probeIsolation(programs.sandboxes, programs.host);
    const launcher: LocalLauncher = new LocalLauncher({
      root: programs.sandboxes,
      baseUrl: () => server.url,
      supervisor: programs.supervisor,
      isolation,
      bell: gateway?.url,
      maxIdleMs: MAX_IDLE_MS,
      workerGone: (...gone) => queue.workerGone(...gone),
      log: (line) => world.log.push(line),
    });
    const noting: SandboxLauncher = {
      start: (work, session, secret) => {
        world.secrets.push(secret);
        return launcher.start(work, session, secret);
      },
      stop: (session, options) => launcher.stop(session, options),
    };
    const deps: ResourceDeps = {
      store,
      hints,
      waker: { wake: async () => undefined },
      clock: systemClock,
      ids: systemIds,
      model: { models: async () => [], respond: () => Promise.reject(new Error('not asked here')) },
      launcher: noting,
    };
    const queue = createWorkQueue(deps);
    const handle = createHandler(deps);
    const server = await listen(
      async (request) => {
        const isHeartbeat = request.url.includes('/heartbeat');
        if (isHeartbeat && !world.onHeartbeat()) return new Response(null, { status: 503 });
        return world.counted(request, await handle(request));
      },
      { port: 0 },
    );
    const { secret: apiKey } = await new Keys(deps).createApiKey(WORKSPACE);
    const client = new Anthropic({ baseURL: server.url, apiKey });
    const world = new SandboxWorld(engine, programs, server, store, queue, launcher, client, gateway);
    return world;
  }

  async close(): Promise<void> {
    await this.launcher.close();
    await this.gateway?.close();
    await this.server.close();
    await this.engine.close();
    await this.programs.remove();
  }

  async session(): Promise<ServedSession> {
    const agent = await this.client.beta.agents.create({ name: 'a', model: 'claude-opus-5' });
    const environment = await this.client.beta.environments.create({ name: `e${Date.now()}` });
    const { id } = await this.client.beta.sessions.create({ agent: agent.id, environment_id: environment.id });
    const record = await this.store.sessions.get(WORKSPACE, id);
    if (!record) throw new Error('the session is not there');
    // As a harness leaves it behind.
    const ref = { workspace: WORKSPACE, sessionId: id, threadId: record.threadId };
    await this.store.log.acquireLease(ref, 'harness', 0, 1);
    return new ServedSession(this, record, join(this.programs.sandboxes, id));
  }

  /** Tells the session's sandbox of the last commits, as a harness does. */
  async ring(ref: ThreadRef): Promise<void> {
    const head = await this.store.log.acquireLease(ref, 'harness', systemClock.now(), systemClock.now() + 1);
    const lately: Commit[] = [];
    const range = { from: 1, limit: 20, descending: true };
    for await (const commit of this.store.log.readCommits(ref, range)) lately.unshift(commit);
    const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms).unref());
    const bell = new SandboxBell({ bell: this.gateway?.bell, sleep }, ref, { bell: head?.bell });
    bell.ring(lately);
    await bell.quiet();
  }

  /** Notes what was asked, and of a stream how long it stands. */
  counted(request: Request, response: Response): Response {
    const { pathname } = new URL(request.url);
    this.asked.push(`${request.method} ${pathname}`);
    if (!pathname.endsWith('/stream') || !response.body) return response;
    this.openStreams.add(response);
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        this.openStreams.delete(response);
        controller.close();
      },
      cancel: async (reason) => {
        this.openStreams.delete(response);
        await reader.cancel(reason);
      },
    });
    return new Response(body, response);
  }

  /** The workers' processes and all that they started. */
  processes(): ProcessId[] {
    return descendantsOf(process.pid).filter(({ name }) => name !== 'esbuild');
  }
}

/** One session of it. */
export class ServedSession {
  private readonly thread: PlayedThread;
  private readonly ref: ThreadRef;
  /** The results that were taken out of the inbox, perhaps beside the one that was looked for. */
  private readonly results = new Map<string, Result>();

  constructor(
    private readonly world: SandboxWorld,
    readonly record: SessionRecord,
    readonly directory: string,
  ) {
    this.ref = { workspace: record.workspace, sessionId: record.id, threadId: record.threadId };
    this.thread = new PlayedThread(world.store, this.ref);
  }

  /** The model calls a tool, and a worker is wanted for it. Answers the call's id. */
  async call(name: string, input: Record<string, unknown>): Promise<string> {
    let id = '';
    await this.commit((builder) => {
      if (builder.summary.status !== 'running') {
        builder.push<'session.status_running'>({ type: 'session.status_running' });
      }
      const use = { type: 'agent.tool_use' as const, name, input, evaluated_permission: 'allow' as const };
      id = builder.push<'agent.tool_use'>(use, { modelId: 'toolu_1', route: 'sandbox' });
    });
    await this.world.queue.want(this.record);
    return id;
  }

  /** The result that the worker sends for a call; taken into the log as the harness does. */
  async result(id: string): Promise<Result> {
    const event = await this.await(async () => {
      for (const { entries } of await this.world.store.log.readInbox(this.ref)) entries.forEach(this.note);
      return this.results.get(id);
    });
    await this.commit((builder, entries) => {
      const { content, is_error } = event;
      const result = { type: 'agent.tool_result' as const, tool_use_id: id, is_error: is_error ?? false };
      builder.push<'agent.tool_result'>({ ...result, ...(content ? { content } : {}) });
      for (const waiting of entries) {
        this.note(waiting.entry);
        builder.drop(waiting);
      }
    });
    return event;
  }

  private readonly note = ({ event }: InboxEntry): void => {
    if (event?.type === 'user.tool_result') this.results.set(event.tool_use_id, event);
  };

  async text(id: string): Promise<string> {
    const { content } = await this.result(id);
    const [block] = content ?? [];
    return block?.type === 'text' ? block.text : '';
  }

  /** The harness ends an open call itself, as an interrupt makes it. */
  async interrupt(id: string): Promise<void> {
    await this.commit((builder) => {
      builder.push<'agent.tool_result'>({ type: 'agent.tool_result', tool_use_id: id, is_error: true });
    });
  }

  /** The turn ends, or waits for the client. */
  async rest(type: 'end_turn' | 'requires_action'): Promise<void> {
    await this.commit((builder) => {
      const stop_reason = type === 'end_turn' ? { type } : { type, event_ids: ['sevt_somebody_else'] };
      builder.push<'session.status_idle'>({ type: 'session.status_idle', stop_reason, stop_details: null });
    });
  }

  /** A commit of the harness, which its sandbox is told of. */
  private async commit(step: Parameters<PlayedThread['commit']>[0]): Promise<void> {
    await this.thread.commit(step);
    await this.world.ring(this.ref);
  }

  async signals(): Promise<Signal[]> {
    const items = await this.world.store.log.readInbox(this.ref);
    return items.flatMap(({ entries }) => entries.flatMap(({ signal }) => (signal ? [signal] : [])));
  }

  work(): Promise<WorkRecord | undefined> {
    return this.world.store.work.getBySession(WORKSPACE, this.record.environmentId, this.record.id);
  }

  state(state: WorkRecord['state']): Promise<true> {
    return this.await(async () => (await this.work())?.state === state || undefined);
  }

  /** Looks until there is something. */
  async await<T>(look: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`waited in vain; the workers said: ${this.world.log.join('\n')}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}
