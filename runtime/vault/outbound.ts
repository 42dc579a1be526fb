import { request as requestHttp, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { hostOf, isNamed, isPublicAddress, type PrivateHosts } from './addresses';
import { guardedLookup, PRIVATE_ADDRESS } from './guarded-lookup';
import { Secret } from './secret';

/** A request to a server of somebody else. A secret may stand in a header or be the body. */
export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly body?: string | Secret;
  /** For the whole exchange. */
  readonly timeoutMs: number;
  /** Of the answer's body; the rest is not read. */
  readonly maxBytes: number;
  /** Ends the reading early, with what there is, once this holds for the body so far: for streams, which do not end. */
  readonly enough?: (body: string) => boolean;
}

export interface OutboundResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly truncated: boolean;
}

/** Why there is no answer. `sent` is false only if no byte of the request can have left. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';

  constructor(
    message: string,
    readonly reason: 'refused' | 'unreachable' | 'timeout',
    readonly sent: boolean,
  ) {
    super(message);
  }
}

/** @throws OutboundError and nothing else. */
export type Outbound = (request: OutboundRequest) => Promise<OutboundResponse>;

/**
 * Requests to addresses that clients name, which may not become a way into our own network: only `http` and `https`, plain
 * `http` only to hosts that the deployment names, private addresses only of hosts that it names. What a name resolves to is
 * checked at the very look-up that the connection uses, so a name that answers differently the next time gains nothing.
 * Redirects are answers, not followed; no proxy and no connection of another request is used.
 */
export function createOutbound(privateHosts: PrivateHosts): Outbound {
  return (request) => {
    const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
    if (!url) return Promise.reject(new OutboundError('not a URL', 'refused', false));
    const refusal = refusalOf(url, privateHosts);
    if (refusal !== undefined) return Promise.reject(new OutboundError(refusal, 'refused', false));
    return exchange(url, request, guardedLookup(isNamed(privateHosts, hostOf(url))));
  };
}

/** Why no secret is sent to a URL, by the URL alone; undefined when it may be tried. */
export function refusalOf(url: URL, privateHosts: PrivateHosts): string | undefined {
  const host = hostOf(url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'only http and https are served';
  if (url.username !== '' || url.password !== '') return 'a URL may not carry credentials of its own';
  if (isNamed(privateHosts, host)) return undefined;
  if (url.protocol === 'http:') return 'http without TLS is served only to hosts that the deployment names';
  return isIP(host) !== 0 && !isPublicAddress(host) ? 'the address is private' : undefined;
}

function exchange(url: URL, request: OutboundRequest, lookup: LookupFunction): Promise<OutboundResponse> {
  return new Promise((resolve, reject) => {
    let connected = false;
    const fail = (error: unknown): void => {
      const { code, name } = error as NodeJS.ErrnoException;
      const timedOut = name === 'TimeoutError' || code === 'ABORT_ERR';
      const reason = code === PRIVATE_ADDRESS ? 'refused' : timedOut ? 'timeout' : 'unreachable';
      reject(new OutboundError(wordsFor(reason, code), reason, connected));
    };
    const outgoing = open(url, request, lookup);
    if (!outgoing) return reject(new OutboundError('a value does not fit into a header', 'refused', false));
    // The request leaves when the connection (with TLS: the secured one) is there, and not before.
    outgoing.once('socket', (socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        connected = true;
      });
    });
    outgoing.once('error', fail);
    outgoing.once('response', (incoming) => {
      const answered = ({ body, truncated }: { body: string; truncated: boolean }): void => {
        outgoing.destroy();
        resolve({ status: incoming.statusCode ?? 0, headers: flat(incoming), body, truncated });
      };
      void readBody(incoming, request).then(answered, fail);
    });
    outgoing.end(revealed(request.body ?? ''));
  });
}

/** Undefined when a header has characters that none can have. */
function open(url: URL, request: OutboundRequest, lookup: LookupFunction): ClientRequest | undefined {
  const body = revealed(request.body ?? '');
  const headers: Record<string, string | number> = { 'user-agent': 'managed-agents', connection: 'close' };
  for (const [name, value] of Object.entries(request.headers)) headers[name] = revealed(value);
  if (request.method === 'POST') headers['content-length'] = Buffer.byteLength(body);
  const signal = AbortSignal.timeout(request.timeoutMs);
  const options: RequestOptions = { method: request.method, headers, lookup, signal, agent: false };
  try {
    return url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
  } catch {
    return undefined;
  }
}

async function readBody(
  incoming: IncomingMessage,
  { maxBytes, enough }: OutboundRequest,
): Promise<{ body: string; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    const body = Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
    if (size > maxBytes) return { body, truncated: true };
    if (enough?.(body)) return { body, truncated: false };
  }
  return { body: Buffer.concat(chunks).toString('utf8'), truncated: false };
}

const revealed = (text: string | Secret): string => (text instanceof Secret ? text.reveal() : text);

const flat = (incoming: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

/** The system's own messages name addresses; its codes do not. */
function wordsFor(reason: OutboundError['reason'], code: string | undefined): string {
  if (reason === 'refused') return 'the name resolves to a private address';
  if (reason === 'timeout') return 'no answer in time';
  return `no connection, or it broke (${code ?? 'unknown'})`;
}
