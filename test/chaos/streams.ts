import type Anthropic from '@anthropic-ai/sdk';
import { setTimeout as pause } from 'node:timers/promises';
import type { SessionEvent } from '../../runtime/contract/wire';
import { isServerError, processedEvents } from './api';

/** What one connection to a session's stream brought, to be compared with the history at the end. */
export interface Connection {
  readonly openedAt: number;
  /** The event after which it was asked to go on. */
  readonly from: string | undefined;
  /** The processed events that were listed right after it was open, if somebody looked. */
  listed: readonly string[] | undefined;
  /** The events in the order in which they came. */
  readonly delivered: string[];
  /** The texts of previews by the event that they announced. */
  readonly previews: Map<string, string>;
  /** Still open when everything was at rest. */
  openAtEnd: boolean;
}

const REOPEN_AFTER_MS = 150;
const LONGEST_MS = 12_000;

/** A client that watches a session and loses its connection all the time. */
export class StreamWatcher {
  readonly connections: Connection[] = [];
  readonly failures: string[] = [];
  private readonly stopped = new AbortController();
  private readonly ended: Promise<void>;
  private holds = false;
  private news = new AbortController();

  constructor(
    private readonly client: Anthropic,
    private readonly sessionId: string,
    private readonly random: () => number,
  ) {
    this.ended = this.watch();
  }

  /** Resolves when something came on the stream, or after a while. */
  async waitForNews(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.news.signal }).catch(() => undefined);
  }

  /** From now on the connection is kept. */
  hold(): void {
    this.holds = true;
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await this.ended;
  }

  private async watch(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      try {
        await this.connect();
      } catch (error) {
        if (isServerError(error)) this.failures.push(`the stream failed: ${String(error)}`);
      }
      await pause(REOPEN_AFTER_MS * (0.5 + this.random()), undefined, { signal: this.stopped.signal }).catch(
        () => undefined,
      );
    }
  }

  private async connect(): Promise<void> {
    const dropped = new AbortController();
    const signal = AbortSignal.any([dropped.signal, this.stopped.signal]);
    const last = this.connections.findLast(({ delivered }) => delivered.length > 0)?.delivered.at(-1);
    const from = this.random() < 0.4 ? last : undefined;
    const previewed = this.random() < 0.5;
    const stream = await this.client.beta.sessions.events.stream(
      this.sessionId,
      { ...(from ? { from } : {}), ...(previewed ? { event_deltas: ['agent.message' as const] } : {}) },
      { signal, maxRetries: 0 },
    );
    const connection: Connection = {
      openedAt: Date.now(),
      from,
      listed: undefined,
      delivered: [],
      previews: new Map(),
      openAtEnd: false,
    };
    this.connections.push(connection);
    if (this.random() < 0.5) void this.list(connection);
    const timer = this.holds ? undefined : setTimeout(() => this.holds || dropped.abort(), this.random() * LONGEST_MS);
    try {
      for await (const event of stream) this.take(connection, event);
    } finally {
      clearTimeout(timer);
      connection.openAtEnd = this.stopped.signal.aborted && !dropped.signal.aborted;
    }
  }

  private take(connection: Connection, event: { readonly type: string }): void {
    if (event.type === 'event_start') return;
    if (isDelta(event)) {
      const before = connection.previews.get(event.event_id) ?? '';
      connection.previews.set(event.event_id, before + (event.delta.content.text ?? ''));
      return;
    }
    connection.delivered.push((event as SessionEvent).id);
    this.news.abort();
    this.news = new AbortController();
  }

  private async list(connection: Connection): Promise<void> {
    const events = await processedEvents(this.client, this.sessionId).catch(() => undefined);
    connection.listed = events?.map(({ id }) => id);
  }
}

interface Delta {
  readonly type: 'event_delta';
  readonly event_id: string;
  readonly delta: { readonly content: { readonly text?: string } };
}

const isDelta = (event: { readonly type: string }): event is Delta => event.type === 'event_delta';
