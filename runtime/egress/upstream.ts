import { Agent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect as connectHttp2, constants, type ClientHttp2Session } from 'node:http2';
import { isIP } from 'node:net';
import { pipeline, type Duplex, type Readable } from 'node:stream';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import { callbackify } from 'node:util';
import { authorityOf, type Destination } from './destination';
import { dial, DialError, dialErrorOf, type DialOptions } from './dial';
import type { Header } from './injection';

/** A request without what belongs to one connection alone. */
export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly Header[];
  /** Null for a request that has none. */
  readonly body: Readable | null;
  readonly signal: AbortSignal;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: Readable;
}

/** Requests to one destination, over connections that nobody else uses. */
export interface Upstream {
  /** @throws DialError without a connection; Error when it breaks. */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
  close(): void;
}

/** Whom the gateway trusts, and what it may reach. */
export interface UpstreamOptions extends DialOptions {
  /** What servers' certificates are verified with. @default Node's own authorities */
  readonly secureContext?: SecureContext;
}

const HANDSHAKE_WITHIN_MS = 15_000;
/** The longest silence of an exchange. A model's answer may take minutes. */
export const SILENCE_MS = 15 * 60_000;
/** Shorter than servers keep an unused connection, so that none is used just when its server closes it. */
const UNUSED_MS = 3_000;
const HTTPS_PORT = 443;
const HTTP_PORT = 80;

/** The destination over plain `http`. */
export class PlainUpstream implements Upstream {
  private readonly agent: DialledAgent;

  constructor(
    private readonly destination: Destination,
    options: DialOptions,
  ) {
    this.agent = new DialledAgent(() => dial(destination, options));
  }

  send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    return sendHttp1(request, authorityOf(this.destination, HTTP_PORT), this.agent);
  }

  close(): void {
    this.agent.destroy();
  }
}

/** The destination over TLS: HTTP/2 where the server takes it, else HTTP/1.1. Its certificate is always verified. */
export class SecureUpstream implements Upstream {
  private readonly agent = new DialledAgent(() => this.takeSocket());
  private readonly authority: string;
  private protocol: 'h2' | 'http/1.1' | undefined;
  /** The first connection, while it is being made and until somebody takes it. */
  private first: Promise<TLSSocket> | undefined;
  private http2: Promise<ClientHttp2Session> | undefined;

  constructor(
    private readonly destination: Destination,
    private readonly options: UpstreamOptions,
  ) {
    this.authority = authorityOf(destination, HTTPS_PORT);
  }

  async send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    if (this.protocol === undefined) {
      this.first ??= dialSecure(this.destination, this.options, ['h2', 'http/1.1']);
      const socket = await this.first.catch((error: unknown) => {
        this.first = undefined;
        throw error;
      });
      this.protocol = socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1';
    }
    if (this.protocol === 'http/1.1') return sendHttp1(request, this.authority, this.agent);
    return sendHttp2(request, this.authority, await this.session());
  }

  close(): void {
    this.agent.destroy();
    void this.http2?.then((session) => session.destroy()).catch(() => undefined);
    void this.first?.then((socket) => socket.destroy()).catch(() => undefined);
  }

  private takeSocket(): Promise<TLSSocket> {
    const { first } = this;
    this.first = undefined;
    return first ?? dialSecure(this.destination, this.options, ['http/1.1']);
  }

  private async session(): Promise<ClientHttp2Session> {
    const known = await this.http2?.catch(() => undefined);
    if (known && !known.closed && !known.destroyed) return known;
    const { first } = this;
    this.first = undefined;
    this.http2 = (first ?? dialSecure(this.destination, this.options, ['h2'])).then((socket) => {
      const session = connectHttp2(`https://${this.authority}`, { createConnection: () => socket });
      session.on('error', () => undefined);
      session.setTimeout(SILENCE_MS, () => session.destroy());
      return session;
    });
    return this.http2;
  }
}

/** Connects as it is told to, and keeps a connection for a moment. */
class DialledAgent extends Agent {
  constructor(private readonly connect: () => Promise<Duplex>) {
    super({ keepAlive: true, timeout: UNUSED_MS, maxTotalSockets: 8 });
  }

  override createConnection(_options: unknown, callback?: (error: Error | null, stream: Duplex) => void): undefined {
    callbackify(this.connect)((error, socket) => callback?.(error, socket));
  }
}

/** @throws DialError and nothing else. */
async function dialSecure(destination: Destination, options: UpstreamOptions, protocols: string[]): Promise<TLSSocket> {
  const { host } = destination;
  const socket = await dial(destination, options);
  return new Promise((resolve, reject) => {
    const secured = connectTls({
      socket,
      host,
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: protocols,
      secureContext: options.secureContext,
    });
    const timer = setTimeout(() => fail(new Error('timeout')), HANDSHAKE_WITHIN_MS);
    const fail = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      secured.destroy();
      reject(dialErrorOf(host, error));
    };
    secured.once('error', fail);
    secured.once('secureConnect', () => {
      clearTimeout(timer);
      secured.off('error', fail);
      secured.on('error', () => undefined);
      resolve(secured);
    });
  });
}

function sendHttp1(request: UpstreamRequest, authority: string, agent: Agent): Promise<UpstreamAnswer> {
  const { method, path, headers, body, signal } = request;
  return new Promise((resolve, reject) => {
    // Node frames the body of some methods only if it is told to, and what has no frame is another request.
    const framing = body !== null && !headers.some(([name]) => name.toLowerCase() === 'content-length');
    const all = {
      host: authority,
      ...gathered(headers, (name) => name),
      ...(framing ? { 'transfer-encoding': 'chunked' } : {}),
    };
    const outgoing: ClientRequest = requestHttp({ agent, method, path, headers: all, setHost: false, signal });
    outgoing.setTimeout(SILENCE_MS, () => outgoing.destroy(new DialError('unreachable', 'The server is silent')));
    outgoing.on('error', reject);
    outgoing.once('response', (incoming: IncomingMessage) =>
      resolve({ status: incoming.statusCode ?? 0, headers: pairs(incoming.rawHeaders), body: incoming }),
    );
    give(body, outgoing);
  });
}

function sendHttp2(request: UpstreamRequest, authority: string, session: ClientHttp2Session): Promise<UpstreamAnswer> {
  const { method, path, headers, body, signal } = request;
  return new Promise((resolve, reject) => {
    const all = {
      ...gathered(headers, (name) => name.toLowerCase()),
      [constants.HTTP2_HEADER_METHOD]: method,
      [constants.HTTP2_HEADER_PATH]: path,
      [constants.HTTP2_HEADER_SCHEME]: 'https',
      [constants.HTTP2_HEADER_AUTHORITY]: authority,
    };
    const stream = session.request(all, { endStream: body === null, signal });
    stream.setTimeout(SILENCE_MS, () => stream.destroy(new DialError('unreachable', 'The server is silent')));
    stream.on('error', reject);
    stream.once('response', ({ ':status': status, ...answered }) => {
      const list = Object.entries(answered).flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value ?? '']).map((one): Header => [name, String(one)]),
      );
      resolve({ status: status ?? 0, headers: list.filter(([name]) => !name.startsWith(':')), body: stream });
    });
    if (body !== null) give(body, stream);
  });
}

/** A body that breaks off breaks the request off. A server that answers before it has read all of it is no error. */
function give(body: Readable | null, outgoing: NodeJS.WritableStream): void {
  if (body === null) outgoing.end();
  else pipeline(body, outgoing, () => undefined);
}

const pairs = (flat: readonly string[]): Header[] =>
  flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ''] as const] : []));

/** Headers of one name together, in their order. */
function gathered(headers: readonly Header[], nameOf: (name: string) => string): Record<string, string[]> {
  const all = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of headers) {
    const entry = all.get(name.toLowerCase()) ?? { name: nameOf(name), values: [] };
    entry.values.push(value);
    all.set(name.toLowerCase(), entry);
  }
  return Object.fromEntries([...all.values()].map(({ name, values }) => [name, values]));
}
