/**
 * What the session log holds, as values. `thread/` gives these their meaning; this folder only keeps them.
 *
 * A thread is one item collection: its HEAD (the lease and a projection), its inbox (what others sent), its commits (what
 * happened) and previews of a message that is still being streamed.
 */
import type { Micros } from '../contract/time';
import type {
  ClientEvent,
  SessionAgent,
  SessionEvent,
  SessionStatus,
  Session,
  StopDetails,
  StopReason,
  Environment,
} from '../contract/wire';

/** Names a thread. Every key in the store carries the workspace, so no request can reach another's. */
export interface ThreadRef {
  readonly workspace: string;
  readonly sessionId: string;
  readonly threadId: string;
}

/** One event of the log: what the API shows, and beside it what only the harness needs. */
export interface EventRecord {
  readonly event: SessionEvent;
  readonly private?: PrivatePart;
}

/**
 * What the harness needs of an event and the API never shows.
 *
 * - on `span.model_request_start`: `digest`, the hash of the request's bytes, and `purpose`;
 * - on `span.model_request_end`: `purpose`; `response`, the model's blocks as they must be sent back (thinking signatures
 *   included); `charge`, what it adds to the thread's usage; `contextTokens`; `paused`, when the model API wants to be
 *   asked again with the same conversation to go on;
 * - on a tool use: `modelId`, the model's own id of the call, `route`, who answers it, and `repeatable`, where its MCP server
 *   says that it may be made again;
 * - on the `session.thread_status_running` that begins a cycle: `listing`, what the session's MCP servers offer, if that changed;
 * - on `agent.thread_context_compacted`: `summary`, our own, when the model API did not compact by itself;
 * - on `session.status_rescheduled`: `retryAt`;
 * - on `session.updated`: `runtime`, what the session was moved to, if that is what changed;
 * - on a client event that came too late to matter: `stale`. The model never sees it.
 */
export interface PrivatePart {
  readonly digest?: string;
  readonly purpose?: 'turn' | 'compaction';
  readonly response?: readonly unknown[];
  readonly charge?: ThreadUsage;
  readonly contextTokens?: number;
  readonly paused?: true;
  readonly modelId?: string;
  readonly route?: ToolRoute;
  readonly repeatable?: true;
  readonly listing?: ToolListing;
  readonly summary?: string;
  readonly retryAt?: Micros;
  readonly runtime?: SessionRuntime;
  readonly stale?: true;
}

/**
 * Who answers a call: a sandbox's worker (`sandbox`), the client (`custom`), an MCP server through the harness (`mcp`), the
 * model API itself, inside the response that made the call (`model`), or nobody, because the call may not run (`refused`) or its
 * server could not be dialled in this cycle (`unreachable`).
 */
export type ToolRoute = 'sandbox' | 'custom' | 'mcp' | 'model' | 'refused' | 'unreachable';

/** A tool as its MCP server lists it, cut down to our bounds. Its schema is what the server says, and may be no schema at all. */
export interface ListedTool {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema: unknown;
  /** The server declares it read-only or idempotent: a call whose outcome is unknown may be made again. */
  readonly repeatable?: true;
}

/** What an MCP server offered when it was last asked. One that could not be asked offers nothing. */
export interface ServerTools {
  readonly server: string;
  readonly tools: readonly ListedTool[];
  readonly failed?: true;
}

/** What the MCP servers of a session offer, in the agent's order. `digest` is the sha256 (hex) of it. */
export interface ToolListing {
  readonly digest: string;
  readonly servers: readonly ServerTools[];
}

/** A call of the last model response that has no result yet. They stand in call order. */
export interface OpenCall {
  /** The id of the tool use event. */
  readonly id: string;
  readonly type: 'agent.tool_use' | 'agent.mcp_tool_use' | 'agent.custom_tool_use';
  readonly name: string;
  readonly modelId: string;
  readonly route: ToolRoute;
  /** `ask` waits for a `user.tool_confirmation`; `deny` gets an error result; custom calls have `allow`. */
  readonly permission: 'allow' | 'ask' | 'deny';
  /** What the client said of an `ask`. */
  readonly verdict?: 'allow' | 'deny';
  readonly denyMessage?: string;
  /** Of a call of an MCP tool: whose it is, whether it may be made again, and how many times a harness has begun it. */
  readonly mcpServer?: string;
  readonly repeatable?: true;
  readonly begun?: number;
}

/** Cumulative usage of a thread. Cost is the list price in nano-dollars, so that sums stay exact integers. */
export interface ThreadUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly webSearches: number;
  readonly tokenCostNanoUsd: number;
  /** True once a model without a list price was used: the cost is then a lower bound, and a budget cannot hold. */
  readonly unpriced?: true;
}

/**
 * The state of a thread after a commit: a fold over all of its records, carried along so that nobody has to read them all
 * again. Retrieving a session or validating an event reads the last commit's summary and nothing else.
 */
export interface ThreadSummary {
  readonly status: SessionStatus;
  readonly stopReason: StopReason | null;
  readonly stopDetails: StopDetails;
  /** The latest `processed_at` of the log; the next event's is later. */
  readonly lastAt: Micros;
  /** How many events the log holds. */
  readonly events: number;
  /** The commit with which the current running cycle began, or the last one when idle; 0 before the first. */
  readonly cycleStart: number;
  /** The first commit that the live context needs: 1, or the commit of the last compaction. */
  readonly contextStart: number;
  /** How many tokens the context had when the model last answered (input, cached and output together). */
  readonly contextTokens: number;
  readonly openCalls: readonly OpenCall[];
  /** Where the log says what MCP servers offer: the commit, and the listing's digest. Absent before the first. */
  readonly listing?: { readonly at: number; readonly digest: string };
  /** True when the log ends in something that the model has not answered yet (a message, a set of results). */
  readonly modelOwes: boolean;
  /** A model request that began and has not ended: its harness is at work on it, or died. */
  readonly openRequest: { readonly id: string } | null;
  /** Failed tries of the model request that is due, and when the next may start. */
  readonly retry: { readonly failures: number; readonly notBefore: Micros } | null;
  /** Model requests since the turn's last client input, for the tool use limit. */
  readonly rounds: number;
  /** Compactions since the model last produced a message or a call. */
  readonly compactions: number;
  readonly usage: ThreadUsage;
  /** Microseconds in `running` until the current cycle began, and since when it runs. */
  readonly activeMicros: number;
  readonly runningSince: Micros | null;
  /**
   * Inbox items of which some entries are in the log and some still wait, with the ids of those that are. Entries named here
   * or in the last commit's `consumed` are history already: a reader of the inbox drops them.
   */
  readonly partial: Readonly<Record<string, readonly string[]>>;
}

/** One atomic step of a thread: what happened, the state after it, and the inbox items that it used up. */
export interface Commit {
  /** 1, 2, 3 … without a gap. */
  readonly n: number;
  /** When it was made. */
  readonly at: Micros;
  /** Which wake made it, for the curious. */
  readonly by: string;
  readonly records: readonly EventRecord[];
  /** The keys of inbox items all of whose entries are in the log now. */
  readonly consumed: readonly string[];
  /**
   * The calls of MCP tools that whoever wrote this makes once it stands. Another harness that finds one of them without a result
   * does not know whether it took effect.
   */
  readonly begins?: readonly string[];
  readonly summary: ThreadSummary;
}

/** What waits in an inbox: a client's event, or a signal from another part of the service. */
export type InboxEntry = { readonly event: ClientEvent; readonly signal?: undefined } | SignalEntry;

export interface SignalEntry {
  readonly id: string;
  readonly signal: Signal;
  readonly event?: undefined;
}

/** What other parts tell a thread. No client is shown a signal; what it causes is. */
export type Signal =
  /** The session record changed: the log gets this `session.updated`, and a budget that was raised may resume the turn. */
  | {
      readonly type: 'session_updated';
      readonly event: Omit<Extract<SessionEvent, { type: 'session.updated' }>, 'processed_at'>;
      readonly runtime?: SessionRuntime;
    }
  /** The worker that had the session's calls died. Calls it held have an unknown outcome. */
  | {
      readonly type: 'sandbox_lost';
      readonly workId: string;
      readonly calls: readonly string[];
      readonly reason: string;
      /** Set where no worker ever came to life: none of the calls has run. */
      readonly neverRan?: true;
    }
  /** The session was archived while the thread was at work, or about to be: what was begun is closed. */
  | { readonly type: 'session_archived' };

/** One accepted request: its entries were taken together or not at all, in the order sent. Keys sort by acceptance. */
export interface InboxItem {
  readonly key: string;
  readonly acceptedAt: Micros;
  readonly entries: readonly InboxEntry[];
}

/** What HEAD says: who is at work, and what lists and filters need. A projection: the last commit is the truth. */
export interface ThreadHead {
  readonly leaseOwner?: string;
  readonly leaseUntil?: Micros;
  /** Somebody wants previews until then. */
  readonly watchedUntil?: Micros;
  /** The connection of its sandbox's bell, which may be gone by now. */
  readonly bell?: string;
}

/**
 * Which deployed code serves a session: what was there when it was created, until somebody upgrades it. Where only one version
 * ever runs, sessions have none.
 */
export interface SessionRuntime {
  /** The published version of the harness. */
  readonly harness: string;
  /** The revisions that its sandboxes run, if the stack runs any: the ordinary one, and the one that may change its system. */
  readonly sandbox?: { readonly task: string; readonly systemTask: string };
  /** Where its sandboxes connect to be told of what concerns them. Absent where its harness tells nobody. */
  readonly bell?: string;
}

/** What is known of a session that ends, even when its record is gone: enough to find all that belongs to it. */
export interface EndedSession extends Pick<SessionRecord, 'workspace' | 'id' | 'environmentId'> {
  readonly environmentConfig: Pick<SessionRecord['environmentConfig'], 'type'>;
}

/** The session itself: what its creator asked for, resolved. What happens in it is in the log. */
export interface SessionRecord {
  readonly id: string;
  readonly workspace: string;
  readonly threadId: string;
  readonly agent: SessionAgent;
  readonly environmentId: string;
  /** The environment's configuration when the session was created; later edits do not reach it (reference 4). */
  readonly environmentConfig: Environment['config'];
  /** The size of its sandboxes that the environment asked for then; the deployment's default where it asked for none. */
  readonly sandboxSize?: string;
  readonly title: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly resources: Session['resources'];
  readonly vaultIds: readonly string[];
  readonly budget: Session['budget'];
  readonly createdAt: Micros;
  readonly updatedAt: Micros;
  readonly archivedAt: Micros | null;
  readonly runtime?: SessionRuntime;
  /** Raised by each update; an update is conditional on it. */
  readonly revision: number;
  /** Set while a delete is under way: to everybody else the session is gone. */
  readonly deleting?: true;
  /** A projection of the last commit, for lists. */
  readonly status: SessionStatus;
}

/** A piece of a message that is being streamed. Best effort; never history. */
export interface PreviewChunk {
  /** Sorts by time. */
  readonly key: string;
  readonly eventId: string;
  readonly eventType: 'agent.message' | 'agent.thinking';
  readonly index: number;
  /** Empty on the chunk that only announces the event. */
  readonly text: string;
}
