/** A client that listens to the session's stream, loses its connection from time to time, and goes on where it was. */
import type { SessionEvent } from '../../runtime/contract/wire';
import { LiveStream } from '../../runtime/http/live-stream';
import { STREAM_SETTINGS } from '../../runtime/http/stream-settings';
import type { SessionRecord } from '../../runtime/store/records';
import { historyOf } from './audit';
import type { System } from './system';

const CONNECTION_MS = 7_000;
const RECONNECT_MS = 500;
/** How often a connection breaks after an event, in the middle of what came with it. */
const BREAKS_SHARE = 0.05;

export class Listener {
  readonly heard: SessionEvent[] = [];

  constructor(
    private readonly system: System,
    private readonly session: SessionRecord,
    private readonly random: () => number,
  ) {}

  /** Listens until told to stop. */
  async listen(done: () => boolean): Promise<void> {
    const { scheduler } = this.system;
    const outside = this.system.process('listener', false);
    while (!done()) {
      await this.#connect(Math.ceil(this.random() * CONNECTION_MS)).catch(() => undefined);
      await scheduler.sleep(outside, RECONNECT_MS);
    }
  }

  async #connect(maxAgeMs: number): Promise<void> {
    const process = this.system.process('stream', false);
    const { store, hints, clock, ids } = this.system.depsOf(process);
    const settings = { ...STREAM_SETTINGS, maxAgeMs };
    const { workspace } = this.session;
    const context = {
      principal: { kind: 'api_key', workspace, keyId: 'apikey_1' } as const,
      requestId: 'req_1',
      now: clock.now(),
    };
    const from = this.heard.at(-1)?.id;
    const deps = { store, hints, clock, ids, settings, onFailure: () => undefined };
    const stream = await LiveStream.open(deps, context, this.session, { deltas: [], from });
    // Open the stream, then list: so a client misses nothing that happened before it came. What it resumes is not repeated.
    if (from === undefined) this.heard.push(...(await historyOf(this.system, this.session)).events);
    const listed = new Set(this.heard.map(({ id }) => id));
    for await (const frame of stream.frames()) {
      for (const [, data = ''] of frame.matchAll(/^data: (.*)$/gm)) {
        const event: SessionEvent & { processed_at?: string } = JSON.parse(data);
        if (!event.processed_at || (from === undefined && listed.has(event.id))) continue;
        this.heard.push(event);
        if (this.random() < BREAKS_SHARE) return;
      }
    }
  }

  /** What was heard is the history, in its order, once and without a hole. */
  problems(history: readonly SessionEvent[]): string[] {
    const heard = this.heard.map(({ id }) => id);
    const at = heard.findIndex((id, index) => id !== history[index]?.id);
    if (at >= 0) return [`the stream brought ${heard[at]} where the history has ${history[at]?.id}`];
    const missing = history[heard.length];
    return missing ? [`the stream never brought ${missing.id} (${missing.type})`] : [];
  }
}
