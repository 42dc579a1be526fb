import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { askNameServers } from '../../runtime/aws/name-servers';

/** A name server that knows one address for every name. */
let server: Socket;
const asked: string[] = [];
beforeAll(async () => {
  server = createSocket('udp4');
  server.on('message', (query, from) => {
    const end = query.indexOf(0, 12);
    asked.push(labelsOf(query.subarray(12, end)).join('.'));
    const question = query.subarray(12, end + 5);
    const head = Buffer.from([query[0] ?? 0, query[1] ?? 0, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
    const answer = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]);
    server.send(Buffer.concat([head, question, answer]), from.port, from.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

/** The labels of a name, each of which begins with its length. */
function labelsOf(name: Buffer): string[] {
  const [length] = name;
  if (length === undefined) return [];
  return [name.subarray(1, length + 1).toString(), ...labelsOf(name.subarray(length + 1))];
}

function addressesOf(host: string, privateHosts: string[] = []): Promise<unknown> {
  const resolve = askNameServers([`127.0.0.1:${server.address().port}`], privateHosts);
  return new Promise((done) => resolve(host, { all: true }, (error, addresses) => done(error?.code ?? addresses)));
}

describe('the name servers of the gateway', () => {
  test('are asked instead of the network that sandboxes stand in', async () => {
    expect(await addressesOf('api.example.com')).toEqual([{ address: '192.0.2.7', family: 4 }]);
    expect(asked).toEqual(['api.example.com']);
  });

  test('are not asked for hosts that the deployment names', async () => {
    asked.length = 0;
    expect(await addressesOf('localhost', ['localhost'])).toEqual(
      expect.arrayContaining([expect.objectContaining({ address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) })]),
    );
    expect(asked).toEqual([]);
  });
});
