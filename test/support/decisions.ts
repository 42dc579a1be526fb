/** Plays a thread against the pure core alone: an inbox, a log, and a model that answers by a script. */
import { primaryThreadOf } from '../../runtime/contract/ids';
import type { ClientEvent, SessionEvent } from '../../runtime/contract/wire';
import { decide } from '../../runtime/harness/decide';
import { NO_LISTING, type Dialled } from '../../runtime/harness/dial';
import type { Deed } from '../../runtime/harness/next';
import type { JudgedCall, Outcome } from '../../runtime/harness/outcome';
import type { ThreadState } from '../../runtime/harness/state';
import type { ModelResponse } from '../../runtime/model/port';
import type { Commit, InboxEntry, InboxItem, SessionRecord, Signal, ThreadUsage } from '../../runtime/store/records';
import { entryId, waiting } from '../../runtime/thread/inbox';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';

const T0 = 1_790_000_000_000_000;

export function sessionRecord(overrides: Partial<SessionRecord> = {}): SessionRecord {
  const id = 'sesn_011111111111111111111111';
  return {
    id,
    workspace: 'wrkspc_test',
    threadId: primaryThreadOf(id),
    agent: {
      id: 'agent_011111111111111111111111',
      type: 'agent',
      version: 1,
      name: 'tester',
      description: null,
      system: null,
      model: { id: 'claude-opus-5', speed: 'standard' },
      tools: [],
      mcp_servers: [],
      skills: [],
      multiagent: null,
      execution_identity: { type: 'service_account' },
    },
    environmentId: 'env_011111111111111111111111',
    environmentConfig: {
      type: 'cloud',
      networking: { type: 'unrestricted' },
      packages: { type: 'packages', apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] },
    },
    title: null,
    metadata: {},
    resources: [],
    vaultIds: [],
    budget: null,
    createdAt: T0,
    updatedAt: T0,
    archivedAt: null,
    revision: 1,
    status: 'idle',
    ...overrides,
  };
}

export interface Said {
  readonly text?: string;
  readonly thinking?: number;
  readonly calls?: readonly Partial<JudgedCall>[];
  readonly stopReason?: string;
  readonly stopDetails?: ModelResponse['stopDetails'];
  readonly charge?: Partial<ThreadUsage>;
  readonly contextTokens?: number;
}

/** One thread in memory. Each `step` is what a harness would do between two reads of the inbox. */
export class Play {
  readonly commits: Commit[] = [];
  inbox: InboxItem[] = [];
  now = T0;
  deed: Deed = { type: 'rest' };
  /** What dialling the session's MCP servers gives. */
  dialled: Dialled = { listing: NO_LISTING, errors: [] };
  #ids = 0;

  constructor(
    public session: SessionRecord = sessionRecord(),
    private readonly contextWindow = 200_000,
  ) {}

  get summary() {
    return this.commits.at(-1)?.summary ?? EMPTY_SUMMARY;
  }

  get events(): SessionEvent[] {
    return this.commits.flatMap(({ records }) => records.map(({ event }) => event));
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  /** The ids of the calls that are open, in order. */
  get open(): string[] {
    return this.summary.openCalls.map(({ id }) => id);
  }

  send(...events: (Record<string, unknown> & { type: ClientEvent['type'] })[]): string[] {
    const entries: InboxEntry[] = events.map((event) => ({
      event: { id: this.#name('sevt'), ...event } as unknown as ClientEvent,
    }));
    this.#accept(entries);
    return entries.map(entryId);
  }

  message(text = 'hello'): string[] {
    return this.send({ type: 'user.message', content: [{ type: 'text', text }] });
  }

  signal(signal: Signal): void {
    this.#accept([{ id: this.#name('sgnl'), signal }]);
  }

  /** Decides and commits until there is nothing more to do without the outside. */
  step(outcome?: Outcome): Deed {
    let given = outcome;
    let dialled: Dialled | undefined;
    for (;;) {
      this.now += 1_000;
      const state = dialled ? { ...this.state, dialled } : this.state;
      const { commit, deed } = decide(state, { now: this.now, eventId: () => this.#name('sevt') }, given);
      given = undefined;
      dialled = deed.type === 'dial' ? this.dialled : undefined;
      this.deed = deed;
      if (commit.isEmpty && deed.type !== 'dial') return deed;
      if (commit.isEmpty) continue;
      const built = commit.build('play', this.state.inbox);
      this.commits.push(built);
      this.inbox = this.inbox.filter(({ key }) => !built.consumed.includes(key));
      if (deed.type !== 'rest' && deed.type !== 'dial') return deed;
    }
  }

  /** The model answers the request that is under way. */
  respond(said: Said): Deed {
    const { text, thinking = 0, calls = [] } = said;
    const startId = this.summary.openRequest?.id ?? '';
    const purpose = this.deed.type === 'request' ? this.deed.purpose : 'turn';
    const usage = {
      inputTokens: said.contextTokens ?? 10,
      outputTokens: 5,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      webSearches: 0,
    };
    return this.step({
      type: 'response',
      startId,
      purpose,
      response: {
        blocks: text === undefined ? [] : [{ type: 'text', text, citations: null }],
        stopReason: said.stopReason ?? (calls.length > 0 ? 'tool_use' : 'end_turn'),
        stopDetails: said.stopDetails ?? null,
        usage,
      },
      calls: calls.map((call) => ({
        modelId: this.#name('toolu'),
        input: {},
        eventType: 'agent.tool_use',
        route: 'sandbox',
        name: 'bash',
        permission: 'allow',
        evaluation: { type: 'always_allow' },
        ...call,
      })),
      messageId: this.#name('sevt'),
      thinkingIds: Array.from({ length: thinking }, () => this.#name('sevt')),
      charge: { ...EMPTY_SUMMARY.usage, inputTokens: 10, outputTokens: 5, ...said.charge },
    });
  }

  /** The MCP servers answer the calls that are being made; of the others, nothing is known. */
  called(...callIds: string[]): Deed {
    const results = callIds.map((callId) => ({ callId, content: [], isError: false }));
    return this.step({ type: 'called', results });
  }

  fail(transient: boolean, failure: Extract<Outcome, { type: 'failure' }>['failure'] = 'model_overloaded_error'): Deed {
    const startId = this.summary.openRequest?.id ?? '';
    return this.step({ type: 'failure', startId, purpose: 'turn', failure, transient, message: 'no' });
  }

  get state(): ThreadState {
    const last = this.commits.at(-1);
    return {
      session: this.session,
      n: last?.n ?? 0,
      summary: this.summary,
      inbox: waiting(this.inbox, last),
      contextWindow: this.contextWindow,
      nativeCompaction: false,
    };
  }

  #accept(entries: readonly InboxEntry[]): void {
    this.inbox.push({ key: this.#name('INBOX#'), acceptedAt: this.now, entries });
  }

  #name(kind: string): string {
    this.#ids += 1;
    return `${kind}_${String(this.#ids).padStart(6, '0')}`;
  }
}
