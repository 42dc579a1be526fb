import type { Clock, Micros } from '../contract/time';
import { MICROS_PER_MS } from '../contract/time';
import type { Waker } from '../store/ports';
import type { ThreadRef } from '../store/records';

/** What an invocation is given: when it must have let go, and a signal for when that time, or the process, has ended. */
export interface Invocation {
  readonly deadline: Micros;
  readonly signal: AbortSignal;
}

export interface InvokerOptions {
  readonly run: (ref: ThreadRef, invocation: Invocation) => Promise<void>;
  readonly clock: Clock;
  /** Told of every attempt that failed; `final` when no further one follows. */
  readonly onError: (ref: ThreadRef, error: unknown, final: boolean) => void;
  /** How long one invocation may take. Default: fifteen minutes, as long as a Lambda function may. */
  readonly timeoutMs?: number;
  /** How many run at once; the rest wait in order. Default: 500. */
  readonly concurrency?: number;
  /** The pauses before the second and third attempt. Default: one and two seconds (Lambda waits as many minutes). */
  readonly retryDelaysMs?: readonly number[];
}

const DEFAULT_TIMEOUT_MS = 15 * 60_000;
const DEFAULT_CONCURRENCY = 500;
const DEFAULT_RETRY_DELAYS_MS = [1_000, 2_000];

interface Job {
  readonly payload: string;
  readonly attempt: number;
}

/**
 * Invokes wakes on one machine with the promises that Lambda makes for asynchronous invocation, so that nothing works here
 * that would fail there:
 *
 * - asking returns before anything ran, and what ran cannot report back to who asked;
 * - the payload is text on the way, so that no object is shared between the two sides;
 * - a failed or timed-out invocation is tried twice more and then given up (the due index finds what it left undone);
 * - invocations of one thread may overlap. Only those that have not begun are merged: one that begins later sees all that
 *   the merged requests were made for.
 */
export class Invoker implements Waker {
  private readonly queue = new Map<string, Job>();
  private readonly running = new Map<AbortController, Promise<void>>();
  private readonly retries = new Set<NodeJS.Timeout>();
  private closed = false;

  constructor(private readonly options: InvokerOptions) {}

  async wake(ref: ThreadRef): Promise<void> {
    this.enqueue({ payload: JSON.stringify(ref), attempt: 1 });
  }

  /**
   * Takes nothing more, tells what runs to let go, and waits for it, but no longer than `graceMs`. What was still queued is
   * dropped: it stands in the due index, where the next start finds it.
   */
  async close(graceMs: number): Promise<void> {
    this.closed = true;
    this.queue.clear();
    for (const timer of this.retries) clearTimeout(timer);
    for (const controller of this.running.keys()) controller.abort();
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([Promise.all(this.running.values()), grace]);
    clearTimeout(timer);
  }

  private enqueue(job: Job): void {
    if (this.closed || this.queue.has(job.payload)) return;
    this.queue.set(job.payload, job);
    setImmediate(() => this.startNext());
  }

  private startNext(): void {
    const limit = this.options.concurrency ?? DEFAULT_CONCURRENCY;
    while (!this.closed && this.running.size < limit) {
      const [next] = this.queue.values();
      if (next === undefined) return;
      this.queue.delete(next.payload);
      this.start(next);
    }
  }

  private start(job: Job): void {
    const controller = new AbortController();
    const run = this.attempt(job, controller).finally(() => {
      this.running.delete(controller);
      this.startNext();
    });
    this.running.set(controller, run);
  }

  private async attempt(job: Job, controller: AbortController): Promise<void> {
    const ref = JSON.parse(job.payload) as ThreadRef;
    const timeoutMs = this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        controller.abort();
        reject(new Error(`The wake was still at work after ${timeoutMs} ms`));
      }, timeoutMs).unref();
    });
    try {
      const deadline = this.options.clock.now() + timeoutMs * MICROS_PER_MS;
      await Promise.race([this.options.run(ref, { deadline, signal: controller.signal }), timeout]);
    } catch (error) {
      if (!this.closed) this.retry(job, ref, error);
    } finally {
      clearTimeout(timer);
    }
  }

  private retry(job: Job, ref: ThreadRef, error: unknown): void {
    const delay = (this.options.retryDelaysMs ?? DEFAULT_RETRY_DELAYS_MS)[job.attempt - 1];
    this.options.onError(ref, error, delay === undefined);
    if (delay === undefined) return;
    const timer = setTimeout(() => {
      this.retries.delete(timer);
      this.enqueue({ ...job, attempt: job.attempt + 1 });
    }, delay);
    this.retries.add(timer);
  }
}
