import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGuardedFetch } from '../../runtime/mcp/guarded-fetch';
import { quietPort } from '../support/quiet-port';

async function withServer<T>(answer: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('the way out to MCP servers', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://169.254.170.2/',
    'https://10.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://localhost/',
    'http://example.com/',
    'file:///etc/passwd',
    'https://user:password@example.com/',
  ])('does not lead to %s', async (url) => {
    const { fetch, close } = createGuardedFetch([]);
    await expect(fetch(url)).rejects.toMatchObject({ name: 'OutboundError', reason: 'refused', sent: false });
    close();
  });

  it('follows no redirect', () =>
    withServer(
      (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      async (url) => {
        const { fetch, close } = createGuardedFetch(['127.0.0.1']);
        const response = await fetch(url);
        expect([response.status, response.headers.get('location')]).toEqual([302, 'http://169.254.169.254/']);
        close();
      },
    ));

  it('reads only so much', () =>
    withServer(
      (_request, response) => {
        const piece = Buffer.alloc(1024 * 1024);
        const write = (left: number): void => {
          if (left === 0) response.end();
          else response.write(piece, () => write(left - 1));
        };
        write(64);
      },
      async (url) => {
        const { fetch, close } = createGuardedFetch(['127.0.0.1']);
        const response = await fetch(url);
        await expect(response.arrayBuffer()).rejects.toThrow();
        close();
      },
    ));

  it('says whether anything was sent when there is no answer', async () => {
    const { fetch, close } = createGuardedFetch(['127.0.0.1']);
    const gone = `http://127.0.0.1:${await quietPort()}/`;
    await expect(fetch(gone)).rejects.toMatchObject({ reason: 'unreachable', sent: false });
    await withServer(
      (request) => request.destroy(),
      (url) => expect(fetch(url)).rejects.toMatchObject({ reason: 'unreachable', sent: true }),
    );
    close();
  });

  it('ends when it is told to', () =>
    withServer(
      () => {},
      async (url) => {
        const { fetch, close } = createGuardedFetch(['127.0.0.1']);
        await expect(fetch(url, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: 'TimeoutError' });
        close();
      },
    ));
});
