/**
 * What the store offers to the code above it. One implementation, over DynamoDB, serves production and one machine.
 * Every method is atomic by itself and none spans two items; what must hold across items is in each method's words.
 */
import type { Micros } from '../contract/time';
import type { DueIndex, Tombstones } from './due-ports';
import type { Page, PageRequest } from './page';
import type { Commit, InboxEntry, InboxItem, PreviewChunk, SessionRecord, ThreadHead, ThreadRef } from './records';
import type { RefreshLeases, VaultHeads } from './vault-ports';
import type { WarmStore } from './warm-ports';
import type { WorkStore } from './work-ports';

/** The log of a thread. */
export interface ThreadLog {
  /**
   * Puts one request's entries into the inbox, all or none and once, and returns the item. A body too big for an item goes
   * to the blobs first. The item is due at `wakeBy`: if no wake has seen it by then, the sweeper causes one.
   */
  accept(ref: ThreadRef, entries: readonly InboxEntry[], acceptedAt: Micros, wakeBy: Micros): Promise<InboxItem>;

  /**
   * The inbox in order of acceptance, as stored: entries that the log already holds may be among them (see
   * `ThreadSummary.partial`); `thread/` drops those. Read it before the commits, or an entry that moves in between is missed.
   * Strongly consistent, unless `eventual` halves the price for somebody who only wants to know whether a look is worth it:
   * that may show what was used up and deleted long ago.
   */
  readInbox(ref: ThreadRef, options?: { eventual?: boolean }): Promise<InboxItem[]>;

  /** The last commit, or undefined in a log that has none. Strongly consistent. */
  lastCommit(ref: ThreadRef): Promise<Commit | undefined>;

  /**
   * Commits `from`..`to`, both inclusive, in order (`descending`: from `to` down). Stops after `limit` commits. Pages of the
   * database are hidden. `eventual` halves the price for readers that come again anyway: a prefix of the truth, no holes.
   */
  readCommits(
    ref: ThreadRef,
    range: { from: number; to?: number; limit?: number; descending?: boolean; eventual?: boolean },
  ): AsyncIterable<Commit>;

  /**
   * Puts commit `n` if it is not there yet. 'taken' means that somebody else wrote it: the caller has not read all there is.
   * An answer that was lost is not an error: the item is read and recognized. When this throws all the same, the commit may
   * have been written or not, and who reads the log again sees which.
   */
  append(ref: ThreadRef, commit: Commit): Promise<'written' | 'taken'>;

  /** Deletes inbox items that a commit has used up. Deleting what is gone is no error. */
  settle(ref: ThreadRef, keys: readonly string[]): Promise<void>;

  /** Takes items out of the due index: a wake has seen them, and they wait for something that will cause a wake itself. */
  park(ref: ThreadRef, keys: readonly string[]): Promise<void>;

  /** Takes the lease if it is free, lapsed at `now`, or `owner`'s own. Undefined when another holds it. */
  acquireLease(ref: ThreadRef, owner: string, now: Micros, until: Micros): Promise<ThreadHead | undefined>;
  /** Prolongs the lease. Undefined when it is no longer `owner`'s. */
  renewLease(ref: ThreadRef, owner: string, until: Micros): Promise<ThreadHead | undefined>;
  /** Lets go. With `dueAt`, the sweeper wakes the thread then (a retry). Undefined when the lease is no longer `owner`'s. */
  releaseLease(ref: ThreadRef, owner: string, dueAt?: Micros): Promise<ThreadHead | undefined>;

  /** Says that somebody wants previews until `until`. */
  watch(ref: ThreadRef, until: Micros): Promise<void>;
  /**
   * Notes the connection over which the session's sandbox is told of what concerns it; the one before is forgotten. `revision` is
   * that of the sandbox's work item when it was let in. False when one was noted that was let in at a later one, for a thread of
   * which nothing is known, and for one that was deleted.
   */
  noteBell(ref: ThreadRef, connection: string, revision: number): Promise<boolean>;
  /** Notes that some client's stream has been sent everything up to commit `n`. Never goes back, nor brings a deleted thread back. */
  markHeard(ref: ThreadRef, n: number): Promise<void>;
  /** The last commit that some client's stream has been sent; 0 when none. Strongly consistent. */
  heardTo(ref: ThreadRef): Promise<number>;
  /** Writes a preview chunk, to expire at `expiresAt`. */
  putPreview(ref: ThreadRef, chunk: Omit<PreviewChunk, 'key'>, at: Micros, expiresAt: Micros): Promise<void>;
  /** The chunks after `afterKey` (all, when undefined), oldest first, and not older than `since`. */
  readPreviews(ref: ThreadRef, since: Micros, afterKey?: string): Promise<PreviewChunk[]>;

  /** Deletes the whole collection and its blobs. */
  deleteThread(ref: ThreadRef): Promise<void>;
}

/** What a list of sessions can be narrowed by. Times are instants in microseconds. */
export interface SessionFilter {
  readonly agentId?: string;
  readonly agentVersion?: number;
  readonly deploymentId?: string;
  readonly memoryStoreId?: string;
  readonly statuses?: readonly SessionRecord['status'][];
  readonly includeArchived?: boolean;
  readonly createdAt?: { gt?: Micros; gte?: Micros; lt?: Micros; lte?: Micros };
}

export interface SessionStore {
  create(session: SessionRecord): Promise<void>;
  /** Undefined when absent or being deleted. Strongly consistent. */
  get(workspace: string, sessionId: string): Promise<SessionRecord | undefined>;
  /** Writes the record if its revision is still `session.revision - 1`. False when it was not. Leaves `status` as stored. */
  update(session: SessionRecord): Promise<boolean>;
  /** Projects a status for the lists. Best effort, ordered by the commit's number: an older commit never overwrites. */
  project(workspace: string, sessionId: string, status: SessionRecord['status'], commit: number): Promise<void>;
  /**
   * Sessions by id, which is by creation; archived and terminated ones only as the filter asks. The list is read from an
   * index: a session created a moment ago may not be in it yet, and each that is has been read again.
   */
  list(workspace: string, filter: SessionFilter, page: PageRequest): Promise<Page<SessionRecord>>;
  /** Deletes the record, and all blobs of the session. Delete its threads first: as long as it is there, they can be found. */
  delete(workspace: string, sessionId: string): Promise<void>;
  /**
   * Whether any session that is not archived is pinned to this version of the harness, in any workspace. An index's word: a
   * session created or moved within the last seconds may be missing.
   */
  anyOnHarness(version: string): Promise<boolean>;
  /** Whether any session that is not deleted was created in this environment. */
  anyInEnvironment(workspace: string, environmentId: string): Promise<boolean>;
}

/** A resource kept as its API object (agents, environments), with the version that guards its updates. */
export interface CatalogEntry<T> {
  readonly id: string;
  readonly value: T;
  readonly revision: number;
}

/** A kind of resource in a workspace: conditional writes, lists by creation. */
export interface Catalog<T> {
  create(workspace: string, id: string, value: T): Promise<void>;
  get(workspace: string, id: string): Promise<CatalogEntry<T> | undefined>;
  /** Writes `value` as revision `revision + 1` if the stored one is `revision`. False when it is not. */
  replace(workspace: string, id: string, value: T, revision: number): Promise<boolean>;
  delete(workspace: string, id: string): Promise<void>;
  list(workspace: string, page: PageRequest, keep?: (value: T) => boolean): Promise<Page<T>>;
}

/** A resource of which every version stays (agents). */
export interface VersionedCatalog<T> extends Catalog<T> {
  /** Writes a version's row; the same version written again is no error. */
  putVersion(workspace: string, id: string, version: number, value: T): Promise<void>;
  getVersion(workspace: string, id: string, version: number): Promise<T | undefined>;
  /** Newest first; `after` and `before` of the page are version numbers as text. */
  listVersions(workspace: string, id: string, page: PageRequest): Promise<Page<T>>;
}

/** Whose request this is. */
export type Principal =
  | { readonly kind: 'api_key'; readonly workspace: string; readonly keyId: string }
  | {
      readonly kind: 'environment_key';
      readonly workspace: string;
      readonly environmentId: string;
      readonly keyId: string;
    }
  | {
      /** A claim is good for one exchange: for the token of the work item that it names. */
      readonly kind: 'session_token' | 'work_claim';
      readonly workspace: string;
      readonly environmentId: string;
      readonly sessionId: string;
      readonly workId: string;
    };

/** A key as listed: never its value, only what it is for and how it ends. */
export interface KeyRecord {
  readonly id: string;
  readonly principal: Principal;
  readonly name: string | null;
  /** The last characters of the key, so that a person can tell keys apart. */
  readonly hint: string;
  readonly createdAt: Micros;
  readonly expiresAt: Micros | null;
  readonly revokedAt: Micros | null;
}

export interface KeyStore {
  /** Stores the SHA-256 (hex) of a key with what it stands for. */
  put(hash: string, key: KeyRecord): Promise<void>;
  /** Undefined when there is no such key, or when it was revoked or has expired. */
  findByHash(hash: string): Promise<KeyRecord | undefined>;
  /** Keys of persons and environments, newest first; session tokens and claims are not listed. */
  list(kind: 'api_key' | 'environment_key', workspace?: string): Promise<KeyRecord[]>;
  /** True when there was such a key. It stops working at once, but for caches of a minute at most. */
  revoke(keyId: string, at: Micros): Promise<boolean>;
  /** Removes the row of a session token or a claim. */
  removeByHash(hash: string): Promise<void>;
}

/** Big bodies, by key. S3 in the cloud, files on one machine. */
export interface BlobStore {
  put(key: string, body: Uint8Array): Promise<void>;
  get(key: string): Promise<Uint8Array | undefined>;
  /** Deletes everything whose key starts so. */
  deletePrefix(prefix: string): Promise<void>;
}

/** The whole store. */
export interface Store {
  readonly log: ThreadLog;
  readonly sessions: SessionStore;
  readonly agents: VersionedCatalog<import('../contract/wire').Agent>;
  readonly environments: Catalog<import('../contract/wire').Environment>;
  readonly vaults: Catalog<import('../contract/wire').Vault>;
  /** The credentials of a vault as clients see them. One that is not archived lives if the vault's head says so. */
  credentials(vaultId: string): Catalog<import('../contract/wire').Credential>;
  readonly vaultHeads: VaultHeads;
  readonly refreshLeases: RefreshLeases;
  readonly work: WorkStore;
  readonly warm: WarmStore;
  readonly keys: KeyStore;
  readonly tombstones: Tombstones;
  readonly due: DueIndex;
  readonly blobs: BlobStore;
}

/** Asks for a wake of a thread: an asynchronous invocation, delivered at least once, perhaps late. */
export interface Waker {
  wake(ref: ThreadRef): Promise<void>;
}

/**
 * Lets readers that poll be quicker than their interval where writer and reader share a process. Only a hint: production
 * has none and is correct without it. Topics are ids: a thread's stands for its log, its previews and its session;
 * `inboxTopic` for what waits; an environment's for its queue.
 */
export interface ChangeHints {
  changed(topic: string): void;
  /** A point in time among the changes. Take it before reading: a wait that begins at it misses nothing of what comes then. */
  mark(): number;
  /**
   * Resolves on a change of the topic, after `ms`, or when the signal aborts, whichever comes first; at once if the topic
   * changed after the mark `since`. Never rejects.
   */
  wait(topic: string, ms: number, signal?: AbortSignal, since?: number): Promise<void>;
  /** How long a reader should wait that would wait `ms` if nobody told it of changes. */
  pace(ms: number): number;
}

/** The topic of the changes of a thread's inbox. */
export const inboxTopic = (threadId: string): string => `${threadId}/inbox`;
