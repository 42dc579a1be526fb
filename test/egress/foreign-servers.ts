/** Servers as they stand on the internet, here on this machine, under names of their own and with certificates for them. */
import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { callbackify } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { CertificateAuthority } from '../../runtime/egress/certificate-authority';
import type { ResolveHost } from '../../runtime/vault/guarded-lookup';

/** A request as a server got it. */
export interface SeenRequest {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly version: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly bytes: Buffer;
}

export type Handle = (request: SeenRequest, response: ServerResponse) => void;

/** Where the names of the tests lead. What is not here does not resolve. */
const DEFAULT_ADDRESS = '127.0.0.1';

export class ForeignServers {
  readonly seen: SeenRequest[] = [];
  /** How many were made so far. */
  connections = 0;
  /** The addresses of names, one after the other for each look-up; the last one stays. */
  readonly addresses = new Map<string, string[]>();
  /** Answers first, where it does. */
  handle: Handle = answer;
  private readonly servers: Server[] = [];

  private constructor(
    private readonly authority: CertificateAuthority,
    readonly trusted: SecureContext,
  ) {}

  static async start(): Promise<ForeignServers> {
    const authority = await CertificateAuthority.open(await CertificateAuthority.make());
    const trusted = createSecureContext({ ca: [...rootCertificates, authority.certificate] });
    return new ForeignServers(authority, trusted);
  }

  /** PEM: what vouches for these servers. */
  get certificate(): string {
    return this.authority.certificate;
  }

  readonly resolve: ResolveHost = (host, _options, callback) => {
    const known = this.addresses.get(host) ?? [DEFAULT_ADDRESS];
    const address = (known.length > 1 ? known.shift() : known[0]) ?? DEFAULT_ADDRESS;
    callback(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
  };

  /** @returns the port. */
  async https(options: { readonly http2?: boolean } = {}): Promise<number> {
    const contextFor = (name: string) => this.authority.contextFor(name);
    const SNICallback = callbackify(contextFor);
    const handle = (request: IncomingMessage, response: ServerResponse) => void this.take(request, response);
    // Without a name, a client means the address.
    const context = await this.authority.contextFor(DEFAULT_ADDRESS);
    const server = options.http2
      ? createSecureServer({ SNICallback, allowHTTP1: true }, handle as never)
      : createHttps({ SNICallback }, handle);
    server.setSecureContext({ ...(context as object) });
    return this.listen(server);
  }

  /** @returns the port. */
  http(): Promise<number> {
    return this.listen(createHttp((request, response) => void this.take(request, response)));
  }

  async close(): Promise<void> {
    for (const server of this.servers) {
      if ('closeAllConnections' in server) (server.closeAllConnections as () => void)();
      server.close();
    }
  }

  private async listen(server: Server): Promise<number> {
    this.servers.push(server);
    server.on('connection', () => (this.connections += 1));
    server.listen(0, DEFAULT_ADDRESS);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      return;
    }
    const seen: SeenRequest = {
      host: String(request.headers[':authority'] ?? request.headers.host).replace(/:\d+$/, ''),
      method: request.method ?? '',
      path: request.url ?? '',
      version: request.httpVersion,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
      bytes: Buffer.concat(chunks),
    };
    this.seen.push(seen);
    this.handle(seen, response);
  }
}

/** Shows what came, in the way that the path asks for. */
export function answer(request: SeenRequest, response: ServerResponse): void {
  const url = new URL(request.path, 'http://server');
  const shown = JSON.stringify({ ...request, bytes: undefined });
  switch (url.pathname) {
    case '/gzip':
      return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(shown));
    case '/br':
      return void response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(shown));
    case '/strange':
      return void response.writeHead(200, { 'content-encoding': 'rot13' }).end(shown);
    case '/base64':
      return void response.end(Buffer.from(shown).toString('base64'));
    case '/pieces':
      for (const letter of shown) response.write(letter);
      return void response.end();
    case '/header':
      return void response.writeHead(200, { 'x-echo': request.headers['x-api-key'] ?? '' }).end();
    case '/redirect':
      return void response.writeHead(302, { location: url.searchParams.get('to') ?? '/' }).end();
    default:
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(shown);
  }
}
