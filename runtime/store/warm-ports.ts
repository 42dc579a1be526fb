/** The warm pool: sandboxes that were started before anybody wanted one. */
import type { Micros } from '../contract/time';

/** What a sandbox of the pool is given to do: the work item, and the claim on its secret. */
export interface WarmAssignment {
  readonly workspace: string;
  readonly environmentId: string;
  readonly workId: string;
  readonly sessionId: string;
  /** Good for one exchange, and for some minutes, as the claim of any start (`resources/sandbox-claim.ts`). */
  readonly claim: string;
}

/**
 * A sandbox of the pool. It belongs to no workspace until it is claimed, and once claimed it serves that work item alone.
 *
 * - `starting`: it was asked for and has not been heard of;
 * - `ready`: it runs and asks for work;
 * - `claimed`: it has an assignment, which it fetches with its next question;
 * - `retired`: it is not to be used any more, and about to be stopped.
 */
export interface WarmSandbox {
  /** The hash of the ticket with which it asks for work. It names the sandbox. */
  readonly ticketHash: string;
  /** What it runs and how big it is: sandboxes of one pool are as good as each other. */
  readonly pool: string;
  readonly state: 'starting' | 'ready' | 'claimed' | 'retired';
  readonly startedAt: Micros;
  /** When it last asked for work. */
  readonly seenAt: Micros | null;
  readonly claimedAt: Micros | null;
  /** The task that it is, once that is known. */
  readonly task: string | null;
  readonly assignment: WarmAssignment | null;
}

export interface WarmStore {
  /** Puts a sandbox that is about to be started. */
  add(sandbox: Pick<WarmSandbox, 'ticketHash' | 'pool' | 'startedAt'>): Promise<void>;
  /** Notes which task it is. Nothing where it is gone. */
  noteTask(ticketHash: string, task: string): Promise<void>;
  get(ticketHash: string): Promise<WarmSandbox | undefined>;
  /** Notes that it asked for work. What starts is ready from then on. Undefined where it is gone. */
  noteSeen(ticketHash: string, at: Micros): Promise<WarmSandbox | undefined>;
  /** Sandboxes of a pool that are ready, the longest first. The index is a hint: `claim` decides. */
  ready(pool: string, limit: number): Promise<WarmSandbox[]>;
  /**
   * Gives a sandbox its assignment, in one conditional write: of all who try, one wins. Undefined where it is not ready, or was
   * last seen before `seenSince`.
   */
  claim(
    ticketHash: string,
    assignment: WarmAssignment,
    at: Micros,
    seenSince: Micros,
  ): Promise<WarmSandbox | undefined>;
  /** Takes a sandbox out of the pool. False where somebody has claimed it, or where it is gone. */
  retire(ticketHash: string): Promise<boolean>;
  /** Forgets a sandbox. Deleting what is gone is no error. */
  delete(ticketHash: string): Promise<void>;
  /** All of them, of all pools. Strongly consistent. */
  list(): Promise<WarmSandbox[]>;
}
