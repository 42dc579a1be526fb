import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { piecewiseFetch } from '../../runtime/model/piecewise-fetch';

interface Arrived {
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
  readonly digest: string;
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('a request body', () => {
  const server = createServer((request, response) => {
    const hash = createHash('sha256');
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
      hash.update(piece);
    });
    request.on('end', () => {
      if (request.headers['x-own'] === 'refused') return response.writeHead(401).end('no');
      const arrived: Arrived = { headers: request.headers, bytes, digest: hash.digest('hex') };
      response.end(JSON.stringify(arrived));
    });
  });
  let url = '';

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const post = async (body: string): Promise<Arrived> => {
    const answer = await piecewiseFetch(url, { method: 'POST', headers: { 'x-own': 'kept' }, body });
    return (await answer.json()) as Arrived;
  };

  it.each([
    ['short', 'short'],
    ['long', 'a'.repeat(2_000_001)],
    ['long and of characters of several bytes', 'é'.repeat(1_500_000)],
    ['long and of characters of two code units, which no piece may cut', `-${'😀'.repeat(800_000)}`],
  ])('that is %s arrives whole, its length said beforehand', async (_what, body) => {
    const { headers, bytes, digest } = await post(body);
    expect({ bytes, digest }).toEqual({ bytes: Buffer.byteLength(body), digest: digestOf(body) });
    expect(headers).toMatchObject({ 'content-length': String(Buffer.byteLength(body)), 'x-own': 'kept' });
    expect(headers).not.toHaveProperty('transfer-encoding');
  });

  it('that is long and refused is answered so', async () => {
    const headers = { 'x-own': 'refused' };
    const { status } = await piecewiseFetch(url, { method: 'POST', headers, body: 'a'.repeat(2_000_000) });
    expect(status).toBe(401);
  });

  describe('that is long', () => {
    afterEach(() => jest.restoreAllMocks());
    const failing = (cause: Error) =>
      jest.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('fetch failed', { cause }));
    const sent = () => piecewiseFetch('http://any.test', { method: 'POST', body: 'a'.repeat(2_000_000) });

    it('is refused, too, where Node wants to send it again for that', async () => {
      failing(new Error('expected non-null body source'));
      expect((await sent()).status).toBe(401);
    });

    it('fails as any other does, where nothing can be reached', async () => {
      failing(new Error('getaddrinfo ENOTFOUND any.test'));
      await expect(sent()).rejects.toThrow('fetch failed');
    });
  });

  it('that is long can be given up, before and while it is sent', async () => {
    const stop = new AbortController();
    const sent = piecewiseFetch(url, { method: 'POST', body: 'a'.repeat(30_000_000), signal: stop.signal });
    stop.abort();
    await expect(sent).rejects.toThrow(/abort/);
    await expect(
      piecewiseFetch(url, { method: 'POST', body: 'a'.repeat(2_000_000), signal: stop.signal }),
    ).rejects.toThrow(/abort/);
  });
});
