/**
 * What the service tells of its own work. Whoever does something worth knowing states a fact, once; logs, metrics and traces
 * are readings of it. A fact points at what it is about instead of copying from it, and each reading picks what it may show.
 */
import type { Micros } from '../contract/time';
import type { ModelFailure, ModelRequest, ModelResponse } from '../model/port';
import type { WorkRecord } from '../store/work-ports';
import type { Commit, SessionRecord, ThreadRef, ThreadSummary } from '../store/records';

/** From when to when something took. */
interface Span {
  readonly startedAt: Micros;
  readonly endedAt: Micros;
}

/** A wake ended. */
export interface WakeFact extends Span {
  readonly type: 'wake';
  readonly ref: ThreadRef;
  /** The wake's id, which the commits that it made carry as `by`. */
  readonly wake: string;
  /**
   * `busy`: another harness held the lease, and nothing was done. `superseded`: another one took the lease while this one
   * was at work, or the session was deleted. `failed`: an error ended it.
   */
  readonly outcome: 'worked' | 'busy' | 'superseded' | 'failed';
  readonly error?: unknown;
}

/** A harness tried to write a commit. */
export interface CommitFact {
  readonly type: 'commit';
  readonly ref: ThreadRef;
  readonly session: SessionRecord;
  /** The thread's state before it. */
  readonly before: ThreadSummary;
  readonly commit: Commit;
  /** Whether it stands in the log; otherwise another harness was first. */
  readonly written: boolean;
}

/** A request to the model ended, whatever became of its answer. */
export interface ModelFact extends Span {
  readonly type: 'model_request';
  readonly ref: ThreadRef;
  readonly session: SessionRecord;
  readonly wake: string;
  readonly purpose: 'turn' | 'compaction';
  /** The id of the request's `span.model_request_start`. */
  readonly startId: string;
  /** The commit with which the turn began (`ThreadSummary.cycleStart`). */
  readonly cycleStart: number;
  readonly request: ModelRequest;
  /** When the first content came; absent where none did. */
  readonly firstTokenAt?: Micros;
  readonly answer: { readonly response: ModelResponse } | { readonly failure: ModelFailure; readonly message: string };
}

/** A sandbox was asked for: one was taken from the warm pool, one is being started, or none could be had. */
export interface SandboxStartFact {
  readonly type: 'sandbox_start';
  readonly work: WorkRecord;
  readonly outcome: SandboxStart | 'failed';
  readonly error?: unknown;
}

/** Whether a sandbox stood ready in the warm pool. */
export type SandboxStart = 'warm' | 'cold';

/** The worker of a sandbox that was asked for at `startedAt` showed life for the first time. */
export interface SandboxReadyFact extends Span {
  readonly type: 'sandbox_ready';
  readonly work: WorkRecord;
}

/** The API answered a request. A stream has then only begun. */
export interface RequestFact extends Span {
  readonly type: 'request';
  readonly requestId: string;
  readonly method: string;
  /** Undefined for a path that the API does not have. */
  readonly operation: string | undefined;
  /** The session that the path names. */
  readonly sessionId?: string;
  readonly status: number;
  /** What went wrong, where the caller was told of an internal error alone. */
  readonly error?: unknown;
}

/** Somebody who wanted to connect to the bell got an answer. */
export interface ConnectFact extends Span {
  readonly type: 'connect';
  /** The id of the connection, which a refused one would have had. */
  readonly connection: string;
  /** The session that the credential is for; absent where it is for none, or unknown. */
  readonly sessionId?: string;
  readonly status: number;
}

/** A stream broke off by an error of ours. */
export interface StreamFailureFact {
  readonly type: 'stream_failure';
  readonly requestId: string;
  readonly sessionId: string;
  readonly error: unknown;
}

/** A sandbox was told of what concerns it. */
export interface RingFact {
  readonly type: 'ring';
  readonly ref: ThreadRef;
}

/** A sandbox could not be told of what concerns it. It finds out by itself, later. */
export interface RingFailureFact {
  readonly type: 'ring_failure';
  readonly ref: ThreadRef;
  readonly error: unknown;
}

/** The sweeper looked for what is due. */
export interface SweepFact {
  readonly type: 'sweep';
  readonly found: number;
  /** By how much the oldest item was late. */
  readonly age: Micros;
}

export type Fact =
  | WakeFact
  | CommitFact
  | ModelFact
  | SandboxStartFact
  | SandboxReadyFact
  | RequestFact
  | ConnectFact
  | StreamFailureFact
  | RingFact
  | RingFailureFact
  | SweepFact;

/** The facts of one kind. */
export type FactOf<T extends Fact['type']> = Extract<Fact, { type: T }>;

/** Takes note of a fact: at once, without waiting for anything, and without throwing. */
export type Observe = (fact: Fact) => void;
