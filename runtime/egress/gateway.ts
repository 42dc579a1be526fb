import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../contract/time';
import { isNamed } from '../vault/addresses';
import type { Broker } from '../vault/ports';
import { brief, BRIEFING_PATH } from './briefing';
import type { CertificateAuthority } from './certificate-authority';
import { ConnectionReport, type ConnectionLog } from './connection-log';
import { destinationOf, parseAuthority, refusalOf, type Destination } from './destination';
import { exchange, refuse } from './exchange';
import { credentialsOf, Grants, isBound, NO_GRANTS, sentBy, type HostGrants } from './grants';
import type { EgressSession } from './session';
import { TerminatedConnection } from './terminated';
import { answerRaw, passThrough, terminate } from './tunnel';
import { PlainUpstream, SILENCE_MS, type UpstreamOptions } from './upstream';

export interface EgressGatewayDeps extends UpstreamOptions {
  readonly broker: Pick<Broker, 'placeholdersOf' | 'repositoriesFor' | 'substitutionsFor'>;
  readonly authority: CertificateAuthority;
  readonly clock: Clock;
  readonly log: ConnectionLog;
}

/** Bounds for what comes from inside. */
const LIMITS = { maxHeaderSize: 64 * 1024, headersTimeout: 30_000, requestTimeout: 0, keepAliveTimeout: 60_000 };
const CONNECTIONS_OF_A_SESSION = 128;

const NOT_FOR_A_PROXY = 'This is a proxy: it takes CONNECT, and requests for http:// URLs';
const NO_BROKER = 'The credentials of this session cannot be read now';

/**
 * The way out of sandboxes: an HTTP proxy that lets each session go where its captured policy allows, and puts the values of its
 * credentials in the place of their placeholders on the way to the credentials' own hosts. There, and only there, TLS ends here;
 * everything else passes unread. Whose connection it is, is said by who hands it over, never by what comes over it.
 */
export class EgressGateway {
  private readonly proxy: Server;
  /** Serves what is inside of terminated connections. */
  private readonly origin: Server;
  private readonly grants: Grants;
  private readonly sessions = new WeakMap<Socket, EgressSession>();
  private readonly terminated = new WeakMap<Socket, TerminatedConnection>();
  private readonly open = new Map<string, Set<Socket>>();
  /** What came and went over a connection with the requests that are over. */
  private readonly counted = new WeakMap<Socket, readonly [out: number, back: number]>();

  constructor(private readonly deps: EgressGatewayDeps) {
    this.grants = new Grants(deps);
    this.proxy = createServer(LIMITS, (request, response) => {
      this.serveRequest(request, response).catch(() => response.destroy());
    });
    this.proxy.on('connect', (request, socket, head) => {
      this.serveConnect(request, socket as Socket, head).catch(() => socket.destroy());
    });
    this.origin = createServer(LIMITS, (request, response) => {
      const connection = this.terminated.get(request.socket);
      if (connection) void connection.serve(request, response);
      else request.socket.destroy();
    });
    for (const server of [this.proxy, this.origin]) server.timeout = SILENCE_MS;
  }

  /** Takes a connection from a session's sandbox. */
  serve(socket: Socket, session: EgressSession): void {
    socket.on('error', () => socket.destroy());
    const all = this.open.get(session.sessionId) ?? new Set();
    if (all.size >= CONNECTIONS_OF_A_SESSION) return answerRaw(socket, 503, 'Too many connections');
    this.open.set(session.sessionId, all.add(socket));
    socket.once('close', () => {
      all.delete(socket);
      if (all.size === 0) this.open.delete(session.sessionId);
    });
    this.sessions.set(socket, session);
    this.proxy.emit('connection', socket);
  }

  /** Ends all connections of a session. */
  end(sessionId: string): void {
    for (const socket of this.open.get(sessionId) ?? []) socket.destroy();
  }

  /** Ends all connections. */
  close(): void {
    for (const sessionId of this.open.keys()) this.end(sessionId);
  }

  /** Plain `http`, which gets values only where the deployment names the host. */
  private async serveRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    const session = this.sessions.get(socket);
    if (session && request.url === BRIEFING_PATH) return this.tell(session, response);
    const url = plainUrl(request.url ?? '');
    const destination = url && destinationOf(url);
    if (!session || !url || !destination) return refuse(response, 400, NOT_FOR_A_PROXY);
    const report = this.report(session, destination);
    const [out, back] = this.counted.get(socket) ?? [0, 0];
    response.once('close', () => {
      const { bytesRead, bytesWritten } = socket;
      this.counted.set(socket, [bytesRead, bytesWritten]);
      report.end(bytesRead - out, bytesWritten - back);
    });
    const refusal = refusalOf(destination, session, this.deps.privateHosts);
    if (refusal) {
      report.became('refused', refusal.reason);
      return refuse(response, 403, refusal.text);
    }
    const isTrusted = isNamed(this.deps.privateHosts, destination.host);
    const grants = isTrusted ? await this.grantsFor(session, destination) : NO_GRANTS;
    if (!grants) return refuse(response, 502, NO_BROKER);
    report.became('terminated');
    report.used(credentialsOf(grants));
    const upstream = new PlainUpstream(destination, this.deps);
    response.once('close', () => upstream.close());
    const path = `${url.pathname}${url.search}`;
    const failure = await exchange(request, response, { upstream, path, grants, scrubbed: sentBy(grants) });
    if (failure) report.became(failure.reason === 'private_address' ? 'refused' : 'failed', failure.reason);
  }

  /** Tells a sandbox what it has to know of the gateway. */
  private async tell(session: EgressSession, response: ServerResponse): Promise<void> {
    const { broker, authority } = this.deps;
    const briefing = await brief(broker, authority.certificate, session).catch(() => undefined);
    if (!briefing) return refuse(response, 502, NO_BROKER);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(briefing));
  }

  private async serveConnect(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const session = this.sessions.get(socket);
    const destination = parseAuthority(request.url ?? '');
    if (!session || !destination) return answerRaw(socket, 400, NOT_FOR_A_PROXY);
    if (head.length > 0) socket.unshift(head);
    const report = this.report(session, destination);
    socket.once('close', () => report.end(socket.bytesRead, socket.bytesWritten));
    const refusal = refusalOf(destination, session, this.deps.privateHosts);
    if (refusal) {
      report.became('refused', refusal.reason);
      return answerRaw(socket, 403, refusal.text);
    }
    const granted = await this.grantsFor(session, destination);
    if (!granted) return answerRaw(socket, 502, NO_BROKER);
    const connection = { socket, destination, isLimited: session.allowedHosts !== undefined, report };
    if (!isBound(granted)) return passThrough(connection, this.deps);
    const secured = await terminate(connection, this.deps.authority, this.deps);
    if (!secured) return;
    const grants = () => this.grants.for(session, destination.host);
    const inside = new TerminatedConnection(destination, this.deps, grants, report);
    secured.once('close', () => inside.close());
    this.terminated.set(secured, inside);
    this.origin.emit('connection', secured);
  }

  /** Undefined when the broker cannot be asked: then nothing passes, since what would have to be read is not known. */
  private grantsFor(session: EgressSession, { host }: Destination): Promise<HostGrants | undefined> {
    return this.grants.for(session, host).catch(() => undefined);
  }

  private report(session: EgressSession, destination: Destination): ConnectionReport {
    return new ConnectionReport(session, destination, this.deps.clock, this.deps.log);
  }
}

/** A URL of plain `http` without credentials of its own. */
function plainUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' && url.username === '' && url.password === '' ? url : undefined;
}
