import { Stream } from '@anthropic-ai/sdk/core/streaming';

/** An event as far as the supervisor cares. */
export interface SeenEvent {
  readonly type: string;
  readonly tool_use_id?: string;
}

const STREAM_PATH = /\/v1\/sessions\/[^/]+\/events\/stream$/;

const HEARTBEAT_PATH = /\/work\/[^/]+\/heartbeat$/;

/** Whether this asks for a session's event stream. */
export const isStreamRequest = (input: Parameters<typeof fetch>[0]): boolean =>
  STREAM_PATH.test(new URL(input instanceof Request ? input.url : input).pathname);

/** `fetch`, which tells of each heartbeat that the API has taken: from the first one on, the item is really held. */
export function fetchAndHold(doFetch: typeof fetch, held: () => void): typeof fetch {
  return async (input, init) => {
    const response = await doFetch(input, init);
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    if (response.ok && HEARTBEAT_PATH.test(pathname)) held();
    return response;
  };
}

const SEND_PATH = /\/v1\/sessions\/[^/]+\/events$/;
const STOP_PATH = /\/work\/[^/]+\/stop$/;

/** Answers that no repetition will change: the call is answered already, or its session is gone. */
const UNWANTED: readonly number[] = [400, 404];

/**
 * `fetch`, which keeps account of results. `begun` holds the calls that ran and whose result nobody has; one that the API has
 * taken, or does not want, leaves it. While it holds any, the item is not given back: to whoever gets it next, such a
 * call would look like one that never ran. The item's lease ends instead, and the calls are known to be lost.
 */
export function fetchAndAccount(doFetch: typeof fetch, begun: Set<string>): typeof fetch {
  return async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    if (STOP_PATH.test(pathname) && begun.size > 0) return new Response('{}', { status: 409 });
    const response = await doFetch(input, init);
    const isSettled = response.ok || UNWANTED.includes(response.status);
    if (isSettled && SEND_PATH.test(pathname) && typeof init?.body === 'string') {
      for (const id of resultsIn(init.body)) begun.delete(id);
    }
    return response;
  };
}

function resultsIn(body: string): string[] {
  const { events = [] } = JSON.parse(body) as { events?: readonly SeenEvent[] };
  return events.flatMap(({ tool_use_id: id }) => (id === undefined ? [] : [id]));
}

/**
 * `fetch`, with a look at the session's event stream for the supervisor. The official worker reads the stream only between
 * two calls, so it learns of an interrupt when the call that was to be interrupted has ended.
 *
 * @param see told each event as it arrives; `open` when a stream begins.
 */
export function fetchAndWatch(
  doFetch: typeof fetch,
  see: (event: SeenEvent | { readonly type: 'open' }) => void,
): typeof fetch {
  return async (input, init) => {
    const response = await doFetch(input, init);
    if (!response.ok || !response.body || !isStreamRequest(input)) return response;
    see({ type: 'open' });
    const [forWorker, forUs] = response.body.tee();
    void watch(new Response(forUs), see);
    return new Response(forWorker, response);
  };
}

async function watch(response: Response, see: (event: SeenEvent) => void): Promise<void> {
  try {
    for await (const event of Stream.fromSSEResponse<SeenEvent>(response, new AbortController())) see(event);
  } catch {
    // The worker reads the same bytes and reconnects.
  }
}
