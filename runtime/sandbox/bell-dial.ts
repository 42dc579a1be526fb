import { WebSocket } from 'ws';
import type { Dial } from './bell-line';

/** What no repetition will change: the token is not good for it. */
const REFUSALS: readonly number[] = [400, 401, 403, 404, 409];
/** How long opening a connection may take: a function that has to be started first takes some seconds. */
export const HANDSHAKE_WITHIN_MS = 15_000;
/** Keeps whatever lies between from forgetting a connection on which nothing is said. */
const PING_EVERY_MS = 60_000;
/** Nothing that is meant for us is larger. */
const LARGEST_MESSAGE_BYTES = 128 * 1_024;

/** Whether an answer to the request that opens a connection says that asking again would not help. */
export const isRefused = (status: number): boolean => REFUSALS.includes(status);

/**
 * Connections to the bell at a URL. The token goes into a header of the request that opens one, and nowhere else.
 *
 * @param log is told of each attempt that fails, without the token.
 */
export function bellDial(url: string, token: string, log: (line: string) => void): Dial {
  return (ears) => {
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${token}` },
      handshakeTimeout: HANDSHAKE_WITHIN_MS,
      maxPayload: LARGEST_MESSAGE_BYTES,
      followRedirects: false,
      perMessageDeflate: false,
    });
    const pings = setInterval(() => socket.ping(() => undefined), PING_EVERY_MS);
    let status: number | undefined;
    socket.on('open', () => ears.up());
    socket.on('message', (data) => ears.message(data.toString()));
    socket.on('unexpected-response', (_request, { statusCode = 0 }) => {
      status = statusCode;
      log(`the bell did not take the connection: status ${statusCode}`);
      socket.terminate();
    });
    socket.on('error', (error) => {
      if (status === undefined) log(`the bell cannot be reached: ${error.message}`);
    });
    socket.on('close', () => {
      clearInterval(pings);
      ears.down(status !== undefined && isRefused(status));
    });
    return { close: () => socket.terminate() };
  };
}
