import { parseRing, type Ring } from '../contract/ring';
import { PROCESS_CLOCK, type BellClock } from './bell-clock';

/** What is heard of one connection. Nothing comes after `down`. */
export interface ConnectionEars {
  up(): void;
  message(text: string): void;
  /** `refused` says that trying again would not help. */
  down(refused: boolean): void;
}

/** Opens a connection to the bell. Closing it is heard as `down`, too. */
export type Dial = (ears: ConnectionEars) => { close(): void };

/** What is heard of the line. */
export interface LineEars {
  up?(): void;
  down?(): void;
  /** Undefined for a message that is no ring. */
  ring?(ring: Ring | undefined): void;
}

/** The pauses between two attempts: each up to twice as long as the one before, and by chance somewhere in its second half. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** A connection that lasted this long shows that there is nothing wrong with the way. */
const LASTING_MS = 30_000;

/** The line to a session's bell: a connection, and another one whenever it ends, until somebody hangs up or it is refused. */
export class BellLine {
  readonly #ears = new Set<LineEars>();
  #connection: { close(): void } | undefined;
  #isUp = false;
  #isOver = false;
  #pauseMs = FIRST_PAUSE_MS;
  #upSince = 0;
  #stopRedial: (() => void) | undefined;

  /** @param clock which whoever listens to the line goes by, too. */
  constructor(
    private readonly dial: Dial,
    readonly clock: BellClock = PROCESS_CLOCK,
  ) {
    this.#connect();
  }

  /** Whether rings would be heard now. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Whether it is hung up for good. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** From now on, until the function that this returns is called. */
  listen(ears: LineEars): () => void {
    this.#ears.add(ears);
    return () => void this.#ears.delete(ears);
  }

  /** True as soon as it is up; false when it is not by then, or never will be. */
  async upWithin(ms: number): Promise<boolean> {
    if (this.#isUp || this.#isOver) return this.#isUp;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        stopWaiting();
        stopListening();
        resolve();
      };
      const stopWaiting = this.clock.after(ms, settle);
      const stopListening = this.listen({ up: settle, down: () => this.#isOver && settle() });
    });
    return this.#isUp;
  }

  /** Ends the connection, for another one. */
  renew(): void {
    this.#connection?.close();
  }

  hangUp(): void {
    this.#isOver = true;
    this.#stopRedial?.();
    this.#connection?.close();
  }

  #connect(): void {
    this.#connection = this.dial({
      up: () => {
        this.#isUp = true;
        this.#upSince = this.clock.now();
        this.#tell((ears) => ears.up?.());
      },
      message: (text) => {
        const ring = parseRing(text);
        this.#tell((ears) => ears.ring?.(ring));
      },
      down: (refused) => this.#down(refused),
    });
  }

  #down(refused: boolean): void {
    if (this.#isUp && this.clock.now() - this.#upSince > LASTING_MS) this.#pauseMs = FIRST_PAUSE_MS;
    this.#isUp = false;
    this.#connection = undefined;
    this.#isOver ||= refused;
    if (!this.#isOver) {
      this.#stopRedial = this.clock.after(this.#pauseMs * (1 + Math.random()) * 0.5, () => this.#connect());
      this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
    }
    this.#tell((ears) => ears.down?.());
  }

  #tell(say: (ears: LineEars) => void): void {
    for (const ears of this.#ears) say(ears);
  }
}
