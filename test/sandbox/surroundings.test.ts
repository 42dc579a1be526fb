import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolError } from '@anthropic-ai/sdk/lib/tools/ToolError';
import type { HostCommand } from '../../runtime/sandbox/supervisor-config';
import { ContainerSurroundings } from '../../runtime/sandbox/surroundings';

const as = ([file = '', ...args]: readonly string[], directory: string): HostCommand => ({
  file: '/bin/bash',
  args: ['-c', 'cd "$0" && exec "$@"', directory, file, ...args],
  env: { PATH: process.env.PATH ?? '' },
  cwd: '/',
});

let root: string;
let workspace: string;
/** What is kept, by the path of its URL. */
let kept: Map<string, Buffer>;
/** Whether somebody says where it is. */
let api: 'answers' | 'fails' | 'is silent';
/** The names of what is kept, the newest first. */
let names: string[];
let saved: string[];
let lines: string[];
let server: Server;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'surroundings-'));
  workspace = join(root, 'workspace');
  for (const directory of ['workspace', 'private', 'saved']) await mkdir(join(root, directory));
  kept = new Map();
  api = 'answers';
  [names, saved, lines] = [[], [], []];
  server = createServer((request, response) => {
    const body = kept.get(request.url ?? '');
    response.writeHead(body ? 200 : 404).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true, force: true });
});

/** An archive in which one file says this. */
async function archiveOf(said: string): Promise<Buffer> {
  const directory = await mkdtemp(join(root, 'made-'));
  await writeFile(join(directory, 'file'), said);
  return execFileSync('tar', ['--create', '--gzip', '--file=-', '.'], { cwd: directory });
}

function keep(name: string, body: Buffer): void {
  kept.set(`/${name}`, body);
  names.unshift(name);
}

function begin(): ContainerSurroundings {
  const { port } = server.address() as AddressInfo;
  return new ContainerSurroundings({
    api: {
      sources: async (end) => {
        if (api === 'fails') throw new Error('nobody answers');
        if (api === 'is silent') await once(end, 'abort').then(() => end.throwIfAborted());
        return names.map((name) => new URL(`http://127.0.0.1:${port}/${name}`));
      },
      upload: async (file) => {
        const copy = join(root, 'saved', String(saved.length));
        await copyFile(file, copy);
        saved.push(copy);
      },
    },
    packages: null,
    log: (line) => lines.push(line),
    place: { workspace, as, privateDirectory: join(root, 'private') },
  });
}

const signal = new AbortController().signal;
const inWorkspace = (): Promise<string> => readFile(join(workspace, 'file'), 'utf8');
const inSaved = (file: string): string =>
  execFileSync('tar', ['--extract', '--gzip', '--to-stdout', '--file', file, './file']).toString();

describe('what is around the tools of a container', () => {
  it('begins with the newest files, and saves what became of them', async () => {
    keep('old', await archiveOf('old'));
    keep('new', await archiveOf('new'));
    const surroundings = begin();
    await surroundings.ready(signal);
    expect(await inWorkspace()).toBe('new');
    await writeFile(join(workspace, 'file'), 'newer');
    await surroundings.leave();
    expect(saved.map(inSaved)).toEqual(['newer']);
    expect(await readdir(join(root, 'private'))).toEqual([]);
  });

  it('saves nothing where no tool was used', async () => {
    const surroundings = begin();
    await surroundings.leave();
    expect(saved).toEqual([]);
  });

  it('begins with older files where the newest are damaged, and tells of it', async () => {
    keep('old', await archiveOf('old'));
    keep('new', Buffer.from('no archive'));
    const surroundings = begin();
    await surroundings.ready(signal);
    expect(await inWorkspace()).toBe('old');
    expect(lines).toEqual([expect.stringContaining('an older archive of the files was restored')]);
    await surroundings.leave();
  });

  it('lets no tool run while the files cannot be had, saves nothing over them, and brings them to the next call', async () => {
    keep('new', await archiveOf('new'));
    api = 'fails';
    const surroundings = begin();
    const refused = await surroundings.ready(signal).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ToolError);
    expect(String(refused)).toContain('so the call did not run');
    expect(await readdir(workspace)).toEqual([]);
    api = 'answers';
    await surroundings.ready(signal);
    expect(await inWorkspace()).toBe('new');
    await surroundings.leave();
    expect(saved.map(inSaved)).toEqual(['new']);
  });

  it('waits for no files any more when it is left, and saves nothing', async () => {
    keep('new', await archiveOf('new'));
    api = 'is silent';
    await begin().leave();
    expect(saved).toEqual([]);
    expect(lines).toEqual([expect.stringContaining('the files could not be restored')]);
  });
});
