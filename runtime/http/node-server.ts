/** The handler behind Node's own HTTP server: what one machine listens with. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Handler } from './handler';
import { answerUnreadable, unreadable } from './unreadable';

export interface ListenOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Only this machine, unless told otherwise. */
  readonly host?: string;
}

export interface RunningServer {
  /** `http://127.0.0.1:4010`, for clients on this machine. */
  readonly url: string;
  /** Stops listening and ends what is open; streams end as if the network had cut them. */
  close(): Promise<void>;
}

/** Bounds for clients that are slow, by nature or on purpose. An answer may take as long as it likes. */
const SERVER_LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 120_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
  // Node would refuse a request without one before we could, and nothing is decided by it.
  requireHostHeader: false,
};
/** How long a client may go on sending after it was answered. */
const LINGER_MS = 1_000;

/** Serves the handler. Rejects when the port cannot be had. */
export async function listen(handler: Handler, { port, host = '127.0.0.1' }: ListenOptions): Promise<RunningServer> {
  const server = createHttpServer(handler);
  server.listen(port, host);
  await once(server, 'listening');
  const { address, family, port: taken } = server.address() as AddressInfo;
  const name = family === 'IPv6' ? `[${address}]` : address;
  return { url: `http://${name}:${taken}`, close: () => close(server) };
}

/** Serves the handler on a socket of this machine's file system. Rejects when the path cannot be had. */
export async function listenOnSocket(handler: Handler, path: string): Promise<Pick<RunningServer, 'close'>> {
  const server = createHttpServer(handler);
  server.listen(path);
  await once(server, 'listening');
  return { close: () => close(server) };
}

function createHttpServer(handler: Handler): Server {
  const server = createServer(SERVER_LIMITS, (incoming, outgoing) => void serve(handler, incoming, outgoing));
  answerUnreadable(server, send);
  return server;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function serve(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    const request = toRequest(incoming);
    await send(request ? await handler(request) : unreadable(), incoming, outgoing);
  } catch {
    // The handler never rejects: the connection is gone.
    outgoing.destroy();
  }
}

/** The request in the form of web standards. Undefined for a method or a target that has no such form. */
function toRequest(incoming: IncomingMessage): Request | undefined {
  const { method = 'GET', url = '/', rawHeaders } = incoming;
  try {
    const headers = new Headers();
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
    const hasBody = method !== 'GET' && method !== 'HEAD';
    // The host header is the client's word and decides nothing here.
    const target = new URL(url, 'http://localhost');
    const body = hasBody ? (Readable.toWeb(incoming) as ReadableStream<Uint8Array>) : undefined;
    return new Request(target, { method, headers, ...(body ? { body, duplex: 'half' } : {}) });
  } catch {
    return undefined;
  }
}

/** Writes the answer as fast as the client takes it, and lets go of it when the client does. */
async function send(response: Response, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (!incoming.complete) cutOffLater(incoming, outgoing);
  outgoing.writeHead(response.status, [...response.headers].flat());
  const reader = response.body?.getReader();
  if (!reader) {
    outgoing.end();
    return;
  }
  const gone = new AbortController();
  outgoing.once('close', () => {
    gone.abort();
    void reader.cancel().catch(() => undefined);
  });
  outgoing.flushHeaders();
  for (let next = await reader.read(); !next.done && !gone.signal.aborted; next = await reader.read()) {
    if (!outgoing.write(next.value)) await once(outgoing, 'drain', { signal: gone.signal });
  }
  outgoing.end();
}

/** A client that was answered before it had sent everything has little time to stop: its rest is not wanted. */
function cutOffLater(incoming: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.setHeader('connection', 'close');
  outgoing.once('finish', () => setTimeout(() => incoming.destroy(), LINGER_MS).unref());
}
