/** A harness on the real store (embedded DynamoDB, in memory) with a model and a sandbox that answer by a script. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { primaryThreadOf, systemIds } from '../../runtime/contract/ids';
import { MICROS_PER_SECOND, systemClock, type Micros } from '../../runtime/contract/time';
import type { ClientEvent, SessionEvent } from '../../runtime/contract/wire';
import type { HarnessDeps } from '../../runtime/harness/ports';
import { createHarness } from '../../runtime/harness/wake';
import { createFileBlobs } from '../../runtime/local/blobs';
import { LocalChangeHints } from '../../runtime/local/change-hints';
import { createLocalDynamo } from '../../runtime/local/dynamo';
import { createMcpClient } from '../../runtime/mcp/client';
import type { ModelProgress, ModelProvider, ModelRequest, ModelResponse } from '../../runtime/model/port';
import { createTraits } from '../../runtime/model/traits';
import { createStore } from '../../runtime/store/store';
import { inboxTopic, type Store } from '../../runtime/store/ports';
import type { SessionRecord, ThreadRef } from '../../runtime/store/records';
import { pendingEvents, waiting } from '../../runtime/thread/inbox';
import { sessionRecord } from './decisions';

export type Answer = Partial<ModelResponse> | Error;
export type Script = (
  request: ModelRequest,
  tools: { signal: AbortSignal; say: (progress: ModelProgress) => void },
) => Answer | Promise<Answer>;

/** A response that says a text. */
export const says = (text: string): Answer => ({
  blocks: [{ type: 'text', text, citations: null }],
  stopReason: 'end_turn',
});

/** A response that calls tools. */
export const calls = (...uses: { id: string; name: string; input?: unknown }[]): Answer => ({
  blocks: uses.map(({ id, name, input = {} }) => ({ type: 'tool_use' as const, id, name, input })),
  stopReason: 'tool_use',
});

export class World {
  readonly wakes: ThreadRef[] = [];
  readonly requests: ModelRequest[] = [];
  /** What the sandbox does when it is wanted. */
  onWant: (session: SessionRecord) => Promise<Micros | undefined> = async () => undefined;
  script: Script = () => says('hello');
  readonly hints = new LocalChangeHints();
  #close: (() => Promise<void>)[] = [];

  private constructor(readonly store: Store) {}

  static async open(): Promise<World> {
    const dynamo = await createLocalDynamo();
    const dir = await mkdtemp(join(tmpdir(), 'world-'));
    const store = createStore({ client: dynamo.client, tables: dynamo.tables, blobs: createFileBlobs(dir) });
    const world = new World(store);
    world.#close = [() => dynamo.close(), () => rm(dir, { recursive: true, force: true })];
    return world;
  }

  async close(): Promise<void> {
    for (const step of this.#close) await step();
  }

  get deps(): HarnessDeps {
    return {
      log: this.store.log,
      sessions: this.store.sessions,
      model: this.#model(),
      traits: createTraits(),
      workQueue: { want: (session) => this.onWant(session) },
      mcp: createMcpClient({ privateHosts: ['127.0.0.1'] }),
      waker: {
        wake: async (ref) => {
          this.wakes.push(ref);
        },
      },
      hints: this.hints,
      clock: systemClock,
      ids: systemIds,
      sleep: (ms, signal) => pause(ms, undefined, { signal, ref: false }).catch(() => undefined),
    };
  }

  async session(overrides: Partial<SessionRecord> = {}): Promise<SessionRecord> {
    const id = systemIds.make('session');
    const session = sessionRecord({ ...overrides, id, threadId: primaryThreadOf(id) });
    const toolset = {
      type: 'agent_toolset_20260401' as const,
      default_config: { enabled: true, permission_policy: { type: 'always_allow' as const } },
      configs: [],
    };
    const tools = overrides.agent?.tools ?? [toolset];
    await this.store.sessions.create({ ...session, agent: { ...session.agent, tools } });
    return { ...session, agent: { ...session.agent, tools } };
  }

  ref(session: SessionRecord): ThreadRef {
    return { workspace: session.workspace, sessionId: session.id, threadId: session.threadId };
  }

  async send(session: SessionRecord, ...events: (Record<string, unknown> & { type: ClientEvent['type'] })[]) {
    const named = events.map((event) => ({
      event: { id: systemIds.make('event'), ...event } as unknown as ClientEvent,
    }));
    const now = systemClock.now();
    await this.store.log.accept(this.ref(session), named, now, now + MICROS_PER_SECOND);
    this.hints.changed(inboxTopic(session.threadId));
    return named.map(({ event }) => event.id);
  }

  message(session: SessionRecord, text = 'hello') {
    return this.send(session, { type: 'user.message', content: [{ type: 'text', text }] });
  }

  wake(session: SessionRecord, options: { seconds?: number; signal?: AbortSignal; deps?: HarnessDeps } = {}) {
    const deadline = systemClock.now() + (options.seconds ?? 600) * MICROS_PER_SECOND;
    const given = options.signal ? { deadline, signal: options.signal } : { deadline };
    return createHarness(options.deps ?? this.deps).wake(this.ref(session), given);
  }

  /** The history as a client lists it: what happened, then what waits. */
  async history(session: SessionRecord): Promise<SessionEvent[]> {
    const ref = this.ref(session);
    const inbox = await this.store.log.readInbox(ref);
    const events: SessionEvent[] = [];
    let last;
    for await (const commit of this.store.log.readCommits(ref, { from: 1 })) {
      events.push(...commit.records.map(({ event }) => event));
      last = commit;
    }
    return [...events, ...pendingEvents(waiting(inbox, last))];
  }

  #model(): ModelProvider {
    return {
      respond: async (request, { signal = new AbortController().signal, onProgress = () => {} }) => {
        this.requests.push(request);
        const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0, webSearches: 0 };
        const answer = await this.script(request, { signal, say: onProgress });
        if (answer instanceof Error) throw answer;
        return { blocks: [], stopReason: 'end_turn', stopDetails: null, usage, ...answer };
      },
      models: async () => [],
    };
  }
}
