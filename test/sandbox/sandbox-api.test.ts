import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ArchiveGone } from '../../runtime/sandbox/archive-transfer';
import { RequestRefused, SandboxApi } from '../../runtime/sandbox/sandbox-api';

const signal = new AbortController().signal;
/** What each route answers to the first, the second... request; the last answer stays. */
let answers: Record<string, number[]>;
let requests: { readonly route: string; readonly body: string; readonly length: string | undefined }[];
let server: Server;
let baseUrl: string;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'uploads-'));
  answers = {};
  requests = [];
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const route = `${request.method} ${request.url}`;
      requests.push({ route, body, length: request.headers['content-length'] });
      const left = answers[route] ?? [200];
      const answer = (left.length > 1 ? left.shift() : left[0]) ?? 200;
      response.writeHead(answer, { 'content-type': 'application/json' });
      const said = answer === 200 ? { url: '/archives/1?signature=x' } : {};
      return response.end(JSON.stringify(said));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true, force: true });
});

const bodyOf = (request: IncomingMessage): Promise<string> => text(request).catch(() => '');

async function uploaded(): Promise<void> {
  const file = join(directory, 'archive');
  await writeFile(file, 'all the files');
  await new SandboxApi(baseUrl, 'token').upload(file, signal);
}

const BEGIN = 'POST /v1/sandbox/workspace';
const PUT = 'PUT /archives/1?signature=x';
const COMPLETE = 'POST /v1/sandbox/workspace/complete';

describe('saving the files of a sandbox', () => {
  it('begins, uploads and completes, and says how big they are', async () => {
    await uploaded();
    expect(requests).toEqual([
      { route: BEGIN, body: '{"bytes":13}', length: '12' },
      { route: PUT, body: 'all the files', length: '13' },
      { route: COMPLETE, body: '', length: '0' },
    ]);
  });

  it('begins anew where another request of its own came between', async () => {
    answers[COMPLETE] = [409, 200];
    await uploaded();
    expect(requests.map(({ route }) => route)).toEqual([BEGIN, PUT, COMPLETE, BEGIN, PUT, COMPLETE]);
  });

  it('leaves it at that where the item is in other hands', async () => {
    answers[BEGIN] = [409];
    await expect(uploaded()).rejects.toThrow(RequestRefused);
    expect(requests.map(({ route }) => route)).toEqual([BEGIN, BEGIN]);
  });

  it('completes nothing that was not uploaded', async () => {
    answers[PUT] = [404];
    await expect(uploaded()).rejects.toThrow(ArchiveGone);
    expect(requests.map(({ route }) => route)).toEqual([BEGIN, PUT]);
  });
});
