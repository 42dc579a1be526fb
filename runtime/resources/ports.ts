/** What the rules of the resources need from outside, and what a request tells them. */
import type { Operations } from '../contract/operations';
import type { IdSource } from '../contract/ids';
import type { Clock, Micros } from '../contract/time';
import type { ModelProvider } from '../model/port';
import type { TraitsOf } from '../model/traits';
import type { DueWork } from '../store/due-ports';
import type { ChangeHints, Principal, Store, Waker } from '../store/ports';
import type { WorkRecord } from '../store/work-ports';
import type { EndedSession, SessionRecord, SessionRuntime } from '../store/records';
import type { Observe } from '../telemetry/facts';
import type { VaultKeeper } from '../vault/ports';
import type { SandboxOffer } from './sandbox-offer';
import type { SandboxStartError } from './sandbox-start';

/** Who asks, when, and under which id. Validation and authentication are done. */
export interface RequestContext {
  readonly principal: Principal;
  readonly requestId: string;
  readonly now: Micros;
}

/** An operation of the API as a function: the parts of the request, checked and typed, to the response's body. */
export type Operation<O extends keyof Operations> = (
  context: RequestContext,
  input: Pick<Operations[O], 'path' | 'query' | 'body' | 'headers'>,
) => Promise<Operations[O]['result']>;

/** The operations that a part of the service offers. */
export type OperationsOf<O extends keyof Operations> = { readonly [K in O]: Operation<K> };

/** A worker that is on its way. */
export interface StartedSandbox {
  /** `warm` where one stood ready. */
  readonly start: 'warm' | 'cold';
  /** What to stop it by, where the session's id does not lead to it. */
  readonly task?: string;
  /** How long this one may take to its first heartbeat. @default the launcher's `startWithin` */
  readonly within?: Micros;
}

/** Starts and stops the workers of `cloud` environments. Fargate in the cloud, child processes on one machine. */
export interface SandboxLauncher {
  /**
   * Set where others may see what a worker is started with. The worker then gets a claim instead of the item's secret, and
   * exchanges it, once, for the secret (`resources/sandbox-claim.ts`).
   */
  readonly startsByClaim?: boolean;
  /** How long a worker may take from the start to its first heartbeat. @default a minute */
  readonly startWithin?: Micros;
  /**
   * Starts a worker for the item, which is `starting`. The secret (the wire's form: base64url JSON with `sessions_token`), or
   * the claim on it, is for this worker alone. Returns as soon as the start is under way. Starting what runs already for the
   * same item and secret is no error.
   *
   * @throws SandboxStartError, or anything else, when it cannot be started now.
   */
  start(work: WorkRecord, session: SessionRecord, secret: string): Promise<StartedSandbox | undefined>;
  /**
   * Makes sure that the session's worker is gone; `discard` also throws its files away (the session was deleted). `task` is what
   * the start said.
   */
  stop(
    session: Pick<SessionRecord, 'workspace' | 'id'>,
    options: { readonly discard: boolean; readonly task?: string },
  ): Promise<void>;
}

/** Everything that the resources are built from. */
export interface ResourceDeps {
  readonly store: Store;
  readonly waker: Waker;
  readonly hints: ChangeHints;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly model: ModelProvider;
  /** What is known of models. @default the public table */
  readonly traits?: TraitsOf;
  readonly launcher: SandboxLauncher;
  /** What environments may ask of sandboxes. @default the least */
  readonly sandboxes?: SandboxOffer;
  /** What new sessions are pinned to; undefined where only one version ever runs. */
  readonly runtime?: SessionRuntime;
  /** Absent where no secrets are taken in: vaults are not served there. */
  readonly vault?: VaultKeeper;
  /** Absent where sandboxes leave their files in place when they stop. */
  readonly workspaces?: WorkspaceArchives;
  /** Told of requests, and of sandboxes that were started. @default nobody */
  readonly observe?: Observe;
}

/**
 * Where sandboxes put the archives of their files, and fetch them: S3 in the cloud, a directory on one machine. A URL is good
 * for one archive and some minutes, and needs no other credential. One without a host is on the API's own.
 */
export interface WorkspaceArchives {
  /** What one archive may have. */
  readonly maxBytes: number;
  /** For a PUT of exactly so many bytes. */
  uploadUrl(key: string, bytes: number): Promise<string>;
  /** For a GET. */
  downloadUrl(key: string): Promise<string>;
  /** Whether the archive is there, whole. */
  has(key: string): Promise<boolean>;
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>;
}

/** What the harness and the sweeper ask of the work queue (implemented by `resources/work-queue.ts`). */
export interface WorkQueue {
  /**
   * Makes sure that the session's open sandbox calls will be served: queues the session's item (the same item under the
   * same id when there is one, reference 10), and for a `cloud` environment claims it and starts its worker. Idempotent and
   * cheap while a worker is alive.
   *
   * @returns when to call it again, where a start came to nothing: then the next one is due. The sweeper makes good what
   * nobody calls again.
   */
  want(session: SessionRecord): Promise<Micros | undefined>;
  /** The session has ended: its item stops, its worker goes. `discard` also deletes the item and the files. */
  end(session: EndedSession, options: { discard: boolean }): Promise<void>;
  /**
   * What the sweeper calls for a due item. A lapsed lease: a `self_hosted` item is queued again; a `cloud` item's worker
   * is dead, so the thread is told (`sandbox_lost`) and woken. Reads the item first.
   */
  lapse(due: DueWork): Promise<void>;
  /**
   * What a launcher calls when it sees a worker's process end: the same as a lapse, without the wait. Nothing happens where the
   * item goes by another worker meanwhile.
   *
   * @param cause why it ended, for the model; an error where it was never started.
   */
  workerGone(worker: GoneWorker, cause: string | SandboxStartError): Promise<void>;
}

/** A worker that ended: its item, and the token that it held. The item's next worker holds another. */
export type GoneWorker = Pick<WorkRecord, 'workspace' | 'environmentId' | 'id' | 'sessionTokenHash'>;
