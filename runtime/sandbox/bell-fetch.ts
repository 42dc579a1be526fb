import { BellStream, type BellStreamOptions } from './bell-stream';
import { isStreamRequest } from './session-events';

/** How long a stream waits for the line. A session's first call waits with it, so one of the API soon takes its place. */
const UP_WITHIN_MS = 500;
/** How often a stream that is to end looks whether a call still runs. */
const CALM_POLL_MS = 1_000;
const SSE_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8' };

/**
 * `fetch`, which serves the session's event stream by the bell. While the line is not up, the stream is the API's; it ends when
 * the line is up and no call runs. Whoever reads it opens the next one and reads the history, as with any stream that ends.
 */
export function fetchByBell(doFetch: typeof fetch, options: BellStreamOptions): typeof fetch {
  return async (input, init) => {
    if (!isStreamRequest(input)) return doFetch(input, init);
    if (!(await options.line.upWithin(UP_WITHIN_MS))) return untilUp(await doFetch(input, init), options);
    const stream = await BellStream.open(options).catch(() => undefined);
    // Whatever is wrong, a stream that ends at once would not make it better.
    if (!stream) return doFetch(input, init);
    const { signal } = init ?? {};
    if (signal?.aborted) stream.abort(signal.reason);
    signal?.addEventListener('abort', () => stream.abort(signal.reason), { once: true });
    return new Response(stream.body, { headers: SSE_HEADERS });
  };
}

/** The response, which ends when the line is up and no call runs. */
function untilUp(response: Response, options: Pick<BellStreamOptions, 'line' | 'isBusy'>): Response {
  if (!response.ok || !response.body || options.line.isOver) return response;
  const body = new ReadableStream(new Stopgap(response.body.getReader(), options), { highWaterMark: 0 });
  return new Response(body, response);
}

/** What is read until the line is up. */
class Stopgap implements UnderlyingDefaultSource<Uint8Array> {
  #stopWaiting: (() => void) | undefined;
  #stopListening: (() => void) | undefined;
  #hasEnded = false;

  constructor(
    private readonly reader: ReadableStreamDefaultReader<Uint8Array>,
    private readonly options: Pick<BellStreamOptions, 'line' | 'isBusy'>,
  ) {}

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { line } = this.options;
    const up = (): void => {
      this.#stopListening?.();
      this.#endWhenCalm(controller);
    };
    if (line.isUp) up();
    else this.#stopListening = line.listen({ up });
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const { done, value } = await this.reader.read().catch((error: unknown) => {
      this.#leave();
      throw error;
    });
    if (this.#hasEnded) return;
    if (!done) return controller.enqueue(value);
    this.#leave();
    controller.close();
  }

  async cancel(reason: unknown): Promise<void> {
    this.#leave();
    await this.reader.cancel(reason);
  }

  #endWhenCalm(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { line, isBusy } = this.options;
    this.#stopWaiting = line.clock.after(CALM_POLL_MS, () => {
      if (isBusy() || !line.isUp) return this.#endWhenCalm(controller);
      this.#leave();
      controller.close();
      this.reader.cancel().catch(() => undefined);
    });
  }

  #leave(): void {
    this.#hasEnded = true;
    this.#stopWaiting?.();
    this.#stopListening?.();
  }
}
