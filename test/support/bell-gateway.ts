/**
 * Stands for API Gateway where the bell is: holds WebSockets whose door is the real one, and takes messages for them over HTTP as
 * the official client of AWS sends them. It counts what AWS charges for.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { WebSocketServer, type WebSocket } from 'ws';
import { answerConnect } from '../../runtime/aws/socket-event';
import { createGatewayBell } from '../../runtime/aws/gateway-bell';
import type { Bell } from '../../runtime/harness/ports';
import type { BellDoor } from '../../runtime/http/bell-door';

/** Of a message, API Gateway counts each beginning unit. */
const UNIT_BYTES = 32 * 1_024;
const MESSAGES = /^\/bell\/@connections\/([^/]+)$/;

/** What AWS would charge for. */
export interface BellUse {
  readonly connects: number;
  readonly connectionMs: number;
  readonly messages: number;
}

export class BellGateway {
  /** What was sent, in order. */
  readonly sent: string[] = [];
  /** Statuses that the door gave. */
  readonly answers: number[] = [];
  /** While set, connections are refused with it, and the door is not asked. */
  refuseWith: number | undefined;
  /** While set, messages are taken and lost. */
  isDeaf = false;
  #connections = new Map<string, { readonly socket: WebSocket; readonly since: number }>();
  #connectionMs = 0;
  #messages = 0;
  #count = 0;
  readonly #sockets = new WebSocketServer({ noServer: true });

  private constructor(
    private readonly server: Server,
    private readonly door: BellDoor,
    readonly client: ApiGatewayManagementApiClient,
  ) {}

  static async open(door: BellDoor): Promise<BellGateway> {
    const server = createServer((request, response) => void gateway.#take(request, response));
    server.on('upgrade', (request, socket, head) => void gateway.#connect(request, socket, head));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const credentials = { accessKeyId: 'nobody', secretAccessKey: 'nobody' };
    const endpoint = `http://127.0.0.1:${port}/bell`;
    const client = new ApiGatewayManagementApiClient({ endpoint, region: 'us-east-1', credentials });
    const gateway: BellGateway = new BellGateway(server, door, client);
    return gateway;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/bell`;
  }

  /** The port as the harness has it on AWS. */
  get bell(): Bell {
    return createGatewayBell(this.client);
  }

  /** The ids of the connections that stand. */
  get connections(): string[] {
    return [...this.#connections.keys()];
  }

  get used(): BellUse {
    const now = performance.now();
    const underWay = [...this.#connections.values()].reduce((all, { since }) => all + now - since, 0);
    return { connects: this.#count, connectionMs: this.#connectionMs + underWay, messages: this.#messages };
  }

  /** Ends all connections, as a deployment or the two hours that one may last do. */
  drop(): void {
    for (const { socket } of this.#connections.values()) socket.terminate();
  }

  async close(): Promise<void> {
    this.drop();
    this.client.destroy();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  async #connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const connectionId = `connection${(this.#count += 1)}=`;
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const answer = this.refuseWith
      ? { statusCode: this.refuseWith }
      : await answerConnect({ requestContext: { connectionId }, headers }, this.door).catch(() => ({
          statusCode: 500,
        }));
    this.answers.push(answer.statusCode);
    if (answer.statusCode !== 200) {
      socket.end(`HTTP/1.1 ${answer.statusCode} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (opened) => {
      const since = performance.now();
      this.#connections.set(connectionId, { socket: opened, since });
      opened.once('close', () => {
        this.#connectionMs += performance.now() - since;
        this.#connections.delete(connectionId);
      });
    });
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id = ''] = MESSAGES.exec(decodeURIComponent(request.url ?? '')) ?? [];
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const connection = this.#connections.get(id);
    if (!connection) {
      response.writeHead(410, { 'x-amzn-errortype': 'GoneException' }).end('{}');
      return;
    }
    this.#messages += Math.ceil(body.length / UNIT_BYTES);
    this.sent.push(body.toString());
    if (!this.isDeaf) connection.socket.send(body, { binary: false });
    response.writeHead(200).end();
  }
}
