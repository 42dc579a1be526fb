import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen, type RunningServer } from '../../runtime/http/node-server';
import { WorkspaceFiles } from '../../runtime/local/workspace-files';
import { eventually } from '../support/eventually';

const KEY = 'home/sesn_1/workspace/1';

let directory: string;
let files: WorkspaceFiles;
let server: RunningServer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'workspace-files-'));
  files = new WorkspaceFiles(directory);
  server = await listen(
    files.before(async () => new Response('the API')),
    { port: 0 },
  );
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

const at = (path: string): URL => new URL(path, server.url);
const put = (path: string, body: string): Promise<number> =>
  fetch(at(path), { method: 'PUT', body }).then(
    ({ status }) => status,
    () => 0,
  );

describe("archives of sandboxes' files on one machine", () => {
  it('come back as they were put', async () => {
    expect(await files.has(KEY)).toBe(false);
    expect(await put(await files.uploadUrl(KEY, 5), 'files')).toBe(200);
    expect(await files.has(KEY)).toBe(true);
    const response = await fetch(at(await files.downloadUrl(KEY)));
    expect(await response.text()).toBe('files');
    await files.delete(KEY);
    expect((await fetch(at(await files.downloadUrl(KEY)))).status).toBe(404);
  });

  it('have the size that was announced, or are not there', async () => {
    expect(await put(await files.uploadUrl(KEY, 4), 'files')).not.toBe(200);
    expect(await put(await files.uploadUrl(KEY, 6), 'files')).not.toBe(200);
    expect(await files.has(KEY)).toBe(false);
    // The sender hears of a broken connection before the receiver has cleared up after it.
    await eventually(async () => (await readdir(directory)).length === 0);
  });

  it.each([
    ['another key', (url: string) => url.replace('sesn_1', 'sesn_2')],
    ['another size', (url: string) => url.replace('bytes=5', 'bytes=50')],
    ['a later end', (url: string) => url.replace(/until=\d/, 'until=9')],
    ['no signature', (url: string) => url.replace(/signature=\w+/, '')],
    ['a shorter signature', (url: string) => url.slice(0, -2)],
  ])('are refused to a URL that was made to be for %s', async (_, forge) => {
    expect(await put(forge(await files.uploadUrl(KEY, 5)), 'files')).toBe(403);
  });

  it('are refused to a URL for the other method, and to one of another start of the system', async () => {
    expect(await put(await files.downloadUrl(KEY), '')).toBe(403);
    expect((await fetch(at(await files.uploadUrl(KEY, 5)))).status).toBe(403);
    expect(await put(await new WorkspaceFiles(directory).uploadUrl(KEY, 5), 'files')).toBe(403);
  });

  it('leave every other path to the API', async () => {
    expect(await (await fetch(at('/v1/agents'))).text()).toBe('the API');
  });
});
