import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Where the tools of a sandbox find the way out: a port of the sandbox's own loopback interface. */
export const EGRESS_PORT = 3128;

/** A connection to a gateway that listens on a socket of the machine. */
export async function connectToSocket(path: string): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/**
 * Passes on what comes to the sandbox's own loopback interface. The relay holds nothing worth taking: whoever can connect to it could
 * use the connection behind it as well.
 *
 * @param toGateway makes a new connection to the gateway.
 */
export async function relayEgress(toGateway: () => Promise<Duplex>): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    incoming.on('error', () => incoming.destroy());
    void toGateway().then(
      (outgoing) => join(incoming, outgoing),
      () => incoming.destroy(),
    );
  });
  server.unref();
  server.listen(EGRESS_PORT, '127.0.0.1');
  await once(server, 'listening');
}

function join(incoming: Socket, outgoing: Duplex): void {
  outgoing.on('error', () => incoming.destroy());
  incoming.on('close', () => outgoing.destroy());
  if (incoming.destroyed) outgoing.destroy();
  incoming.pipe(outgoing).pipe(incoming);
}
