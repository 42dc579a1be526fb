import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ResolveHost } from '../vault/guarded-lookup';
import { DOOR_TARGETS, readPresented, type SandboxName } from './credential';
import type { Destination } from './destination';
import { dial, DialError } from './dial';
import type { EgressGateway } from './gateway';
import type { EgressSession } from './session';
import { answerRaw } from './tunnel';

export interface SessionDoorOptions {
  readonly gateway: EgressGateway;
  /** The session of a sandbox that has proved whose it is. Undefined where it has not. */
  readonly admit: (name: SandboxName, proof: string) => Promise<EgressSession | undefined>;
  /** Where the API is. */
  readonly api: Destination;
  /** What finds its address. @default the system */
  readonly resolve?: ResolveHost;
}

const LIMITS = { maxHeaderSize: 8 * 1024, headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 };
const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';

/**
 * The gateway's door for sandboxes that come over a network: each connection begins with a CONNECT that proves whose it is, and is
 * that session's from then on. What comes over it later, proxy credentials too, changes nothing of that.
 */
export class SessionDoor {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(private readonly options: SessionDoorOptions) {
    this.server = createServer(LIMITS, (request, response) => {
      // For whoever watches over the gateway; it says nothing.
      response.writeHead(request.url === '/health' ? 200 : 404, { connection: 'close' }).end();
    });
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    this.server.on('connect', (request, socket, head) => void this.open(request, socket as Socket, head));
  }

  /** @returns the port. */
  async listen(port: number, host?: string): Promise<number> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  /** Takes no new connections, and ends what is open. */
  async close(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    if (this.server.listening) await once(this.server, 'close');
  }

  private async open(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const session = await this.sessionOf(request).catch(() => 'unknown' as const);
    if (session === 'unknown') return answerRaw(socket, 503, 'The gateway cannot tell now whose sandbox this is');
    if (!session) return answerRaw(socket, 407, 'This sandbox is not one that the gateway serves');
    if (head.length > 0) socket.unshift(head);
    if (request.url === DOOR_TARGETS.gateway) {
      socket.write(ESTABLISHED);
      return this.options.gateway.serve(socket, session);
    }
    if (request.url === DOOR_TARGETS.api) return this.joinApi(socket);
    return answerRaw(socket, 404, 'There is no such door');
  }

  private async sessionOf(request: IncomingMessage): Promise<EgressSession | undefined> {
    const given = readPresented(request.headers['proxy-authorization']);
    return given && this.options.admit(given.name, given.proof);
  }

  private async joinApi(socket: Socket): Promise<void> {
    const { api, resolve } = this.options;
    // Named by the deployment itself, which may keep it to a private network.
    const outside = await dial(api, { privateHosts: [api.host], resolve }).catch((error: DialError) => error);
    if (outside instanceof DialError) return answerRaw(socket, 502, outside.message);
    outside.on('error', () => socket.destroy());
    socket.once('close', () => outside.destroy());
    socket.write(ESTABLISHED);
    socket.pipe(outside).pipe(socket);
  }
}
