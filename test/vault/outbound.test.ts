import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isPublicAddress } from '../../runtime/vault/addresses';
import { createOutbound, OutboundError, type OutboundRequest } from '../../runtime/vault/outbound';
import { Secret } from '../../runtime/vault/secret';
import { quietPort } from '../support/quiet-port';

let server: Server;
let port: number;
const seen: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`);
    if (request.url === '/redirect') return void response.writeHead(302, { location: '/target' }).end('moved');
    if (request.url === '/silent') return;
    if (request.url === '/endless') return void response.writeHead(200).write('data: one\n\n');
    if (request.url === '/broken') return void request.socket.destroy();
    response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(100));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});
beforeEach(() => void seen.splice(0));

const get = (url: string, named: readonly string[] = ['127.0.0.1', 'localhost'], more: Partial<OutboundRequest> = {}) =>
  createOutbound(named)({ method: 'GET', url, headers: {}, timeoutMs: 2_000, maxBytes: 1_000, ...more });

async function failure(request: Promise<unknown>): Promise<OutboundError> {
  const error: unknown = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OutboundError)) throw new Error('it was answered, or failed in a strange way');
  return error;
}

describe('addresses', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.255',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a9fe:a9fe',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'localhost',
    '',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450:4001:800::200e'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});

describe('a request to a server of somebody else', () => {
  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://localhost/',
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'https://user:password@example.com/',
    'no URL',
  ])('is refused, unsent, for %s', async (url) => {
    const { reason, sent } = await failure(get(url, []));
    expect({ reason, sent }).toEqual({ reason: 'refused', sent: false });
  });

  it('goes to a private host that the deployment names', async () => {
    expect((await get(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect((await get(`http://localhost:${port}/`)).status).toBe(200);
    expect((await failure(get(`http://127.0.0.1:${port}/`, ['localhost']))).reason).toBe('refused');
  });

  it('carries a secret, and reads no more than it may', async () => {
    const headers = { authorization: new Secret('Bearer canary') };
    const answer = await get(`http://127.0.0.1:${port}/`, undefined, { headers, maxBytes: 10 });
    expect(answer).toMatchObject({ body: 'x'.repeat(10), truncated: true });
    expect(seen).toEqual(['GET / Bearer canary']);
  });

  it('does not follow a redirect', async () => {
    expect(await get(`http://127.0.0.1:${port}/redirect`)).toMatchObject({ status: 302, body: 'moved' });
    expect(seen).toHaveLength(1);
  });

  it('stops reading a stream once it has enough', async () => {
    const enough = (body: string) => body.includes('one');
    expect(await get(`http://127.0.0.1:${port}/endless`, undefined, { enough })).toMatchObject({
      body: 'data: one\n\n',
      truncated: false,
    });
  });

  it('says whether it may have arrived', async () => {
    const nobody = await quietPort();
    const outcomes = await Promise.all([
      failure(get(`http://127.0.0.1:${nobody}/`)),
      failure(get(`https://127.0.0.1:${port}/`)),
      failure(get(`http://127.0.0.1:${port}/broken`)),
      failure(get(`http://127.0.0.1:${port}/silent`, undefined, { timeoutMs: 1_000 })),
      failure(get(`http://127.0.0.1:${port}/endless`, undefined, { timeoutMs: 1_000 })),
      failure(get(`http://127.0.0.1:${port}/`, undefined, { headers: { authorization: new Secret('a\nb canary') } })),
    ]);
    expect(outcomes.map(({ reason, sent }) => `${reason} ${sent}`)).toEqual([
      'unreachable false',
      'unreachable false',
      'unreachable true',
      'timeout true',
      'timeout true',
      'refused false',
    ]);
    expect(outcomes.map(String).join()).not.toContain('canary');
  });
});
