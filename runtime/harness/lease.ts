import { MICROS_PER_SECOND, type Micros } from '../contract/time';
import type { ThreadHead, ThreadRef } from '../store/records';
import type { HarnessDeps } from './ports';

/** How long a dead harness keeps a thread from its successor, at most. */
const LEASE: Micros = 15 * MICROS_PER_SECOND;
const RENEW_EVERY_MS = 5_000;

/**
 * The right to be the one at work on a thread. It saves money, not correctness: without it two harnesses would make the same
 * model request twice, and the log would still take only one of the answers.
 */
export class Lease {
  readonly #ended = new AbortController();
  readonly #lost = new AbortController();
  /** Until when somebody wants previews; as fresh as the last renewal. */
  watchedUntil: Micros = 0;
  /** The connection of its sandbox's bell; as fresh as the last renewal, or the release. */
  bell: string | undefined;
  /** Until when nobody else can have taken it. */
  #heldUntil: Micros;
  #renewing: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly deps: HarnessDeps,
    private readonly ref: ThreadRef,
    private readonly owner: string,
    takenAt: Micros,
  ) {
    this.#heldUntil = takenAt + LEASE;
  }

  /** Aborts when another harness has the thread, or when it cannot be told whether one has. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Undefined when another harness is at work: it will see what we came for. */
  static async take(deps: HarnessDeps, ref: ThreadRef, owner: string): Promise<Lease | undefined> {
    const now = deps.clock.now();
    const head = await deps.log.acquireLease(ref, owner, now, now + LEASE);
    if (!head) return undefined;
    const lease = new Lease(deps, ref, owner, now);
    lease.#heed(head);
    void lease.#keep();
    return lease;
  }

  /** Lets go. With `dueAt`, the sweeper wakes the thread then. False when it was not ours any more. */
  async release(dueAt?: Micros): Promise<boolean> {
    await this.#end();
    const head = await this.deps.log.releaseLease(this.ref, this.owner, dueAt);
    if (head) this.#heed(head);
    return head !== undefined;
  }

  /**
   * Asks at once whether the lease is still ours. For whoever was overtaken: until the next renewal, two at work would make each
   * request twice. What cannot be asked now is left to that renewal.
   */
  async confirm(): Promise<void> {
    await this.#renew(this.deps.clock.now()).catch(() => undefined);
  }

  /**
   * Whether it is still ours, which is asked where its holder slept for longer than it lasts. Such a one must not take anything up:
   * its successor may have come and gone, and if it dies then, nobody would come back to what it took.
   */
  async holds(): Promise<boolean> {
    if (!this.lost.aborted && this.#isOverslept()) {
      await this.confirm();
      if (this.#isOverslept()) this.#lost.abort();
    }
    return !this.lost.aborted;
  }

  /** Stops renewing without letting go: the lease lapses, and the thread becomes due by that. */
  abandon(): Promise<void> {
    return this.#end();
  }

  /** Renews no more. Nothing may be written when the wake is over, so a renewal that is under way is waited for. */
  async #end(): Promise<void> {
    this.#ended.abort();
    await this.#renewing.catch(() => undefined);
  }

  /** Renews until released. A renewal that fails is tried again while the lease still holds. */
  async #keep(): Promise<void> {
    for (;;) {
      await this.deps.sleep(RENEW_EVERY_MS, this.#ended.signal);
      if (this.#ended.signal.aborted) return;
      const now = this.deps.clock.now();
      try {
        const renewing = this.#renew(now);
        this.#renewing = renewing;
        if (!(await renewing)) return;
      } catch {
        if (now >= this.#heldUntil) return this.#lost.abort();
      }
    }
  }

  /** Prolongs the lease. False when it is another's, and then it is lost. */
  async #renew(now: Micros): Promise<boolean> {
    const head = await this.deps.log.renewLease(this.ref, this.owner, now + LEASE);
    if (head) this.#heldUntil = now + LEASE;
    if (head) this.#heed(head);
    else this.#lost.abort();
    return head !== undefined;
  }

  #isOverslept(): boolean {
    return this.deps.clock.now() >= this.#heldUntil;
  }

  #heed({ watchedUntil = 0, bell }: ThreadHead): void {
    this.watchedUntil = watchedUntil;
    this.bell = bell;
  }
}
