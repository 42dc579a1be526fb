import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ArchiveGone, fetchArchive, sendArchive } from '../../runtime/sandbox/archive-transfer';

/** How the server answers: with a status, by breaking the connection, or by breaking it in the middle of the body. */
type Answer = number | 'broken' | 'broken off';

const FILES = 'all the files';
const signal = new AbortController().signal;
/** What it answers to the first request, the second, and so on. */
let answers: Answer[];
let received: string[];
let server: Server;
let url: URL;
let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'archives-'));
  file = join(directory, 'archive');
  answers = [];
  received = [];
  server = createServer((request, response) => {
    void text(request)
      .catch(() => 'nothing')
      .then((body) => {
        received.push(body);
        return answer(response);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/archives/1?signature=secret`);
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true, force: true });
});

function answer(response: ServerResponse): void {
  const next = answers.shift() ?? 200;
  if (next === 'broken') return void response.destroy();
  if (next !== 'broken off') {
    response.writeHead(next).end(next === 200 ? FILES : 'signature=secret is not valid');
    return;
  }
  response.writeHead(200, { 'content-length': String(FILES.length) });
  response.write(FILES.slice(0, 3), () => response.destroy());
}

const fetched = async (): Promise<string> => {
  await fetchArchive(url, file, signal);
  return readFile(file, 'utf8');
};
const sent = async (): Promise<void> => {
  await writeFile(file, FILES);
  await sendArchive(file, url, signal);
};
const failure = (run: () => Promise<unknown>): Promise<unknown> =>
  run().then(
    () => undefined,
    (error: unknown) => error,
  );

describe('an archive that is fetched', () => {
  it('is in the file, whole', async () => {
    expect(await fetched()).toBe(FILES);
  });

  it.each<Answer>(['broken', 'broken off', 503, 403])(
    'comes with the next try after an answer that is %s',
    async (first) => {
      answers = [first];
      expect(await fetched()).toBe(FILES);
      expect(received).toHaveLength(2);
    },
  );

  it.each([404, 410])('is gone where the answer is %d, and is not asked for again', async (status) => {
    answers = [status];
    expect(await failure(fetched)).toBeInstanceOf(ArchiveGone);
    expect(received).toHaveLength(1);
  });

  it('is not gone where it does not come, and what is said of that holds nothing of its URL', async () => {
    answers = [403, 'broken', 503, 403];
    const error = await failure(fetched);
    expect(error).not.toBeInstanceOf(ArchiveGone);
    expect(String(error)).toContain('status 403');
    expect(String(error)).not.toContain('secret');
  });

  it('is not waited for any more when its time is up', async () => {
    answers = ['broken'];
    const end = new AbortController();
    end.abort(new Error('its time is up'));
    expect(String(await failure(() => fetchArchive(url, file, end.signal)))).toContain('its time is up');
  });
});

describe('an archive that is sent', () => {
  it('arrives whole', async () => {
    await sent();
    expect(received).toEqual([FILES]);
  });

  it.each<Answer>(['broken', 503, 400])('is sent again, whole, after an answer that is %s', async (first) => {
    answers = [first];
    await sent();
    expect(received).toEqual([FILES, FILES]);
  });

  it('is given up after four tries', async () => {
    answers = [403, 403, 403, 403];
    const error = await failure(sent);
    expect(String(error)).toContain('status 403');
    expect(String(error)).not.toContain('secret');
    expect(received).toHaveLength(4);
  });
});
