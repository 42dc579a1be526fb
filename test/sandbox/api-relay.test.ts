import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ForeignServers } from '../egress/foreign-servers';

const TSX = resolve(__dirname, '../../node_modules/.bin/tsx');

describe('the way to the API through the gateway', () => {
  it('is TLS of the API’s own, from end to end, and passes on what comes at once', async () => {
    const servers = await ForeignServers.start();
    const directory = await mkdtemp(join(tmpdir(), 'api-relay-'));
    try {
      servers.handle = ({ host, method, path, headers, body }, response) => {
        if (path === '/v1/broken') return void response.destroy();
        if (path === '/v1/stream') return void response.writeHead(200).write('data: 1\n\n');
        return void response.writeHead(202).end(JSON.stringify({ host, method, path, key: headers['x-key'], body }));
      };
      const port = await servers.https();
      const certificate = join(directory, 'ca.pem');
      await writeFile(certificate, servers.certificate);
      const env = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: certificate };
      const script = join(__dirname, 'api-relay-process.ts');
      const { stdout } = await promisify(execFile)(TSX, [script, String(port)], { env });
      expect(JSON.parse(stdout)).toEqual({
        status: 202,
        echo: { host: 'api.test', method: 'POST', path: '/v1/echo?a=b', key: 'k', body: 'hello' },
        first: 'data: 1\n\n',
        broken: 'failed',
      });
      // Without the test's authority the relay's TLS fails: what is on the way cannot pass as the API.
      await expect(
        promisify(execFile)(TSX, [script, String(port)], { env: { PATH: process.env.PATH } }),
      ).rejects.toThrow(/fetch failed/);
    } finally {
      await servers.close();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
