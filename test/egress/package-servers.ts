/** What package managers and git ask for, from real files. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Handle, SeenRequest } from './foreign-servers';

const run = promisify(execFile);

/** A registry of npm with one package, `left`, for those who say the right word. */
export async function npmRegistry(directory: string, authorization: string): Promise<Handle> {
  const root = join(directory, 'npm');
  await mkdir(join(root, 'package'), { recursive: true });
  await writeFile(join(root, 'package/package.json'), JSON.stringify({ name: 'left', version: '1.0.0', main: 'i.js' }));
  await writeFile(join(root, 'package/i.js'), 'module.exports = "from the registry";');
  await run('tar', ['-czf', join(root, 'left.tgz'), '-C', root, 'package']);
  const archive = await readFile(join(root, 'left.tgz'));
  return ({ headers, host, path }, response) => {
    if (headers.authorization !== authorization) return void response.writeHead(401).end();
    if (path.endsWith('.tgz')) return void response.end(archive);
    const tarball = `https://${headers.host ?? host}/left/-/left-1.0.0.tgz`;
    const versions = { '1.0.0': { name: 'left', version: '1.0.0', dist: { tarball } } };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ name: 'left', 'dist-tags': { latest: '1.0.0' }, versions }));
  };
}

const WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    wheel.writestr('left.py', 'word = "from the index"')
    wheel.writestr('left-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: left\\nVersion: 1.0\\n')
    wheel.writestr('left-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr('left-1.0.dist-info/RECORD', '')
`;

/** An index of Python packages with one, `left`, for those who say the right word. */
export async function pythonIndex(directory: string, authorization: string): Promise<Handle> {
  const file = join(directory, 'left-1.0-py3-none-any.whl');
  await run('/usr/bin/python3', ['-c', WHEEL, file]);
  const wheel = await readFile(file);
  return ({ headers, path }, response) => {
    if (headers.authorization !== authorization) return void response.writeHead(401).end();
    if (path.endsWith('.whl')) return void response.end(wheel);
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<a href="/files/left-1.0-py3-none-any.whl">left-1.0-py3-none-any.whl</a>');
  };
}

/** Repositories under `/owner/`, served by git itself to those who say the right word. */
export async function gitServer(directory: string, authorization: string): Promise<Handle> {
  const root = join(directory, 'git');
  for (const name of ['ours', 'others']) {
    const repository = join(root, 'owner', `${name}.git`);
    await mkdir(repository, { recursive: true });
    // Without the variables of a hook that runs the tests: they would name another repository.
    const env = { PATH: process.env.PATH };
    await run('git', ['init', '--bare', '--initial-branch=main', repository], { env });
    await run('git', ['-C', repository, 'config', 'http.receivepack', 'true'], { env });
  }
  return (request, response) => {
    if (request.headers.authorization !== authorization) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    }
    backend(root, request, response);
  };
}

/** Runs git's own server side for one request (RFC 3875). */
function backend(root: string, { method, path, headers, bytes }: SeenRequest, response: ServerResponse): void {
  const url = new URL(path, 'http://server');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      REQUEST_METHOD: method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: headers['content-type'] ?? '',
      CONTENT_LENGTH: String(bytes.length),
      HTTP_CONTENT_ENCODING: String(headers['content-encoding'] ?? ''),
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      REMOTE_USER: 'tester',
    },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(bytes);
  child.once('close', () => {
    const output = Buffer.concat(chunks);
    const end = output.indexOf('\r\n\r\n');
    const fields = output.subarray(0, end).toString().split('\r\n');
    let status = 200;
    for (const field of fields) {
      const [name = '', value = ''] = field.split(': ');
      if (name === 'Status') status = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.writeHead(status).end(output.subarray(end + 4));
  });
}
