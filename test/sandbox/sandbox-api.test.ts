import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { download, RequestRefused, SandboxApi } from '../../runtime/sandbox/sandbox-api';

type Answer = number | 'broken';

const signal = new AbortController().signal;
/** What each route answers to the first, the second... request; the last answer stays. */
let answers: Record<string, Answer[]>;
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
      if (answer === 'broken') return request.socket.destroy();
      response.writeHead(answer, { 'content-type': 'application/json' });
      const said = answer === 200 ? { url: '/archives/1?signature=x', urls: [] } : { said: 'signature=x is not valid' };
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
const GET = 'GET /archives/1?signature=x';
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

  it.each<Answer>([503, 'broken'])('uploads them again, whole, where the first try comes to %s', async (answer) => {
    answers[PUT] = [answer, 200];
    await uploaded();
    expect(requests.map(({ route }) => route)).toEqual([BEGIN, PUT, PUT, COMPLETE]);
    expect(requests[2]).toMatchObject({ body: 'all the files' });
  });

  it('gives up where the upload is refused, completes nothing, and does not repeat what a signed URL was refused with', async () => {
    answers[PUT] = [403];
    const error: unknown = await uploaded().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RequestRefused);
    expect(String(error)).toContain('403');
    expect(String(error)).not.toContain('signature');
    expect(requests.map(({ route }) => route)).toEqual([BEGIN, PUT]);
  });
});

describe('fetching the files of a sandbox', () => {
  const fetched = async (): Promise<string> =>
    text(await download(new URL('/archives/1?signature=x', baseUrl), signal));

  it('asks again where the first try comes to nothing', async () => {
    answers[GET] = ['broken', 503, 200];
    expect(await fetched()).toContain('urls');
    expect(requests).toHaveLength(3);
  });

  it('says that they are not there, and asks no more', async () => {
    answers[GET] = [404];
    const error: unknown = await fetched().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RequestRefused);
    expect(String(error)).not.toContain('signature');
    expect(requests).toHaveLength(1);
  });
});
