import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Duplex } from 'node:stream';

/** Where the tools of a sandbox find the way out: a port of the sandbox's own loopback interface. */
export const EGRESS_PORT = 3128;

/**
 * Passes on what comes to the sandbox's own loopback interface. The relay holds nothing worth taking: whoever can connect to it could
 * use the connection behind it as well.
 *
 * @param connect a new connection to the gateway. It may fail later, as an error of the stream.
 */
export async function relayEgress(connect: () => Duplex): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    const outgoing = connect();
    incoming.on('error', () => outgoing.destroy());
    outgoing.on('error', () => incoming.destroy());
    incoming.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing).pipe(incoming);
  });
  server.unref();
  server.listen(EGRESS_PORT, '127.0.0.1');
  await once(server, 'listening');
}
