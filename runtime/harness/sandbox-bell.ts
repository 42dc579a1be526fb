/** The bell of a session's sandbox: how a harness tells it, over a connection of its own, of what it has committed. */
import { LARGEST_RING_BYTES, type Ring } from '../contract/ring';
import { seenByWorker } from '../resources/events-view';
import type { Commit, ThreadRef } from '../store/records';
import { EMPTY_SUMMARY } from '../thread/summary';
import type { Lease } from './lease';
import type { HarnessDeps } from './ports';

/** How long a ring is put off: what its commit was made for, a request to the model, goes first. */
const AFTER_YOU_MS = 5;
/** A ring that takes longer is given up. Whoever should have heard it looks by itself. */
const RING_WITHIN_MS = 1_000;

/**
 * Rings for one wake: never before what it tells of stands in the log, and never in the way of what comes after it. What became
 * of a ring is told of as a fact. One that fails costs its sandbox nothing but the time until it looks by itself.
 */
export class SandboxBell {
  #rungTo = 0;
  /** Whether there is something to tell, and was nobody to be told. */
  #isOwed = false;
  /** Connections that were not there. */
  readonly #gone = new Set<string>();
  readonly #ringing = new Set<Promise<void>>();

  constructor(
    private readonly deps: Pick<HarnessDeps, 'bell' | 'observe' | 'sleep'>,
    private readonly ref: ThreadRef,
    private readonly lease: Pick<Lease, 'bell'>,
  ) {}

  /** Tells of the last commits, unless that was done. `lately` has them in order, and nothing comes after them. */
  ring(lately: readonly Commit[]): void {
    const connection = this.lease.bell;
    const last = lately.at(-1);
    if (!this.deps.bell || !last || last.summary.lastAt <= this.#rungTo) return;
    this.#isOwed = connection === undefined || this.#gone.has(connection);
    if (connection === undefined || this.#isOwed) return;
    this.#rungTo = last.summary.lastAt;
    const ringing = this.#send(connection, lately).finally(() => this.#ringing.delete(ringing));
    this.#ringing.add(ringing);
  }

  /**
   * Once the lease is released: that has answered with the connection of a sandbox that came while it was held, and the next wake
   * may be far. Tells it of what nobody could be told before. Resolves as `quiet` does.
   */
  async ringBelatedly(lately: readonly Commit[]): Promise<void> {
    // Of a ring that is on its way it only shows then that nobody was there.
    await this.quiet();
    if (!this.#isOwed) return;
    this.ring(lately);
    await this.quiet();
  }

  /** Resolves when nothing is on its way any more, or has been for too long. */
  async quiet(): Promise<void> {
    if (this.#ringing.size === 0) return;
    const over = new AbortController();
    await Promise.race([Promise.all(this.#ringing), this.deps.sleep(RING_WITHIN_MS, over.signal)]);
    over.abort();
  }

  async #send(connection: string, lately: readonly Commit[]): Promise<void> {
    try {
      await this.deps.sleep(AFTER_YOU_MS);
      const message = JSON.stringify(ringOf(lately));
      const isThere = await this.deps.bell?.ring(connection, message, AbortSignal.timeout(RING_WITHIN_MS));
      if (isThere) return this.deps.observe?.({ type: 'ring', ref: this.ref });
      // Perhaps it is only about to be: so the next wake tries it again, and what it missed is told to the one after it.
      this.#gone.add(connection);
      this.#rungTo = 0;
      this.#isOwed = true;
    } catch (error) {
      this.#rungTo = 0;
      this.deps.observe?.({ type: 'ring_failure', ref: this.ref, error });
    }
  }
}

/** As many of the last commits as fit into one message. */
function ringOf(lately: readonly Commit[]): Ring {
  const to = lately.at(-1)?.summary.lastAt ?? 0;
  let ring: Ring = { after: to, to, events: [] };
  for (const [index, commit] of [...lately.entries()].toReversed()) {
    const before = commit.n === 1 ? EMPTY_SUMMARY : lately[index - 1]?.summary;
    if (!before) break;
    const events = [...commit.records.map(({ event }) => seenByWorker(event)), ...ring.events];
    const longer: Ring = { after: before.lastAt, to, events };
    if (Buffer.byteLength(JSON.stringify(longer)) > LARGEST_RING_BYTES) break;
    ring = longer;
  }
  return ring;
}
