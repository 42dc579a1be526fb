/** Guarded fetch: HTTP to servers that agents name, which may not become a way into our own network. */
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { pipeline, Readable, Transform } from 'node:stream';
import { hostOf, isNamed, type PrivateHosts } from '../vault/addresses';
import { guardedLookup, PRIVATE_ADDRESS } from '../vault/guarded-lookup';
import { OutboundError, refusalOf } from '../vault/outbound';

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export interface GuardedFetch {
  /** @param ended told when the answer has come to its end, or has broken off. */
  fetch(url: string | URL, init?: RequestInit, ended?: () => void): Promise<Response>;
  close(): void;
}

/** What a server may send as one response. A stream of events counts as a whole. */
const LONGEST_RESPONSE = 16 * 1024 * 1024;
const MAX_SOCKETS = 8;
/** Statuses whose responses have no body, which `Response` insists on. */
const BODILESS = [101, 204, 205, 304];

/**
 * A `fetch` for one server, by the rules of `createOutbound`: only `http` and `https`, private addresses and plain `http` only
 * where the deployment names the host, looked up once and connected to as looked up, through no proxy, redirects not followed.
 * Its connections are kept until `close`, and are nobody else's.
 *
 * @returns a `fetch` that rejects with OutboundError when there is no answer.
 */
export function createGuardedFetch(privateHosts: PrivateHosts): GuardedFetch {
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const agents = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) };
  return {
    async fetch(target, init = {}, ended) {
      const url = new URL(target);
      const refusal = refusalOf(url, privateHosts);
      if (refusal !== undefined) throw new OutboundError(refusal, 'refused', false);
      const isPlain = url.protocol === 'http:';
      const incoming = await exchange(isPlain ? requestHttp : requestHttps, url, init, {
        agent: isPlain ? agents['http:'] : agents['https:'],
        lookup: guardedLookup(isNamed(privateHosts, hostOf(url))),
      });
      if (ended) incoming.once('close', ended);
      return toResponse(incoming);
    },
    close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

/** Sends a request and gives the head of its answer; the body is still to come. */
function exchange(
  open: typeof requestHttp,
  url: URL,
  { method = 'GET', headers, body, signal }: RequestInit,
  how: { agent: HttpAgent; lookup: ReturnType<typeof guardedLookup> },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let connected = false;
    const fail = (error: NodeJS.ErrnoException): void => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const isPrivate = error.code === PRIVATE_ADDRESS;
      const words = isPrivate
        ? 'the name resolves to a private address'
        : `no connection, or it broke (${codeOf(error)})`;
      reject(new OutboundError(words, isPrivate ? 'refused' : 'unreachable', connected));
    };
    const outgoing = open(url, { method, headers: headersOf(headers), ...how, ...(signal ? { signal } : {}) });
    outgoing.once('socket', (socket) => {
      // A socket that was kept is there already.
      if (!socket.connecting) connected = true;
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => (connected = true));
    });
    outgoing.on('error', fail);
    outgoing.once('response', resolve);
    outgoing.end(typeof body === 'string' ? body : undefined);
  });
}

function headersOf(given: RequestInit['headers']): Record<string, string> {
  return { 'user-agent': 'managed-agents', ...Object.fromEntries(new Headers(given)) };
}

function toResponse(incoming: IncomingMessage): Response {
  const status = incoming.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  if (BODILESS.includes(status)) {
    incoming.resume();
    return new Response(null, { status, headers });
  }
  // What breaks on the way breaks the body, and whoever reads it hears of it.
  const limited = pipeline(incoming, limiter(), () => undefined);
  return new Response(Readable.toWeb(limited) as ReadableStream, { status, headers });
}

/** Lets so many bytes through and no more. */
function limiter(): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > LONGEST_RESPONSE) done(new Error('the response is too long'));
      else done(null, chunk);
    },
  });
}

/** The system's own messages name addresses; its codes do not. */
const codeOf = (error: NodeJS.ErrnoException): string => error.code ?? 'unknown';
