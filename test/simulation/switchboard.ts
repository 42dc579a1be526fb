/** API Gateway as the bell knows it: connections that sandboxes open and lose, and messages that go over them, or do not. */
import type { Bell } from '../../runtime/harness/ports';
import { createBellDoor } from '../../runtime/http/bell-door';
import type { ResourceDeps } from '../../runtime/resources/ports';
import type { BellClock } from '../../runtime/sandbox/bell-clock';
import { HANDSHAKE_WITHIN_MS, isRefused } from '../../runtime/sandbox/bell-dial';
import type { ConnectionEars, Dial } from '../../runtime/sandbox/bell-line';
import { MICROS_PER_MS } from '../../runtime/contract/time';
import type { SessionEvent } from '../../runtime/contract/wire';
import type { Process, Scheduler } from './scheduler';
import type { BellFates } from './strikes';

/** In which way a bell that never works does not. */
const ILLS = ['unreachable', 'refusing', 'failing', 'mute'] as const;
type Ill = (typeof ILLS)[number];

const LET_IN = 200;
const FORBIDDEN = 403;
const BROKEN = 500;
/** How late a message may be, at most: long enough that others overtake it. */
const LATEST_MS = 8_000;
/** How long a connection that breaks had lasted, at most, and how much later its sandbox may notice. */
const LONGEST_LIFE_MS = 60_000;
const LATEST_NOTICE_MS = 40_000;

export interface SwitchboardOptions {
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly fates: BellFates | undefined;
  readonly isDead: boolean;
  /** Runs something in the function that lets sandboxes in. Rejects when that dies. */
  readonly inDoor: <T>(run: (deps: ResourceDeps) => Promise<T>) => Promise<T>;
}

export class Switchboard {
  readonly #connections = new Map<string, Connection>();
  readonly #ill: Ill | undefined;
  /** The ids of all events that were rung for. */
  readonly #rung = new Set<string>();
  /** How many rings were heard. */
  #heard = 0;
  /** How often each sandbox has dialled. */
  readonly #dials = new Map<string, number>();
  #dialled = 0;

  constructor(private readonly options: SwitchboardOptions) {
    if (options.isDead) this.#ill = ILLS[Math.floor(options.random() * ILLS.length)];
  }

  /** The bell as a harness's process reaches it. */
  bell(process: Process): Bell {
    const { scheduler } = this.options;
    return { ring: (id, message) => scheduler.io(process, 'ring', async () => this.#post(id, message)) };
  }

  /** Opens connections for a sandbox's process. */
  dial(process: Process, token: string): Dial {
    return (ears) => {
      this.#dialled += 1;
      this.#dials.set(process.name, (this.#dials.get(process.name) ?? 0) + 1);
      const connection = new Connection(`c${this.#dialled}=`, process, ears, this.options.scheduler);
      void this.#open(connection, token);
      return { close: () => this.#end(connection, 0) };
    };
  }

  /** What was rung for stands in the log. */
  problems(history: readonly SessionEvent[]): string[] {
    const known = new Set(history.map(({ id }) => id));
    return [...this.#rung].filter((id) => !known.has(id)).map((id) => `it was rung for ${id}, which never happened`);
  }

  /** A bell that nothing happens to is heard, unless it was slow or the client quicker, and no sandbox gives its connection up. */
  neglect(history: readonly SessionEvent[], isQuick: boolean): string[] {
    const isInterrupted = history.some(({ type }) => type === 'user.interrupt');
    const again = [...this.#dials].filter(([, times]) => times > 1);
    return [
      ...(this.#heard === 0 && isQuick && !isInterrupted
        ? ['nothing failed, yet no sandbox was told of anything']
        : []),
      ...again.map(([name, times]) => `nothing failed, yet ${name} dialled ${times} times`),
    ];
  }

  async #open(connection: Connection, token: string): Promise<void> {
    const { scheduler, random, fates } = this.options;
    const { process, id } = connection;
    const handshake = scheduler.io(process, 'ask connect', async () => undefined).then(() => this.#enter(id, token));
    const late = scheduler.sleep(process, HANDSHAKE_WITHIN_MS).then(() => BROKEN);
    const status = await Promise.race([handshake.catch(() => BROKEN), late]);
    await scheduler.sleep(process, 0);
    // What the door has noted and nobody waits for any more is noted all the same.
    if (status !== LET_IN || connection.isOver) return connection.down(0, isRefused(status));
    this.#connections.set(id, connection);
    // That a sandbox has died, API Gateway may learn at once, or not for long.
    process.onDeath.push(() => random() < 0.5 && this.#connections.delete(id));
    connection.up();
    if (!fates || random() >= fates.broken) return;
    await scheduler.sleep(process, random() * LONGEST_LIFE_MS);
    this.#end(connection, random() < 0.5 ? 0 : random() * LATEST_NOTICE_MS);
  }

  async #enter(id: string, token: string): Promise<number> {
    if (this.#ill === 'unreachable') return BROKEN;
    if (this.#ill === 'refusing') return FORBIDDEN;
    const headers = new Headers({ authorization: `Bearer ${token}` });
    return this.options.inDoor((deps) => createBellDoor(deps)(headers, id));
  }

  #end(connection: Connection, noticedAfterMs: number): void {
    this.#connections.delete(connection.id);
    connection.down(noticedAfterMs, false);
  }

  /** Whether the connection is there, as far as anybody knows: of one whose sandbox has died, nobody may have been told. */
  #post(id: string, message: string): boolean {
    const { random, fates } = this.options;
    if (this.#ill === 'failing') throw new Error('the bell does not work');
    const connection = this.#connections.get(id);
    if (!connection) return false;
    const { events }: { events: readonly SessionEvent[] } = JSON.parse(message);
    for (const event of events) this.#rung.add(event.id);
    if (this.#ill === 'mute' || (fates && random() < fates.lost)) return true;
    void connection
      .message(message, fates && random() < fates.late ? random() * LATEST_MS : 0)
      .then(() => (this.#heard += 1));
    return true;
  }
}

/** A connection, whose end and whose messages its sandbox hears in its own time. */
class Connection {
  isOver = false;

  constructor(
    readonly id: string,
    readonly process: Process,
    private readonly ears: ConnectionEars,
    private readonly scheduler: Scheduler,
  ) {}

  up(): void {
    this.ears.up();
  }

  message(text: string, afterMs: number): Promise<void> {
    return this.#later(afterMs, () => this.ears.message(text));
  }

  /** Nothing comes after it. */
  down(afterMs: number, isFinal: boolean): void {
    void this.#later(afterMs, () => {
      this.isOver = true;
      this.ears.down(isFinal);
    });
  }

  async #later(ms: number, act: () => void): Promise<void> {
    await this.scheduler.sleep(this.process, ms);
    if (!this.isOver) act();
  }
}

/** The time of a simulated process. */
export const clockOf = (scheduler: Scheduler, process: Process): BellClock => ({
  now: () => scheduler.now() / MICROS_PER_MS,
  after: (ms, act) => {
    const stopped = new AbortController();
    void scheduler.sleep(process, ms).then(() => stopped.signal.aborted || act());
    return () => stopped.abort();
  },
});
