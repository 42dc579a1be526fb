import { CANARY, EgressWorld, PLACEHOLDER, type Door } from './egress-world';

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

describe('a host with a credential', () => {
  let door: Door;
  beforeAll(async () => (door = await world.door(undefined)));

  it.each(['http/1.1', 'h2'])('gets the value in headers and body over %s', async (protocol) => {
    world.grant('api.test');
    const port = protocol === 'h2' ? http2 : https;
    const { status } = await door.curl(
      `https://api.test:${port}/x?p=${PLACEHOLDER}`,
      '-H',
      `X-Api-Key: ${PLACEHOLDER}`,
      '--data-binary',
      `{"key":"${PLACEHOLDER}","rest":"abc"}`,
    );
    expect(status).toBe(200);
    expect(last()).toMatchObject({
      version: protocol === 'h2' ? '2.0' : '1.1',
      path: `/x?p=${PLACEHOLDER}`,
      body: `{"key":"${CANARY}","rest":"abc"}`,
    });
    expect(last()?.headers['x-api-key']).toBe(CANARY);
    expect(last()?.headers['content-length']).toBe(String(last()?.body.length));
  });

  it('gets it in a password too', async () => {
    world.grant('api.test');
    await door.curl(`https://api.test:${https}/`, '-u', `user:${PLACEHOLDER}`);
    const [, digits = ''] = last()?.headers.authorization?.split(' ') ?? [];
    expect(Buffer.from(digits, 'base64').toString()).toBe(`user:${CANARY}`);
  });

  it('gets it in a body of any length and however it comes', async () => {
    world.grant('api.test');
    const filling = 'x'.repeat(3 * 1024 * 1024);
    const body = `${filling}${PLACEHOLDER}${filling}${PLACEHOLDER}`;
    const file = await world.file(body);
    for (const port of [https, http2]) {
      for (const how of [[], ['-H', 'Transfer-Encoding: chunked']]) {
        const { status } = await door.curl(`https://api.test:${port}/header`, ...how, '--data-binary', `@${file}`);
        expect(status).toBe(200);
        expect(last()?.body === body.replaceAll(PLACEHOLDER, CANARY)).toBe(true);
      }
    }
  });

  it.each([
    [{ inBody: false }, CANARY, PLACEHOLDER],
    [{ inHeaders: false }, PLACEHOLDER, CANARY],
  ])('gets it only where the credential says: %j', async (where, inHeader, inBody) => {
    world.grant('api.test', where);
    await door.curl(`https://api.test:${https}/`, '-H', `X-Api-Key: ${PLACEHOLDER}`, '-d', PLACEHOLDER);
    expect(last()?.headers['x-api-key']).toBe(inHeader);
    expect(last()?.body).toBe(inBody);
  });

  it.each(['/', '/gzip', '/br', '/base64', '/pieces', '/header'])(
    'cannot show the value to the sandbox: %s',
    async (path) => {
      world.grant('api.test');
      const url = `https://api.test:${https}${path}`;
      const sent = ['-H', `X-Api-Key: ${PLACEHOLDER}`, '-u', `user:${PLACEHOLDER}`, '-d', PLACEHOLDER];
      const said = await door.curl(url, ...sent, '-H', 'Accept-Encoding: gzip, br', '-H', 'Range: bytes=0-3');
      expect(said.status).toBe(200);
      expect(last()?.headers['x-api-key']).toBe(CANARY);
      expect(last()?.headers).toMatchObject({ 'accept-encoding': 'identity' });
      expect(last()?.headers.range).toBeUndefined();
      const shown = `${said.headers}\n${said.body}`;
      for (const form of formsOf(CANARY)) expect(shown).not.toContain(form);
      if (path === '/') expect(said.body).toContain(PLACEHOLDER);
    },
  );

  it('is not believed when it answers in an encoding that cannot be searched', async () => {
    world.grant('api.test');
    const said = await door.curl(`https://api.test:${https}/strange`, '-H', `X-Api-Key: ${PLACEHOLDER}`);
    expect(said.status).toBe(502);
    expect(said.body).not.toContain('canary');
  });

  it('cannot have the value sent on by a redirect', async () => {
    world.grant('api.test');
    const to = `https://evil.test:${https}/taken`;
    await door.curl(`https://api.test:${https}/redirect?to=${to}`, '-L', '-H', `X-Api-Key: ${PLACEHOLDER}`);
    expect(world.servers.seen.map(({ host, headers }) => [host, headers['x-api-key']])).toEqual([
      ['api.test', CANARY],
      ['evil.test', PLACEHOLDER],
    ]);
  });

  it('is asked for nothing on behalf of another name', async () => {
    world.grant('api.test');
    const port = https;
    const fronted = await door.curl(`https://api.test:${port}/`, '-H', 'Host: evil.test');
    expect(fronted.status).toBe(421);
    const other = await door.curl(`https://evil.test:${port}/`, '--connect-to', `evil.test:${port}:api.test:${port}`);
    expect(other.status).toBe(0);
    const absolute = await door.curl(`https://api.test:${port}/`, '--request-target', 'https://evil.test/');
    expect(absolute.status).toBe(400);
    expect(world.servers.seen).toEqual([]);
  });

  it('gets none over plain http, nor when its certificate is not its own', async () => {
    world.grant('public.example');
    world.servers.addresses.set('public.example', ['127.0.0.1']);
    const plain = await door.curl(`http://public.example:${http}/`, '-H', `X-Api-Key: ${PLACEHOLDER}`);
    expect(plain.status).toBe(403);
    world.grant('api.test');
    const untrusted = await EgressWorld.open();
    try {
      const port = await untrusted.servers.https();
      const said = await door.curl(`https://api.test:${port}/`, '-H', `X-Api-Key: ${PLACEHOLDER}`);
      expect(said).toMatchObject({ status: 502, body: expect.stringContaining('No connection to api.test') });
      expect(untrusted.servers.seen).toEqual([]);
    } finally {
      await untrusted.close();
    }
  });

  it('is refused a value that no header can hold, without a word of it', async () => {
    world.grant('api.test', { value: 'canary\r\nx-evil: 1' });
    const said = await door.curl(`https://api.test:${https}/`, '-H', `X-Api-Key: ${PLACEHOLDER}`);
    expect(said.status).toBe(502);
    expect(said.body).not.toContain('canary');
    expect(world.servers.seen).toEqual([]);
  });

  it('gets a new value soon after it changed, and none that was taken away', async () => {
    const send = () => door.curl(`https://api.test:${https}/`, '-H', `X-Api-Key: ${PLACEHOLDER}`);
    world.grant('api.test', { value: 'value-one' });
    await send();
    world.granted.clear();
    world.grant('api.test', { value: 'value-two' });
    world.ahead += 5_000_000;
    await send();
    world.granted.clear();
    world.ahead += 5_000_000;
    await send();
    expect(world.servers.seen.map(({ headers }) => headers['x-api-key'])).toEqual([
      'value-one',
      'value-two',
      PLACEHOLDER,
    ]);
  });

  it('gets nothing at all while the broker cannot be asked', async () => {
    world.brokerFails = true;
    expect((await door.curl(`https://api.test:${https}/`)).connectStatus).toBe(502);
    expect(world.servers.seen).toEqual([]);
  });

  it('may speak something else than TLS with a session that is not limited', async () => {
    world.grant('api.test');
    const through = await door.curl(`http://api.test:${http}/a`, '--proxytunnel', '-H', `X-Api-Key: ${PLACEHOLDER}`);
    expect(through.status).toBe(200);
    expect(last()?.headers['x-api-key']).toBe(PLACEHOLDER);
  });
});

/** How a server may write a value. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const inside = Buffer.from(`user:${value}`).toString('base64').slice(8, 24);
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), bytes.toString('hex'), inside];
}
