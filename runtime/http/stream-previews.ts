/** Previews of a message that is being made, for the streams that asked for them (reference 6.7). */
import { frame } from '../contract/sse-frame';
import { MICROS_PER_MS, type Clock, type Micros } from '../contract/time';
import type { EventType } from '../contract/wire';
import type { ThreadLog } from '../store/ports';
import type { Commit, PreviewChunk, ThreadRef } from '../store/records';
import type { StreamSettings } from './stream-settings';

type PreviewedType = PreviewChunk['eventType'];

/** Chunks are kept for two minutes; of a request that began longer ago, the first may be gone. */
const KEPT_SAFELY: Micros = 100_000 * MICROS_PER_MS;
/** A watch outlives two refreshes, so one that fails costs nothing. */
const WATCH_FACTOR = 3;
const CLOSED_IDS = 1_000;

interface PreviewDeps {
  readonly log: Pick<ThreadLog, 'watch' | 'readPreviews'>;
  readonly clock: Clock;
  readonly settings: Pick<StreamSettings, 'watchEveryMs'>;
}

/**
 * Turns preview chunks into `event_start` and `event_delta` frames whose text is always a prefix of the final event's: an
 * event whose beginning was missed is not previewed, and neither is one that has been sent.
 */
export class Previews {
  /** The content index that each event being previewed has reached; -1 before its first text. */
  readonly #open = new Map<string, number>();
  readonly #closed = new Set<string>();
  #afterKey: string | undefined;
  #watchedAt: Micros = 0;
  #joinsLate = false;
  #since: Micros = 0;

  constructor(
    private readonly deps: PreviewDeps,
    private readonly ref: ThreadRef,
    private readonly wanted: ReadonlySet<PreviewedType>,
  ) {}

  get areWanted(): boolean {
    return this.wanted.size > 0;
  }

  /** Says that somebody wants previews. To be called before the stream's beginning is read, and then now and then. */
  async watch(): Promise<void> {
    const now = this.deps.clock.now();
    const every = this.deps.settings.watchEveryMs * MICROS_PER_MS;
    if (this.wanted.size === 0 || now - this.#watchedAt < every) return;
    this.#watchedAt = now;
    await this.deps.log.watch(this.ref, now + WATCH_FACTOR * every);
  }

  /**
   * Takes the log's end as the beginning. What was put since belongs to events that are not in the log yet. Whether all of it
   * is still there is certain only if no model request is under way, or the last commit opened it, and not long ago.
   */
  begin(last: Commit | undefined): void {
    const request = last?.summary.openRequest?.id;
    const openedByLast = last?.records.some(({ event }) => event.id === request) === true;
    this.#since = last?.at ?? 0;
    const mayHaveExpired = this.deps.clock.now() - this.#since > KEPT_SAFELY;
    this.#joinsLate = request !== undefined && (!openedByLast || mayHaveExpired);
  }

  /** The frames for what came since the last call. To be read before the commits, which may hold the finished event. */
  async read(): Promise<string> {
    if (this.wanted.size === 0) return '';
    const chunks = await this.deps.log.readPreviews(this.ref, this.#since, this.#afterKey);
    this.#afterKey = chunks.at(-1)?.key ?? this.#afterKey;
    if (this.#joinsLate) for (const chunk of chunks) this.#closed.add(chunk.eventId);
    this.#joinsLate = false;
    return chunks.map((chunk) => this.#frames(chunk)).join('');
  }

  /** Takes note of events that are being sent: nothing of them may follow. The end of a request ends all of its previews. */
  close(sent: readonly { readonly id: string; readonly type: EventType }[]): void {
    for (const { id, type } of sent) {
      if (type === 'agent.message' || type === 'agent.thinking') this.#end(id);
      if (type === 'span.model_request_end') for (const open of this.#open.keys()) this.#end(open);
    }
  }

  #end(eventId: string): void {
    this.#open.delete(eventId);
    this.#closed.add(eventId);
    for (const oldest of this.#closed) {
      if (this.#closed.size <= CLOSED_IDS) break;
      this.#closed.delete(oldest);
    }
  }

  #frames({ eventId, eventType, index, text }: PreviewChunk): string {
    if (!this.wanted.has(eventType) || this.#closed.has(eventId)) return '';
    const reached = this.#open.get(eventId);
    if (index > (reached ?? -1) + 1) {
      this.#end(eventId);
      return '';
    }
    this.#open.set(eventId, Math.max(reached ?? -1, text === '' ? -1 : index));
    const start =
      reached === undefined
        ? frame('event_start', { type: 'event_start', event: { type: eventType, id: eventId } })
        : '';
    if (text === '' || eventType !== 'agent.message') return start;
    const delta = { type: 'content_delta', index, content: { type: 'text', text } };
    return start + frame('event_delta', { type: 'event_delta', event_id: eventId, delta });
  }
}
