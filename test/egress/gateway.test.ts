import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { EgressWorld, PLACEHOLDER, type Door } from './egress-world';

let world: EgressWorld;
let https: number;
let http2: number;
let http: number;

beforeAll(async () => {
  world = await EgressWorld.open();
  https = await world.servers.https();
  http2 = await world.servers.https({ http2: true });
  http = await world.servers.http();
});
afterAll(() => world.close());
beforeEach(() => {
  world.granted.clear();
  world.brokerFails = false;
  // What the gateway remembers of the test before is old.
  world.ahead += 60_000_000;
  world.servers.seen.length = 0;
});

const last = () => world.servers.seen.at(-1);

describe('a limited session', () => {
  let door: Door;
  beforeEach(async () => (door = await world.door(['api.test', '*.wide.test'])));

  it('reaches the hosts of its policy and is refused the others in the recorded words', async () => {
    expect((await door.curl(`https://api.test:${https}/a`)).status).toBe(200);
    expect((await door.curl(`https://x.y.wide.test:${https}/b`)).status).toBe(200);
    expect((await door.curl(`http://api.test:${http}/c`)).status).toBe(200);
    expect(world.servers.seen.map(({ path }) => path)).toEqual(['/a', '/b', '/c']);
    expect((await door.curl(`https://wide.test:${https}/`)).connectStatus).toBe(403);
    const plain = await door.curl(`http://other.test:${http}/`);
    expect(plain).toMatchObject({ status: 403, body: 'Host not in allowlist: other.test' });
    const said = await door.say('CONNECT other.test:443 HTTP/1.1\r\nhost: other.test:443\r\n\r\n');
    expect(said).toContain('403 Forbidden');
    expect(said).toContain('Host not in allowlist: other.test');
  });

  it('cannot name another host in the TLS of a connection to an allowed one', async () => {
    const to = ['--connect-to', `evil.test:${https}:api.test:${https}`];
    expect((await door.curl(`https://evil.test:${https}/`, ...to)).status).toBe(0);
    expect(world.servers.seen).toEqual([]);
    expect(await world.linesOf(door, 1)).toMatchObject([
      { host: 'api.test', verdict: 'refused', reason: 'other_server_name' },
    ]);
  });

  it('can send nothing but TLS through a tunnel', async () => {
    const said = await door.say(
      `CONNECT api.test:${http} HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: evil.test\r\n\r\n`,
    );
    expect(said).toMatch(/^HTTP\/1.1 200 .*\r\n\r\n$/);
    expect(world.servers.seen).toEqual([]);
    expect(await world.linesOf(door, 1)).toMatchObject([{ verdict: 'refused', reason: 'not_tls' }]);
  });

  it('is taken at the word of the target, whatever the host header says', async () => {
    await door.curl(`http://api.test:${http}/a`, '-H', 'Host: evil.test');
    expect(last()).toMatchObject({ host: 'api.test', path: '/a' });
    const said = await door.say(
      `GET http://evil.test:${http}/ HTTP/1.1\r\nhost: api.test\r\nconnection: close\r\n\r\n`,
    );
    expect(said).toContain('Host not in allowlist: evil.test');
  });
});

describe('what no session reaches', () => {
  it.each(['169.254.169.254', '10.0.0.1', '[::1]', '[::ffff:169.254.169.254]', '0x7f.2', '2130706434', '0'])(
    'the address %s',
    async (address) => {
      const door = await world.door(undefined);
      const said = await door.say(`CONNECT ${address}:443 HTTP/1.1\r\nhost: a\r\n\r\n`);
      expect(said).toMatch(/^HTTP\/1.1 403 /);
      expect(said).toContain('Destination IP is in a private/reserved range');
      const plain = await door.say(`GET http://${address}/ HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
      expect(plain).toContain('Destination IP is in a private/reserved range');
    },
  );

  it('a name that leads to such an address, now or at another look-up', async () => {
    const door = await world.door(['rebinding.example']);
    world.servers.addresses.set('rebinding.example', ['169.254.169.254']);
    expect((await door.curl('http://rebinding.example/')).body).toBe('Destination IP is in a private/reserved range');
    expect((await door.curl('https://rebinding.example/')).connectStatus).toBe(403);
    expect(world.servers.seen).toEqual([]);
    // What was checked is what is connected to: there is no second look-up that could say something else.
    world.servers.addresses.set('once.test', ['127.0.0.1', '169.254.169.254']);
    expect((await (await world.door(undefined)).curl(`https://once.test:${https}/`)).status).toBe(200);
    expect(world.servers.addresses.get('once.test')).toEqual(['169.254.169.254']);
  });

  it.each([
    `CONNECT ${'a.'.repeat(130)}test:443 HTTP/1.1`,
    'CONNECT api.test HTTP/1.1',
    'CONNECT api.test:0 HTTP/1.1',
    'CONNECT api.test:99999 HTTP/1.1',
    'CONNECT user@api.test:443 HTTP/1.1',
    'CONNECT api.test:443/x HTTP/1.1',
    'GET / HTTP/1.1',
    'GET https://api.test/ HTTP/1.1',
    'GET http://user:password@api.test/ HTTP/1.1',
    'GET file:///etc/passwd HTTP/1.1',
  ])('%s', async (line) => {
    const said = await (await world.door(undefined)).say(`${line}\r\nhost: a\r\nconnection: close\r\n\r\n`);
    expect(said).toMatch(/^HTTP\/1.1 400 /);
    expect(world.servers.seen).toEqual([]);
  });

  it('what comes with headers without end', async () => {
    const said = await (
      await world.door(undefined)
    ).say(`GET http://api.test:${http}/ HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`);
    expect(said).toMatch(/^HTTP\/1.1 431 /);
  });

  it('two requests hidden in one', async () => {
    const door = await world.door(undefined);
    const both = 'content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\n\r\n';
    expect(await door.say(`POST http://api.test:${http}/ HTTP/1.1\r\nhost: a\r\n${both}`)).toMatch(/^HTTP\/1.1 400 /);
    expect(world.servers.seen).toEqual([]);
    const inBody = 'GET /hidden HTTP/1.1\r\nhost: api.test\r\n\r\n';
    await door.curl(`http://api.test:${http}/a`, '-X', 'GET', '-H', 'Transfer-Encoding: chunked', '-d', inBody);
    expect(world.servers.seen.map(({ path, body }) => [path, body])).toEqual([['/a', inBody]]);
  });
});

describe('a connection that breaks', () => {
  it('harms nobody else, whenever it does', async () => {
    const accepted: Socket[] = [];
    const breaking = createServer((socket) => void accepted.push(socket)).listen(0, '127.0.0.1');
    await once(breaking, 'listening');
    const { port } = breaking.address() as AddressInfo;
    const [limited, open] = [await world.door(['api.test']), await world.door(undefined)];
    for (const door of [limited, open]) {
      const socket = await door.raw();
      socket.on('error', () => undefined).write(`CONNECT api.test:${port} HTTP/1.1\r\nhost: a\r\n\r\n`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toContain('200');
      accepted.pop()?.resetAndDestroy();
      await new Promise((resolve) => setTimeout(resolve, 100));
      socket.resetAndDestroy();
    }
    world.grant('api.test');
    world.ahead += 5_000_000;
    expect((await open.curl(`https://api.test:${port}/`, '--max-time', '1')).status).toBe(0);
    for (const socket of accepted) socket.resetAndDestroy();
    breaking.close();
    expect((await limited.curl(`https://api.test:${https}/`)).status).toBe(200);
  });

  it('is not made anew for each request', async () => {
    world.grant('api.test');
    const door = await world.door(undefined);
    for (const [port, key] of [
      [https, 'http/1.1'],
      [http2, 'h2'],
    ] as const) {
      const before = world.servers.connections;
      const url = `https://api.test:${port}/`;
      await door.curl(url, url, url, '-H', `X-Api-Key: ${key}`);
      expect(world.servers.connections - before).toBe(1);
    }
    expect(world.servers.seen).toHaveLength(6);
  });
});

describe('one session', () => {
  it('has no more connections than its share, and leaves the others theirs', async () => {
    const [greedy, other] = [await world.door(undefined), await world.door(undefined)];
    const sockets = await Promise.all(Array.from({ length: 128 }, () => greedy.raw()));
    expect(await greedy.say(`GET http://api.test:${http}/ HTTP/1.1\r\nhost: a\r\n\r\n`)).toMatch(/^HTTP\/1.1 503 /);
    expect((await other.curl(`http://api.test:${http}/`)).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    // They are gone a moment later.
    while ((await greedy.curl(`http://api.test:${http}/`)).status !== 200);
  });
});

describe('the audit lines', () => {
  it('say of each connection whose it was, where it went, with which credentials, and how much', async () => {
    world.grant('api.test');
    const door = await world.door(['api.test', 'plain.test']);
    const connections = [
      [`https://api.test:${https}/`, '-H', `X-Api-Key: ${PLACEHOLDER}`],
      [`https://plain.test:${https}/`],
      [`https://other.test:${https}/`],
      [`http://plain.test:${http}/`, '-d', 'x'.repeat(200)],
    ];
    for (const [n, args] of connections.entries()) {
      await door.curl(...args);
      // A line is written when its connection has ended, and the next may be quicker with that.
      await world.linesOf(door, n + 1);
    }
    const { sessionId } = door;
    const lines = await world.linesOf(door, 4);
    expect(lines).toMatchObject([
      { sessionId, host: 'api.test', port: https, verdict: 'terminated', credentialIds: ['vcrd_1'] },
      { sessionId, host: 'plain.test', verdict: 'tunnelled', credentialIds: [] },
      { sessionId, host: 'other.test', verdict: 'refused', reason: 'not_allowed' },
      { sessionId, host: 'plain.test', port: http, verdict: 'terminated' },
    ]);
    expect(lines[3]?.bytesOut).toBeGreaterThan(300);
    expect(lines[0]?.bytesOut).toBeGreaterThan(100);
    expect(lines[1]?.bytesIn).toBeGreaterThan(100);
    expect(JSON.stringify(lines)).not.toContain('canary');
  });
});
