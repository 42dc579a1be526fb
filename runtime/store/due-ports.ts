/** What must be looked at later, whatever becomes of those who knew of it. */
import type { Micros } from '../contract/time';
import type { EndedSession, ThreadRef } from './records';

/** What is left of deleted sessions until nobody can add anything to them any more. */
export interface Tombstones {
  /** Says that a session is being deleted; at `lookAt`, somebody looks for what came too late. Saying it again moves that. */
  put(session: EndedSession, lookAt: Micros): Promise<void>;
  /** Removes it if it is due by then. One that was put off meanwhile stays. */
  remove(session: Pick<EndedSession, 'workspace' | 'id'>, dueBy: Micros): Promise<void>;
}

/** A work item that somebody must look at. It is told by its session, too: a name may have gone before its item. */
export interface DueWork {
  readonly kind: 'work';
  readonly workspace: string;
  readonly environmentId: string;
  readonly sessionId: string;
  readonly workId: string;
  readonly dueAt: Micros;
}

/** Something whose time has come. */
export type DueItem =
  | { readonly kind: 'inbox'; readonly ref: ThreadRef; readonly dueAt: Micros }
  /** With `heldUntil`, nobody is late: the lease was renewed after its due time was set, and holds until then. */
  | { readonly kind: 'lease'; readonly ref: ThreadRef; readonly dueAt: Micros; readonly heldUntil?: Micros }
  | DueWork
  /** A vault in which secrets wait to be deleted, because whoever was to do it died. */
  | { readonly kind: 'vault'; readonly workspace: string; readonly vaultId: string; readonly dueAt: Micros }
  /** A session that was deleted so long ago that nobody is at work on it any more. */
  | { readonly kind: 'tombstone'; readonly session: EndedSession; readonly dueAt: Micros };

/** A lease whose due time has passed, and whose holder has renewed it meanwhile. */
export type HeldLease = Extract<DueItem, { kind: 'lease' }> & { readonly heldUntil: Micros };

export interface DueIndex {
  /**
   * What is due at `now`, oldest first, at most `limit` of a kind, and then the held leases that stood before the last of
   * these, however many. A hint: whoever acts reads the item first.
   */
  due(kind: DueItem['kind'], now: Micros, limit: number): Promise<DueItem[]>;
  /** Makes a held lease due when it ends. Does nothing where the lease or its due time is not as it was found any more. */
  rearm(lease: HeldLease): Promise<void>;
}
