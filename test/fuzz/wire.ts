/** Requests as bytes on a socket, since no client library sends what is wrong. */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface RawRequest {
  /** The request line and the headers, each with its line end, without the empty line. */
  readonly head: Buffer;
  readonly body: Buffer;
  /** Milliseconds to wait in the middle of the body. */
  readonly stallMs?: number;
  /** Take the beginning of the answer and hang up: it is a stream. */
  readonly hangUp?: boolean;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Why there is no answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

const ANSWER_WITHIN_MS = 15_000;
const HEAD_END = Buffer.from('\r\n\r\n');
const CONTINUE = Buffer.from('HTTP/1.1 100 ');

/** Sends a request on a connection of its own. @throws NoAnswer when the server hangs or hangs up. */
export async function sendRaw(port: number, { head, body, stallMs, hangUp }: RawRequest): Promise<RawAnswer> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const chunks: Buffer[] = [];
  const answered = new Promise<Buffer>((resolve, reject) => {
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const sofar = Buffer.concat(chunks);
      if (hangUp && sofar.includes(HEAD_END) && sofar.includes('text/event-stream')) resolve(sofar);
    });
    // A server that refuses a body may reset the connection behind its answer.
    socket.on('error', (error) =>
      chunks.length > 0 ? resolve(Buffer.concat(chunks)) : reject(new NoAnswer(error.message)),
    );
    socket.on('close', () => resolve(Buffer.concat(chunks)));
  });
  // It is awaited below, but may fail before.
  answered.catch(() => undefined);
  const timer = setTimeout(() => socket.destroy(new Error('the server hangs')), ANSWER_WITHIN_MS + (stallMs ?? 0));
  try {
    socket.write(head);
    socket.write('\r\n');
    if (stallMs !== undefined) {
      const half = Math.floor(body.length / 2);
      socket.write(body.subarray(0, half));
      await pause(stallMs);
      if (!socket.destroyed) socket.write(body.subarray(half));
    } else {
      socket.write(body);
    }
    return parseAnswer(await answered);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

function parseAnswer(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf(HEAD_END);
  if (bytes.indexOf(CONTINUE) === 0) return parseAnswer(bytes.subarray(end + HEAD_END.length));
  if (end < 0) throw new NoAnswer(`the connection was closed after ${bytes.length} bytes`);
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const;
    }),
  );
  const rest = bytes.subarray(end + HEAD_END.length);
  const body = headers.get('transfer-encoding') === 'chunked' ? unchunked(rest) : rest;
  return { status: Number(statusLine.split(' ')[1]), headers, body: body.toString('utf8') };
}

function unchunked(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    if (!(size > 0)) break;
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(chunks);
}
