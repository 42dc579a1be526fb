import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { pipeline, type Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { callbackify } from 'node:util';

const UNIX = 'unix:';

/**
 * The API as a URL that every client takes. A sandbox on one machine may have no network, and is given a socket that only its
 * supervisor can reach; then this process passes on what comes to an address of the sandbox's own loopback interface.
 *
 * @param baseUrl a URL, or `unix:` and the path of a socket.
 * @param connectToApi makes a connection to the API's host, where it is to be had in a way of its own.
 */
export async function reachApi(baseUrl: string, connectToApi?: () => Promise<Duplex>): Promise<string> {
  if (baseUrl.startsWith(UNIX)) return listening(bytesTo(baseUrl.slice(UNIX.length)));
  return connectToApi ? listening(requestsTo(new URL(baseUrl), connectToApi)) : baseUrl;
}

function bytesTo(path: string): Server {
  return createServer((incoming) => {
    const outgoing = connect(path);
    incoming.on('error', () => outgoing.destroy());
    outgoing.on('error', () => incoming.destroy());
    incoming.pipe(outgoing).pipe(incoming);
  });
}

/** Requests leave over TLS, which is the API's own: nobody on the way can read them. */
function requestsTo(api: URL, connectToApi: () => Promise<Duplex>): Server {
  const agent = new ApiAgent(async () => connectTls({ socket: await connectToApi(), servername: api.hostname }));
  return createHttpServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method, url: path, headers } = incoming;
    const asked = request({ agent, host: api.hostname, method, path, headers: { ...headers, host: api.host } });
    asked.once('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.rawHeaders);
      outgoing.flushHeaders();
      pipeline(answer, outgoing, () => undefined);
    });
    asked.on('error', () => outgoing.destroy());
    outgoing.once('close', () => asked.destroy());
    pipeline(incoming, asked, () => undefined);
  });
}

/** Connections to the API that are made in a way of their own. */
class ApiAgent extends Agent {
  constructor(private readonly toApi: () => Promise<Duplex>) {
    super({ keepAlive: true });
  }

  override createConnection(_options: unknown, callback?: (error: Error | null, stream: Duplex) => void): undefined {
    callbackify(this.toApi)((error, socket) => callback?.(error, socket));
  }
}

async function listening(server: Server): Promise<string> {
  server.unref();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
