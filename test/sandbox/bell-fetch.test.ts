import { setTimeout as pause } from 'node:timers/promises';
import { fetchByBell } from '../../runtime/sandbox/bell-fetch';
import { BellLine, type ConnectionEars } from '../../runtime/sandbox/bell-line';
import { BELL_TIMES, type BellStreamOptions } from '../../runtime/sandbox/bell-stream';

const STREAM = 'http://api/v1/sessions/sesn_1/events/stream';

let ears: ConnectionEars;
let options: BellStreamOptions;
let isBusy: boolean;
/** What was asked of the API, and how an answer to a stream begins. */
let asked: string[];
let beforeAnswer: () => Promise<void>;
/** The API's stream, which the API itself never ends. */
let stream: { readonly controller: ReadableStreamDefaultController<Uint8Array>; left: boolean } | undefined;

beforeEach(() => {
  [isBusy, asked, stream, beforeAnswer] = [false, [], undefined, async () => undefined];
  const line = new BellLine((given) => {
    ears = given;
    return { close: () => given.down(false) };
  });
  options = {
    line,
    newest: async () => 0,
    look: async () => [],
    isFinal: () => false,
    isBusy: () => isBusy,
    times: BELL_TIMES,
  };
});
afterEach(() => options.line.hangUp());

const api: typeof fetch = async (input) => {
  asked.push(String(input));
  await beforeAnswer();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void (stream = { controller, left: false }),
    cancel: () => void (stream && (stream.left = true)),
  });
  return new Response(body);
};
const open = (signal?: AbortSignal): Promise<Response> => fetchByBell(api, options)(STREAM, { signal });

/** Reads to the end. Answers with what came, or how it failed. */
async function read({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of body ?? []) text += decoder.decode(chunk as Uint8Array);
    return text;
  } catch (error) {
    return `${text}${String(error)}`;
  }
}

describe('a request for the event stream', () => {
  it('is answered without the API once the line is up', async () => {
    ears.up();
    const response = await open();
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(asked).toEqual([]);
    await response.body?.cancel();
  });

  it('ends with its signal', async () => {
    ears.up();
    const over = new AbortController();
    const reading = read(await open(over.signal));
    over.abort(new Error('stop'));
    expect(await reading).toBe('Error: stop');
    expect(await read(await open(over.signal))).toBe('Error: stop');
  });

  it('goes to the API while the line is not up, and the stream ends when it is', async () => {
    const reading = read(await open());
    stream?.controller.enqueue(Buffer.from('event: ping\n\n'));
    ears.up();
    expect(await reading).toBe('event: ping\n\n');
    expect([asked, stream?.left]).toEqual([[STREAM], true]);
  });

  it('ends also where the line came up before the API had answered', async () => {
    beforeAnswer = async () => ears.up();
    expect(await read(await open())).toBe('');
  });

  it('does not end while a call runs, whose end nobody would hear of', async () => {
    isBusy = true;
    let hasEnded = false;
    const reading = read(await open()).finally(() => (hasEnded = true));
    ears.up();
    await pause(1_500);
    expect(hasEnded).toBe(false);
    isBusy = false;
    await reading;
  });

  it('has the API’s stream as it is where the bell was refused', async () => {
    ears.down(true);
    const reading = read(await open());
    stream?.controller.enqueue(Buffer.from('event: ping\n\n'));
    stream?.controller.close();
    expect(await reading).toBe('event: ping\n\n');
  });

  it('has the API’s stream as it is where the end of the log is not to be had', async () => {
    ears.up();
    options = { ...options, newest: async () => Promise.reject(new Error('no connection')) };
    let hasEnded = false;
    const reading = read(await open()).finally(() => (hasEnded = true));
    await pause(1_500);
    expect([asked, hasEnded]).toEqual([[STREAM], false]);
    stream?.controller.error(new Error('cut off'));
    expect(await reading).toBe('Error: cut off');
  });

  it('is the only one that is answered so', async () => {
    ears.up();
    await fetchByBell(api, options)('http://api/v1/sessions/sesn_1/events');
    expect(asked).toEqual(['http://api/v1/sessions/sesn_1/events']);
  });
});
