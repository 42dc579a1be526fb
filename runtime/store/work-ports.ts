/** Work items: what the workers of sandboxes take up. */
import type { Micros } from '../contract/time';
import type { Page, PageRequest } from './page';

/** A work item as stored (reference 10). `sessionTokenHash` is of the token handed out with the current lease. */
export interface WorkRecord {
  readonly id: string;
  readonly workspace: string;
  readonly environmentId: string;
  readonly sessionId: string;
  /** Whether this stack starts the worker (`cloud`) or the user does (`self_hosted`). */
  readonly kind: 'cloud' | 'self_hosted';
  readonly state: 'queued' | 'starting' | 'active' | 'stopping' | 'stopped';
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Micros;
  /** When it was (re)queued. */
  readonly startedAt: Micros | null;
  readonly acknowledgedAt: Micros | null;
  readonly latestHeartbeatAt: Micros | null;
  readonly stopRequestedAt: Micros | null;
  readonly stoppedAt: Micros | null;
  /** Handed out by a poll and not acknowledged yet. */
  readonly reservedAt: Micros | null;
  /**
   * When somebody must look at the item again unless something happens before: a lease lapses without a heartbeat, a failed
   * start is tried again, a stopped item is tidied up. The due index holds the item while this is set, whatever its state.
   */
  readonly leaseUntil: Micros | null;
  readonly ttlSeconds: number;
  readonly sessionTokenHash: string | null;
  /** Of the claim that the worker's token was given for, where it was started with one. */
  readonly claimHash?: string | null;
  /** What its worker is stopped by, where the session's id does not lead to it. */
  readonly task?: string | null;
  /** Whether its worker stood ready in the warm pool. */
  readonly startedWarm?: boolean;
  /** What is kept of a `cloud` session's files while it has no sandbox. */
  readonly savedWorkspace?: SavedWorkspace;
  /** Input came while the item was stopping: queue it again once it has stopped. */
  readonly wantedAgain: boolean;
  /** How often in a row a worker of this stack could not be started for it, or ended at once. */
  readonly startFailures: number;
  readonly revision: number;
}

/** The archives of a session's files, by the keys of the blobs that hold them. */
export interface SavedWorkspace {
  /** Complete ones, the newest first. */
  readonly saved: readonly string[];
  /** One that somebody began to upload and nobody has completed. */
  readonly uploading: string | null;
}

/** Which item it is. */
export type WorkRef = Pick<WorkRecord, 'workspace' | 'environmentId' | 'sessionId' | 'id'>;

export interface WorkStore {
  /** The item of a session; one session has at most one. */
  getBySession(workspace: string, environmentId: string, sessionId: string): Promise<WorkRecord | undefined>;
  /** For those who know the item by its name alone. */
  get(workspace: string, environmentId: string, workId: string): Promise<WorkRecord | undefined>;
  /** The item as it stands now, also where its name has gone before it; undefined where it has gone itself. */
  reread(work: WorkRef): Promise<WorkRecord | undefined>;
  /** Puts a new item; false when the session has one already. */
  create(work: WorkRecord): Promise<boolean>;
  /** Writes the item if its revision is still `work.revision - 1`. False when it was not. Indexes follow the state. */
  update(work: WorkRecord): Promise<boolean>;
  delete(work: WorkRef): Promise<void>;
  /** Items in state `queued`, oldest first (reserved ones included). The index is a hint: `update` decides. */
  queued(workspace: string, environmentId: string, limit: number): Promise<WorkRecord[]>;
  list(workspace: string, environmentId: string, page: PageRequest): Promise<Page<WorkRecord>>;
  /** Notes that a worker polls, and counts the distinct ones since `since`. */
  noteWorker(workspace: string, environmentId: string, workerId: string, at: Micros): Promise<void>;
  countWorkers(workspace: string, environmentId: string, since: Micros): Promise<number>;
}
