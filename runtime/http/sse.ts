/** Server-sent events on the wire (reference 6.6). Every frame is named: clients drop those that are not. */
import { frame } from '../contract/sse-frame';

export const SSE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Asks nginx and its kin not to collect the stream before passing it on.
  'x-accel-buffering': 'no',
};

export const PING = frame('ping', { type: 'ping' });

/**
 * A response that sends the frames as they come, and no faster than they are read. When the client goes away, `leave` is
 * called at once, which must end the frames.
 */
export function streamFrames(frames: AsyncIterator<string, void>, leave: () => void): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await frames.next();
        if (next.done) controller.close();
        else controller.enqueue(encoder.encode(next.value));
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: SSE_HEADERS });
}
