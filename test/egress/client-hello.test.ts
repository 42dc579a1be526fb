import * as fc from 'fast-check';
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { readOpening } from '../../runtime/egress/client-hello';

/** The first bytes that Node's own client sends for a name. */
async function helloFor(servername: string): Promise<Buffer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, servername });
  client.on('error', () => undefined);
  const [socket] = await accepted;
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  client.destroy();
  server.close();
  return bytes;
}

/** The same handshake, cut into records of their own. */
function inRecords(hello: Buffer, size: number): Buffer {
  const handshake = hello.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < handshake.length; at += size) {
    const piece = handshake.subarray(at, at + size);
    records.push(Buffer.from([0x16, 3, 1, piece.length >> 8, piece.length & 0xff]), piece);
  }
  return Buffer.concat(records);
}

describe('the opening of a connection', () => {
  let hello: Buffer;
  beforeAll(async () => (hello = await helloFor('api.example.com')));

  it('says which server is meant', async () => {
    expect(readOpening(hello)).toEqual({ type: 'tls', serverName: 'api.example.com' });
    expect(readOpening(await helloFor(''))).toEqual({ type: 'tls', serverName: null });
  });

  it('is waited for until it is whole, and read from any records', () => {
    for (const size of [1, 7, 100, 16_000]) {
      const records = inRecords(hello, size);
      expect(readOpening(records)).toEqual({ type: 'tls', serverName: 'api.example.com' });
      for (const end of [0, 1, 5, 6, 9, 50, records.length - 1]) {
        expect(readOpening(records.subarray(0, end))).toEqual({ type: 'incomplete' });
      }
    }
  });

  it('of something else is told from TLS', () => {
    for (const text of ['GET / HTTP/1.1', 'SSH-2.0-OpenSSH', '\x16\x01', '\x16\x03\x01\x00\x04\x02\x00\x00\x00']) {
      expect(readOpening(Buffer.from(text, 'latin1')).type).toBe('other');
    }
  });

  it('is never misread into an error, whatever the bytes are', () => {
    const changed = fc.tuple(fc.nat(hello.length - 1), fc.nat(255)).map(([at, value]) => {
      const bytes = Buffer.from(hello);
      bytes[at] = value;
      return bytes;
    });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from([0x16, 3, 1, ...array])),
      changed,
    );
    fc.assert(fc.property(bytes, (input) => ['incomplete', 'tls', 'other'].includes(readOpening(input).type)));
  });
});
