import { MICROS_PER_SECOND, type Clock, type Micros } from '../contract/time';
import type { EventRecord, ThreadRef } from '../store/records';

/** The records of the commits `start`..`upTo` of a thread. */
export interface KnownContext {
  readonly start: number;
  readonly upTo: number;
  readonly records: EventRecord[];
  /** How many tokens the model counted in it: a measure of its size that costs nothing. */
  readonly tokens: number;
}

/** All contexts together; some 40 MB. */
const TOKENS_IN_ALL = 2_000_000;
/** What the bookkeeping of even the shortest context is worth. */
const LEAST_TOKENS = 1_000;
const KEPT_FOR: Micros = 600 * MICROS_PER_SECOND;

/**
 * The live contexts of threads that this process was at work on. What stands in a log never changes, so a later wake of the
 * same thread has only to read what came since. Nothing depends on it: a new process begins with none.
 */
export class ContextCache {
  readonly #kept = new Map<string, KnownContext & { readonly until: Micros }>();
  #tokens = 0;

  constructor(private readonly clock: Clock) {}

  /** The last commit of the thread that is known here, if any is. */
  reaches(ref: ThreadRef): number | undefined {
    const known = this.#kept.get(nameOf(ref));
    return known && known.upTo > 0 && known.until > this.clock.now() ? known.upTo : undefined;
  }

  /** Hands over what is known of the thread's context, if it begins at `start` and goes no further than commit `last`. */
  take(ref: ThreadRef, start: number, last: number): KnownContext | undefined {
    const name = nameOf(ref);
    const known = this.#kept.get(name);
    this.#forget(name);
    const fits = known?.start === start && known.upTo <= last && known.until > this.clock.now();
    return fits ? known : undefined;
  }

  /** Takes a context over: nobody else may add to its records. */
  keep(ref: ThreadRef, context: KnownContext): void {
    const name = nameOf(ref);
    const now = this.clock.now();
    this.#forget(name);
    this.#kept.set(name, { ...context, tokens: Math.max(LEAST_TOKENS, context.tokens), until: now + KEPT_FOR });
    this.#tokens += Math.max(LEAST_TOKENS, context.tokens);
    for (const [oldest, { until }] of this.#kept) {
      if (this.#tokens <= TOKENS_IN_ALL && until > now) break;
      this.#forget(oldest);
    }
  }

  #forget(name: string): void {
    this.#tokens -= this.#kept.get(name)?.tokens ?? 0;
    this.#kept.delete(name);
  }
}

const nameOf = ({ workspace, sessionId, threadId }: ThreadRef): string => [workspace, sessionId, threadId].join('\n');
