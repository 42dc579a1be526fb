import type { PlacedBlock, Preamble } from './prefix';

const LIFETIME_MS = 5 * 60_000;
/** A prompt below this is not cached, as with the real API. */
const SMALLEST_PROMPT_TOKENS = 1_024;
const MAX_ENTRIES = 20_000;
/** What the end of every prompt costs beside its blocks. */
const UNCACHED_TOKENS = 3;

export interface PromptUsage {
  readonly input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
}

/** Knows the prompts of the last minutes by the hashes of their prefixes, and so how much of a new one is known. */
export class PromptCache {
  /** When each known prefix expires, by its hash. The oldest entries come first. */
  private readonly expiries = new Map<string, number>();

  /** Counts a prompt's tokens, and remembers it when the request asks for caching. */
  count(preamble: Preamble, blocks: readonly PlacedBlock[], caching: boolean, nowMs: number): PromptUsage {
    const total = blocks.at(-1)?.tokens ?? preamble.tokens;
    if (!caching || total < SMALLEST_PROMPT_TOKENS) {
      return {
        input_tokens: total + UNCACHED_TOKENS,
        cache_read_input_tokens: 0,
        cache_creation_input_tokens: 0,
      };
    }
    const known = blocks.findLast(({ after }) => (this.expiries.get(after) ?? 0) > nowMs)?.tokens ?? 0;
    const last = blocks.at(-1);
    if (last) this.remember(last.after, nowMs);
    return {
      input_tokens: UNCACHED_TOKENS,
      cache_read_input_tokens: known,
      cache_creation_input_tokens: total - known,
    };
  }

  private remember(hash: string, nowMs: number): void {
    this.expiries.delete(hash);
    this.expiries.set(hash, nowMs + LIFETIME_MS);
    for (const [oldest, expiry] of this.expiries) {
      if (expiry > nowMs && this.expiries.size <= MAX_ENTRIES) return;
      this.expiries.delete(oldest);
    }
  }
}
