/** The API over the real store behind a real server, with the official client; the harness is played by the test. */
import { setTimeout as pause } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import { primaryThreadOf, systemIds } from '../../runtime/contract/ids';
import { systemClock } from '../../runtime/contract/time';
import { createHandler, type Handler, type HandlerOptions } from '../../runtime/http/handler';
import { listen, type RunningServer } from '../../runtime/http/node-server';
import { announceChanges, LocalChangeHints } from '../../runtime/local/change-hints';
import { listedModels } from '../../runtime/model/catalogue';
import { Keys } from '../../runtime/resources/keys';
import type { ResourceDeps } from '../../runtime/resources/ports';
import type { Store } from '../../runtime/store/ports';
import type { Fact } from '../../runtime/telemetry/facts';
import type { PreviewChunk, ThreadRef } from '../../runtime/store/records';
import { CommitBuilder, type Waiting } from '../../runtime/thread/commit-builder';
import { waiting } from '../../runtime/thread/inbox';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { openEngine, type Engine } from '../store/engine';

export const WORKSPACE = 'wrkspc_01AAAAAAAAAAAAAAAAAAAAAA';

export class Api {
  /** What went wrong inside. */
  readonly failures: Fact[] = [];
  readonly wakes: ThreadRef[] = [];
  readonly store: Store;
  readonly hints = new LocalChangeHints();
  readonly handler: Handler;
  readonly keys: Keys;
  key = '';
  private server: RunningServer | undefined;

  private constructor(
    private readonly engine: Engine,
    options: HandlerOptions,
  ) {
    this.store = announceChanges(engine.store, this.hints);
    this.handler = createHandler(this.deps, options);
    this.keys = new Keys(this.deps);
  }

  static async open(options: HandlerOptions = {}): Promise<Api> {
    const api = new Api(await openEngine(), options);
    api.key = await api.newKey(WORKSPACE);
    return api;
  }

  get deps(): ResourceDeps {
    return {
      store: this.store,
      waker: { wake: async (ref) => void this.wakes.push(ref) },
      hints: this.hints,
      clock: systemClock,
      ids: systemIds,
      model: { models: async () => listedModels(), respond: () => Promise.reject(new Error('not asked here')) },
      launcher: { start: async () => {}, stop: async () => {} },
      sandboxes: { limitedNetworks: true },
      observe: (fact) => {
        if ('error' in fact && fact.error !== undefined) this.failures.push(fact);
      },
    };
  }

  async newKey(workspace: string): Promise<string> {
    return (await this.keys.createApiKey(workspace)).secret;
  }

  async environmentKey(environmentId: string): Promise<string> {
    return (await this.keys.createEnvironmentKey(WORKSPACE, environmentId)).secret;
  }

  /** The official client, in front of a server on this machine. */
  async client(credential: { apiKey?: string; authToken?: string } = { apiKey: this.key }): Promise<Anthropic> {
    this.server ??= await listen(this.handler, { port: 0 });
    const { apiKey = null, authToken = null } = credential;
    return new Anthropic({ baseURL: this.server.url, apiKey, authToken, maxRetries: 0 });
  }

  async url(): Promise<string> {
    await this.client();
    return this.server?.url ?? '';
  }

  /** A raw request to the handler. */
  fetch(path: string, init: RequestInit & { key?: string } = {}): Promise<Response> {
    const { key = this.key, ...rest } = init;
    const headers = new Headers(rest.headers);
    if (key !== '') headers.set('authorization', `Bearer ${key}`);
    return this.handler(new Request(`http://localhost${path}`, { ...rest, headers }));
  }

  post(path: string, body: unknown, init: RequestInit & { key?: string } = {}): Promise<Response> {
    return this.fetch(path, { method: 'POST', body: JSON.stringify(body), ...init });
  }

  async session(kind: 'cloud' | 'self_hosted' = 'cloud', body: Record<string, unknown> = {}) {
    const client = await this.client();
    const agent = await client.beta.agents.create({ name: 'a', model: 'claude-opus-5' });
    const environment = await client.beta.environments.create({ name: 'e', config: { type: kind } });
    return client.beta.sessions.create({ agent: agent.id, environment_id: environment.id, ...body });
  }

  thread(sessionId: string): PlayedThread {
    return new PlayedThread(this.store, {
      workspace: WORKSPACE,
      sessionId,
      threadId: primaryThreadOf(sessionId),
    });
  }

  async close(): Promise<void> {
    await this.server?.close();
    await this.engine.close();
  }
}

type Step = (builder: CommitBuilder, entries: readonly Waiting[]) => void;

/** What a harness would write into a thread's log. */
export class PlayedThread {
  constructor(
    readonly store: Store,
    readonly ref: ThreadRef,
  ) {}

  /** Makes one commit of what the step puts into it, with the thread's lease, as a harness does. */
  async commit(step: Step): Promise<void> {
    const now = systemClock.now();
    await this.store.log.acquireLease(this.ref, 'test', now, now + 1);
    const items = await this.store.log.readInbox(this.ref);
    const last = await this.store.log.lastCommit(this.ref);
    const inbox = waiting(items, last);
    const builder = new CommitBuilder(last?.summary ?? EMPTY_SUMMARY, (last?.n ?? 0) + 1, {
      now: systemClock.now(),
      eventId: () => systemIds.make('event'),
    });
    step(
      builder,
      inbox.flatMap((item) => item.entries.map((entry) => ({ item, entry }))),
    );
    const commit = builder.build('test', inbox);
    if ((await this.store.log.append(this.ref, commit)) === 'taken') throw new Error('the log has moved');
    await this.store.log.settle(this.ref, commit.consumed);
  }

  /** The running pair, what waits, and the start of a model request. */
  begin(): Promise<void> {
    return this.commit((builder, entries) => {
      if (builder.summary.status !== 'running') {
        builder.push<'session.status_running'>({ type: 'session.status_running' });
        builder.push<'session.thread_status_running'>({
          type: 'session.thread_status_running',
          session_thread_id: this.ref.threadId,
          agent_name: 'a',
        });
      }
      for (const entry of entries) builder.admit(entry);
      builder.push<'span.model_request_start'>({ type: 'span.model_request_start' });
    });
  }

  /** The model's answer, and idle. */
  finish(text: string, id?: string): Promise<void> {
    return this.commit((builder) => {
      const content = [{ type: 'text' as const, text }];
      builder.push<'agent.message'>({ type: 'agent.message', content, ...(id ? { id } : {}) });
      endRequest(builder);
      goIdle(builder, this.ref.threadId, { type: 'end_turn' });
    });
  }

  async turn(text: string, thinkingMs = 0): Promise<void> {
    await this.begin();
    if (thinkingMs > 0) await pause(thinkingMs);
    await this.finish(text);
  }

  /** The model calls tools, and the thread waits for what `calls` says. Answers the events' ids. */
  async call(...calls: { name: string; kind: 'custom' | 'sandbox'; ask?: boolean }[]): Promise<string[]> {
    const ids: string[] = [];
    await this.commit((builder) => {
      for (const { name, kind, ask } of calls) {
        const hidden = { modelId: `toolu_${ids.length}`, route: kind };
        ids.push(
          kind === 'custom'
            ? builder.push<'agent.custom_tool_use'>({ type: 'agent.custom_tool_use', name, input: {} }, hidden)
            : builder.push<'agent.tool_use'>(
                { type: 'agent.tool_use', name, input: {}, evaluated_permission: ask ? 'ask' : 'allow' },
                hidden,
              ),
        );
      }
      endRequest(builder);
      goIdle(builder, this.ref.threadId, { type: 'requires_action', event_ids: ids });
    });
    return ids;
  }

  async preview(chunk: Omit<PreviewChunk, 'key'>): Promise<void> {
    const now = systemClock.now();
    await this.store.log.putPreview(this.ref, chunk, now, now + 120_000_000);
  }
}

function endRequest(builder: CommitBuilder): void {
  builder.push<'span.model_request_end'>({
    type: 'span.model_request_end',
    model_request_start_id: builder.summary.openRequest?.id ?? '',
    is_error: false,
    model_usage: { input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
  });
}

type StopReason = { type: 'end_turn' } | { type: 'requires_action'; event_ids: string[] };

function goIdle(builder: CommitBuilder, threadId: string, reason: StopReason): void {
  builder.push<'session.thread_status_idle'>({
    type: 'session.thread_status_idle',
    session_thread_id: threadId,
    agent_name: 'a',
    stop_reason: reason,
    stop_details: null,
  });
  builder.push<'session.status_idle'>({ type: 'session.status_idle', stop_reason: reason, stop_details: null });
}
