import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

const UNIX = 'unix:';

/**
 * The API as a URL that every client takes. A sandbox on one machine may have no network, and is given a socket that only its
 * supervisor can reach; then this process passes on what comes to an address of the sandbox's own loopback interface.
 *
 * @param baseUrl a URL, or `unix:` and the path of a socket.
 */
export async function reachApi(baseUrl: string): Promise<string> {
  if (!baseUrl.startsWith(UNIX)) return baseUrl;
  const path = baseUrl.slice(UNIX.length);
  const server = createServer((incoming) => {
    const outgoing = connect(path);
    incoming.on('error', () => outgoing.destroy());
    outgoing.on('error', () => incoming.destroy());
    incoming.pipe(outgoing).pipe(incoming);
  });
  server.unref();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
