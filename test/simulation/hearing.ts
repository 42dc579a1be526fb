/** How a sandbox's worker hears of its session by the bell: the real line and the real stream, in the time of the simulation. */
import { APIError, type Anthropic } from '@anthropic-ai/sdk';
import { ApiError } from '../../runtime/contract/errors';
import type { Micros } from '../../runtime/contract/time';
import type { SessionEvent } from '../../runtime/contract/wire';
import { LiveStream } from '../../runtime/http/live-stream';
import { streamFrames } from '../../runtime/http/sse';
import { STREAM_SETTINGS } from '../../runtime/http/stream-settings';
import { fetchByBell } from '../../runtime/sandbox/bell-fetch';
import { BellLine } from '../../runtime/sandbox/bell-line';
import { BELL_TIMES } from '../../runtime/sandbox/bell-stream';
import { eventsAfter, instantOf, isRefusal, newestEvent } from '../../runtime/sandbox/session-history';
import type { Principal } from '../../runtime/store/ports';
import type { Process } from './scheduler';
import { clockOf } from './switchboard';
import type { System } from './system';

/** As the official worker waits before it opens its stream again. */
const RECONNECT_MS = 500;
/** How long a sandbox stays when its session rests; for the call that it was started for, it stays longer. */
const IDLE_MS = 5_000;
const FIRST_CALL_WITHIN_MS = 30_000;
/** Something that is waited for comes before, or it never does. */
const LONG_MS = 3_600_000;

/** As the API lists events. */
interface Page {
  readonly data: readonly SessionEvent[];
  readonly next_page: string | null;
}

export interface HearingOptions {
  readonly system: System;
  readonly process: Process;
  readonly sessionId: string;
  readonly token: string;
  /** Whose token it is; undefined when it works no more. */
  readonly principal: () => Promise<Principal | undefined>;
  readonly isBusy: () => boolean;
  /** All that there is, as the worker lists it. Throws when that is refused. */
  readonly list: () => Promise<readonly SessionEvent[]>;
  /** Told of each event as it is heard. */
  readonly heard: (event: SessionEvent) => void;
}

/** What a worker knows of its session, and hears of it. */
export class Hearing {
  readonly #events = new Map<string, SessionEvent>();
  readonly #line: BellLine;
  readonly #left = new AbortController();
  #news = new AbortController();
  #failure: unknown;
  /** As the supervisor has it: false from a call, or from word that the session runs, until word that it is idle. */
  #isResting = true;
  #hasServed = false;
  /** As the official worker has it: whether the last that it listed or heard was the end of a turn. */
  #isTurnOver = false;

  constructor(private readonly options: HearingOptions) {
    const { system, process, token } = options;
    const { scheduler } = system;
    this.#line = new BellLine(system.switchboard.dial(process, token), clockOf(scheduler, process));
    process.onDeath.push(() => this.leave());
  }

  /** All events that are known, in the order in which they became so. */
  get events(): readonly SessionEvent[] {
    return [...this.#events.values()];
  }

  /** Streams, and lists what was before, again and again, until it leaves. */
  async listen(): Promise<void> {
    const { system, process } = this.options;
    const open = fetchByBell((_input, init) => this.#stream(init?.signal ?? undefined), {
      line: this.#line,
      newest: () => this.#newest(),
      look: (after) => eventsAfter(this.#reader, this.options.sessionId, after),
      isFinal: isRefusal,
      isBusy: this.options.isBusy,
      times: BELL_TIMES,
    });
    const url = `https://api.test/v1/sessions/${this.options.sessionId}/events/stream`;
    while (!this.#left.signal.aborted) {
      await this.#follow(() => open(url, { signal: this.#left.signal }));
      await system.scheduler.sleep(process, RECONNECT_MS);
    }
  }

  /**
   * Waits until something is heard that was not known. False when nothing was for so long that the sandbox may go.
   *
   * @throws what listing the events threw, when that was refused.
   */
  async waitForNews(): Promise<boolean> {
    const { system, process } = this.options;
    const { signal } = this.#news;
    await system.scheduler.sleep(process, this.#patienceMs, signal);
    this.#news = new AbortController();
    if (this.#failure) throw this.#failure;
    return signal.aborted;
  }

  /** A call begins. */
  serves(): void {
    this.#hasServed = true;
    this.#isResting = false;
  }

  leave(): void {
    this.#left.abort();
    this.#line.hangUp();
    this.#news.abort();
  }

  get #patienceMs(): number {
    if (this.#isTurnOver) return IDLE_MS;
    if (!this.#isResting) return LONG_MS;
    return this.#hasServed ? IDLE_MS : FIRST_CALL_WITHIN_MS;
  }

  async #follow(open: () => Promise<Response>): Promise<void> {
    try {
      const { body } = await open();
      this.#news.abort();
      await this.#reconcile();
      for await (const chunk of body ?? []) this.#take(new TextDecoder().decode(chunk as Uint8Array));
    } catch {
      // Whoever streams opens the next one.
    }
  }

  async #reconcile(): Promise<void> {
    try {
      const events = await this.options.list();
      for (const event of events) this.#note(event);
      this.#isTurnOver = endsTurn(events.at(-1));
    } catch (error) {
      this.#failure = error;
    }
    this.#news.abort();
  }

  #take(frames: string): void {
    for (const [, data = ''] of frames.matchAll(/^data: (.*)$/gm)) {
      const event: SessionEvent = JSON.parse(data);
      if (!('processed_at' in event)) continue;
      this.#note(event);
      this.#isTurnOver = endsTurn(event);
      this.#saw(event);
      this.#news.abort();
    }
  }

  /** What the supervisor makes of an event. */
  #saw(event: SessionEvent): void {
    this.options.heard(event);
    if (event.type.startsWith('session.status_')) this.#isResting = event.type === 'session.status_idle';
  }

  async #newest(): Promise<Micros> {
    const last = await newestEvent(this.#reader, this.options.sessionId);
    if (last) this.#saw(last);
    return instantOf(last);
  }

  #note(event: SessionEvent): void {
    this.#events.set(event.id, event);
  }

  /** The stream of the API, as its own function serves it. */
  async #stream(signal: AbortSignal | undefined): Promise<Response> {
    const { system, process, sessionId } = this.options;
    await system.scheduler.io(process, 'ask stream', async () => undefined);
    const principal = await this.options.principal();
    const server = system.process('stream', false);
    const { store, hints, clock, ids } = system.depsOf(server);
    const session = principal && (await store.sessions.get(principal.workspace, sessionId));
    if (!session) return new Response('{}', { status: 404 });
    const deps = { store, hints, clock, ids, settings: STREAM_SETTINGS };
    const context = { principal, requestId: 'req_1', now: clock.now() };
    const live = await LiveStream.open(deps, context, session, { deltas: [], from: undefined });
    signal?.addEventListener('abort', () => server.kill(), { once: true });
    return streamFrames(live.frames(), () => server.kill());
  }

  /** The API as the real code asks it: one try each, and the official client's errors. */
  get #reader(): Anthropic {
    const list = (_session: string, query: object): unknown => {
      const first = this.#page(query);
      const next = (page: string): Promise<Page> => this.#page({ ...query, page });
      async function* all(): AsyncGenerator<SessionEvent> {
        for (let page = await first; ; page = await next(page.next_page)) {
          yield* page.data;
          if (!page.next_page) return;
        }
      }
      return Object.assign(first, { [Symbol.asyncIterator]: all });
    };
    return { beta: { sessions: { events: { list } } } } as unknown as Anthropic;
  }

  async #page(query: object): Promise<Page> {
    const { system, process, sessionId } = this.options;
    await system.scheduler.io(process, 'ask look', async () => undefined);
    const principal = await this.options.principal();
    if (!principal) throw refusal(401, 'the token is not valid any more');
    const path = { session_id: sessionId };
    try {
      return await system.request(principal, (operations, context) =>
        operations['sessions.events.list'](context, { path, query, body: undefined, headers: {} }),
      );
    } catch (error) {
      throw error instanceof ApiError ? refusal(error.status, error.message) : error;
    }
  }
}

const endsTurn = (event: SessionEvent | undefined): boolean =>
  event?.type === 'session.status_idle' && event.stop_reason.type !== 'requires_action';

const refusal = (status: number, message: string): Error =>
  APIError.generate(status, undefined, message, new Headers());
