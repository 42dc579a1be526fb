/** A patient client: it sends, and when a connection breaks it looks whether its event arrived before it sends again. */
import { ApiError } from '../../runtime/contract/errors';
import type { EventParams, SessionEvent } from '../../runtime/contract/wire';
import type { Principal } from '../../runtime/store/ports';
import type { SessionRecord } from '../../runtime/store/records';
import type { Process } from './scheduler';
import type { System } from './system';

const POLL_MS = 200;

export class Client {
  readonly accepted: string[] = [];
  readonly #principal: Principal;
  readonly #seen = new Set<string>();

  constructor(
    private readonly system: System,
    private readonly process: Process,
    readonly session: SessionRecord,
  ) {
    this.#principal = { kind: 'api_key', workspace: session.workspace, keyId: 'apikey_1' };
  }

  message(text: string): Promise<void> {
    return this.send({ type: 'user.message', content: [{ type: 'text', text }] });
  }

  /** Sends one event, for as long as it takes. A 4xx means that it is not wanted any more. */
  async send(event: EventParams): Promise<void> {
    for (;;) {
      try {
        const { data } = await this.system.request(this.#principal, (operations, context) =>
          operations['sessions.events.send'](context, {
            path: { session_id: this.session.id },
            query: {},
            body: { events: [event] },
            headers: {},
          }),
        );
        for (const { id } of data ?? []) this.#accept(id);
        return;
      } catch (error) {
        if (error instanceof ApiError && error.status < 500) return;
        await this.pause(1_000);
        const arrived = (await this.list()).find((other) => !this.#seen.has(other.id) && isSame(other, event));
        if (arrived) return this.#accept(arrived.id);
      }
    }
  }

  /** The session's events as a client lists them. */
  async list(): Promise<SessionEvent[]> {
    for (;;) {
      try {
        const { data } = await this.system.request(this.#principal, (operations, context) =>
          operations['sessions.events.list'](context, {
            path: { session_id: this.session.id },
            query: { limit: 1_000 },
            body: undefined,
            headers: {},
          }),
        );
        return data;
      } catch {
        await this.pause(1_000);
      }
    }
  }

  /** Waits until the history says so. */
  async until(holds: (events: SessionEvent[]) => boolean): Promise<SessionEvent[]> {
    for (;;) {
      const events = await this.list();
      if (holds(events)) return events;
      await this.pause(POLL_MS);
    }
  }

  /** Waits for the idle that ends the turn of the message with this text. */
  idleAfter(text: string): Promise<SessionEvent[]> {
    return this.until((events) => {
      const at = events.findIndex((event) => event.processed_at && isMessage(event, text));
      return at >= 0 && events.slice(at).some(({ type }) => type === 'session.status_idle');
    });
  }

  pause(ms: number): Promise<void> {
    return this.system.scheduler.sleep(this.process, ms);
  }

  #accept(id: string): void {
    this.#seen.add(id);
    this.accepted.push(id);
  }
}

const isMessage = (event: SessionEvent, text: string): boolean =>
  event.type === 'user.message' && JSON.stringify(event.content).includes(JSON.stringify(text));

function isSame(event: SessionEvent, sent: EventParams): boolean {
  const fields: Record<string, unknown> = { ...event };
  return Object.entries(sent).every(([key, value]) => JSON.stringify(fields[key]) === JSON.stringify(value));
}
