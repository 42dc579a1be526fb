import { isRungFor, type Ring } from '../contract/ring';
import { frame } from '../contract/sse-frame';
import type { Micros } from '../contract/time';
import type { SessionEvent } from '../contract/wire';
import type { BellLine } from './bell-line';
import { instantOf } from './session-history';

/** When a stream looks at the log by itself. Milliseconds. */
export interface BellTimes {
  /** After the line came up: a harness that was at work knows of it by then. */
  readonly afterUpMs: number;
  /** While nothing is heard; whatever was not rung for waits for so long. */
  readonly quietMs: number;
  /** The same while a call runs, which may be meant to stop. */
  readonly callMs: number;
  /** While the line is down, or a look has failed. */
  readonly downMs: number;
  /** How much later than a look that found its events a ring may come. */
  readonly lateMs: number;
  /** A line that is down for longer is not waited for. */
  readonly patienceMs: number;
}

export const BELL_TIMES: BellTimes = {
  afterUpMs: 15_000,
  quietMs: 60_000,
  callMs: 30_000,
  downMs: 5_000,
  lateMs: 5_000,
  patienceMs: 30_000,
};

export interface BellStreamOptions {
  readonly line: BellLine;
  /** The instant of the log's last event. */
  newest(): Promise<Micros>;
  /** The events after an instant, in order. */
  look(after: Micros): Promise<readonly SessionEvent[]>;
  /** Whether looking again would be of no use after this failure. */
  isFinal(error: unknown): boolean;
  /** Whether a call runs. */
  isBusy(): boolean;
  readonly times: BellTimes;
}

/** So many looks in a row that found what should have been rung for: nobody rings here. */
const DEAF_AFTER = 2;

/**
 * A session's event stream without a connection that somebody has to hold: events come with the rings, or are looked up where a ring
 * says that there are others, and now and then in any case. What it gives are the log's events after its beginning, in order, each
 * once. It ends where it cannot keep that up; whoever reads it then opens another stream, and reads the history again.
 *
 *     position   the instant up to which everything was given
 *     ring       after <= position < to: its events go on where we are
 *                position < after: there is a hole, so look
 *                to <= position: known
 */
export class BellStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #stopListening: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #position: Micros = 0;
  /** What is to be done is done one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #stopTimer: (() => void) | undefined;
  /** Since when everything up to then is known to be given. */
  #syncedAt: number;
  #downAt: number | undefined;
  /** Whether the line has been up for long enough that each ring must have been heard. */
  #isSettled = false;
  #missed = 0;

  private constructor(private readonly options: BellStreamOptions) {
    this.#syncedAt = options.line.clock.now();
    this.body = new ReadableStream<Uint8Array>(
      { start: (controller) => void (this.#controller = controller), cancel: () => this.end() },
      { highWaterMark: 0 },
    );
    this.#stopListening = options.line.listen({
      up: () => this.#up(),
      down: () => this.#down(),
      ring: (ring) => this.#queue(() => this.#hear(ring)),
    });
  }

  /**
   * Begins where the log ends now: whatever happens afterwards comes on the stream, and all else is in the list.
   *
   * @throws what looking for the log's end throws.
   */
  static async open(options: BellStreamOptions): Promise<BellStream> {
    const stream = new BellStream(options);
    const newest = options.newest();
    stream.#turn = newest.then(
      (at) => void (stream.#position = at),
      () => stream.end(),
    );
    await newest;
    stream.#schedule();
    return stream;
  }

  /** Ends the stream, as the server would that has had enough. */
  end(): void {
    this.#close((controller) => controller.close());
  }

  /** Breaks the stream off, as a request does whose signal aborts. */
  abort(reason: unknown): void {
    this.#close((controller) => controller.error(reason));
  }

  #close(how: (controller: ReadableStreamDefaultController<Uint8Array>) => void): void {
    this.#stopTimer?.();
    this.#stopListening();
    const controller = this.#controller;
    this.#controller = undefined;
    try {
      if (controller) how(controller);
    } catch {
      // The reader was quicker.
    }
  }

  get #isOver(): boolean {
    return this.#controller === undefined;
  }

  #now(): number {
    return this.options.line.clock.now();
  }

  #up(): void {
    this.#downAt = undefined;
    // What happened meanwhile was rung for in vain.
    this.#queue(async () => void (await this.#look()));
  }

  #down(): void {
    this.#isSettled = false;
    this.#downAt ??= this.#now();
    this.#schedule();
  }

  #queue(act: () => Promise<void>): void {
    this.#turn = this.#turn.then(() => this.#attempt(act));
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    if (this.#isOver) return;
    try {
      await act();
    } catch (error) {
      if (this.options.isFinal(error)) return this.end();
      // What is found next was perhaps rung for, and not got.
      this.#isSettled = false;
      this.#schedule(this.options.times.downMs);
    }
  }

  async #hear(ring: Ring | undefined): Promise<void> {
    this.#missed = 0;
    if (!ring || this.#position < ring.after) return void (await this.#look());
    this.#give(ring.events);
    this.#position = Math.max(this.#position, ring.to);
    this.#synced();
  }

  async #look(): Promise<readonly SessionEvent[]> {
    const events = await this.options.look(this.#position);
    this.#give(events);
    this.#synced();
    return events;
  }

  #give(events: readonly SessionEvent[]): void {
    const encoder = new TextEncoder();
    for (const event of events) {
      const at = instantOf(event);
      if (at <= this.#position) continue;
      this.#position = at;
      this.#controller?.enqueue(encoder.encode(frame(event.type, event, event.id)));
    }
  }

  #synced(): void {
    this.#syncedAt = this.#now();
    this.#schedule();
  }

  #schedule(ms = this.#pauseMs, act = () => this.#wakeUp()): void {
    this.#stopTimer?.();
    if (!this.#isOver) this.#stopTimer = this.options.line.clock.after(ms, () => this.#queue(act));
  }

  get #pauseMs(): number {
    const { afterUpMs, callMs, downMs } = this.options.times;
    if (!this.options.line.isUp) return downMs;
    return this.#isSettled ? callMs : afterUpMs;
  }

  async #wakeUp(): Promise<void> {
    const { line, times, isBusy } = this.options;
    const now = this.#now();
    const isGivenUp = line.isOver || now - (this.#downAt ?? now) > times.patienceMs;
    // A call's reader does not notice the end, and nobody would hear that the call is to stop.
    if (!line.isUp && isGivenUp && !isBusy()) return this.end();
    if (line.isUp && this.#isSettled && !isBusy() && now - this.#syncedAt < times.quietMs) return this.#schedule();
    const wasSettled = this.#isSettled;
    this.#isSettled = line.isUp;
    const found = await this.#look();
    // Whatever is heard before, or the end of the line, sets another time.
    if (wasSettled && found.some(isRungFor)) this.#schedule(times.lateMs, () => this.#miss());
  }

  /** Something should have been rung for, and was not heard: the connection is dead, or nobody rings. */
  async #miss(): Promise<void> {
    this.#schedule();
    this.#missed += 1;
    if (this.#missed < DEAF_AFTER) this.options.line.renew();
    else this.options.line.hangUp();
  }
}
