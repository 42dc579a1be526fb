import { once } from 'node:events';
import { PassThrough, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { pipeResponse, type LambdaStreaming } from '../../runtime/aws/response-stream';

/** What Lambda's runtime does, without its prelude: the stream itself. */
const runtime: LambdaStreaming = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: { from: (stream: Writable) => stream },
};

beforeAll(() => Object.assign(globalThis, { awslambda: runtime }));
afterAll(() => Reflect.deleteProperty(globalThis, 'awslambda'));

/** An answer without end that counts what was taken from it. */
function endless() {
  const seen = { pulled: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await nextTurn();
        seen.pulled += 1;
        controller.enqueue(Buffer.alloc(1_000, 'x'));
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { seen, response: new Response(body) };
}

describe('a streamed answer', () => {
  test('arrives whole', async () => {
    const out = new PassThrough();
    const [, received] = await Promise.all([pipeResponse(new Response('event: ping\n\n'), out, 60_000), text(out)]);
    expect(received).toBe('event: ping\n\n');
  });

  test('ends cleanly when the time of its function runs out', async () => {
    const { seen, response } = endless();
    const out = new PassThrough().resume();
    await pipeResponse(response, out, 100);
    expect(seen.cancelled).toBe(true);
    expect(out.writableFinished).toBe(true);
  });

  test('is taken no faster than the caller reads', async () => {
    const { seen, response } = endless();
    const out = new PassThrough({ highWaterMark: 5_000 });
    const piping = pipeResponse(response, out, 300);
    await pause(100);
    expect(seen.pulled).toBeLessThan(20);
    out.resume();
    await piping;
  });

  test('is let go of when the caller is gone', async () => {
    const { seen, response } = endless();
    const out = new PassThrough();
    const piping = pipeResponse(response, out, 60_000);
    await pause(50);
    out.destroy();
    await piping;
    expect(seen.cancelled).toBe(true);
  });

  test('has an end even where it has no body', async () => {
    const out = new PassThrough().resume();
    const ended = once(out, 'finish');
    await pipeResponse(new Response(null, { status: 204 }), out, 60_000);
    await ended;
  });
});
