import { MICROS_PER_MS, MICROS_PER_SECOND, type Micros } from '../contract/time';
import type { ModelProgress } from '../model/port';
import type { PreviewChunk, ThreadRef } from '../store/records';
import type { Lease } from './lease';
import type { HarnessDeps } from './ports';

/**
 * How long text is gathered while somebody watches. The first of it goes out at once, the rest in longer and longer pieces: each
 * costs a write unit, and at 50 ms they would cost more than everything else that a session writes.
 */
const FIRST_GATHERING: Micros = 50 * MICROS_PER_MS;
const LONGEST_GATHERING: Micros = 400 * MICROS_PER_MS;
const LENGTHENING = 1.2;
const KEPT_FOR: Micros = 120 * MICROS_PER_SECOND;

type Chunk = Omit<PreviewChunk, 'key'>;

/**
 * Writes what a model is saying while it says it, for the streams that asked (reference 6.7). Best effort: a failed write
 * stops the previews of this response and nothing else, because a gap would break the promise that deltas are a prefix.
 */
export class PreviewWriter {
  readonly #indexes = new Map<number, number>();
  #pending: Chunk[] = [];
  #writing: Promise<void> = Promise.resolve();
  #lastFlush: Micros = 0;
  #gathering: Micros = FIRST_GATHERING;
  #broken = false;
  readonly thinkingIds: string[] = [];

  constructor(
    private readonly deps: HarnessDeps,
    private readonly ref: ThreadRef,
    private readonly lease: Lease,
    readonly messageId: string,
  ) {}

  /** Takes note of progress, watched or not: a later watcher gets what it missed in one piece. */
  note(progress: ModelProgress): void {
    if (progress.type === 'thinking_started') {
      const eventId = this.deps.ids.make('event');
      this.thinkingIds.push(eventId);
      this.#pending.push({ eventId, eventType: 'agent.thinking', index: 0, text: '' });
    } else if (progress.type === 'text' && progress.text !== '') {
      this.#add(progress.block, progress.text);
    }
    const now = this.deps.clock.now();
    if (now < this.lease.watchedUntil && now - this.#lastFlush >= this.#gathering) this.flush(now);
  }

  /** Writes what has come together. Chunks of one block are joined. */
  flush(now: Micros): void {
    const chunks = this.#pending;
    if (this.#broken || chunks.length === 0 || now >= this.lease.watchedUntil) return;
    this.#pending = [];
    this.#lastFlush = now;
    this.#gathering = Math.min(this.#gathering * LENGTHENING, LONGEST_GATHERING);
    this.#writing = this.#write(this.#writing, chunks);
  }

  /** Resolves when nothing is being written any more, so that no preview follows the commit. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(before: Promise<void>, chunks: readonly Chunk[]): Promise<void> {
    await before;
    try {
      for (const chunk of chunks) {
        const at = this.deps.clock.now();
        await this.deps.log.putPreview(this.ref, chunk, at, at + KEPT_FOR);
      }
    } catch {
      this.#broken = true;
    }
  }

  #add(block: number, text: string): void {
    const index = this.#indexes.get(block) ?? this.#indexes.size;
    this.#indexes.set(block, index);
    const last = this.#pending.at(-1);
    if (last?.eventType === 'agent.message' && last.index === index) {
      this.#pending[this.#pending.length - 1] = { ...last, text: last.text + text };
    } else {
      this.#pending.push({ eventId: this.messageId, eventType: 'agent.message', index, text });
    }
  }
}
