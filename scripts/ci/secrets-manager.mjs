/**
 * Runs the tests of vaults over a server that speaks the protocols of AWS Secrets Manager, KMS and S3, instead of over files: once
 * with secrets, once with sealed texts. The server is moto, installed by a pinned version in an environment of its own under node_modules/.cache. Needs a Python with pip.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PACKAGE = 'moto[server]';
const VERSION = '5.2.5';
const START_TIMEOUT_MS = 60_000;
/** The ways of AWS in which secrets are kept, as test/support/secret-store.ts knows them. */
const WAYS = ['secrets-manager', 'envelopes'];
const TESTS = ['test/vault', 'test/resources/vaults', 'test/resources/credentials'];

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const environment = join(root, 'node_modules/.cache', `moto-${VERSION}`);
const program = join(environment, 'bin/moto_server');

function install() {
  if (existsSync(program)) return;
  execFileSync('python3', ['-m', 'venv', environment], { stdio: 'inherit' });
  const pip = join(environment, 'bin/pip');
  execFileSync(pip, ['install', '--quiet', '--disable-pip-version-check', `${PACKAGE}==${VERSION}`], {
    stdio: 'inherit',
  });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function untilItAnswers(server, endpoint) {
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(100)) {
    if (server.exitCode !== null || server.pid === undefined) throw new Error('moto did not start');
    if (await fetch(endpoint).catch(() => undefined)) return;
  }
  throw new Error(`moto did not answer within ${START_TIMEOUT_MS} ms`);
}

install();
const port = await freePort();
const endpoint = `http://127.0.0.1:${port}`;
const server = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
server.once('error', (error) => console.error(`moto: ${error.message}`));
try {
  await untilItAnswers(server, endpoint);
  for (const way of WAYS) {
    console.log(`Vaults over ${way}`);
    const jest = spawn(process.execPath, [join(root, 'node_modules/jest/bin/jest.js'), ...TESTS], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, AWS_SECRETS_ENDPOINT: endpoint, AWS_SECRETS_WAY: way },
    });
    const [code] = await once(jest, 'exit');
    if (code !== 0) process.exitCode = code ?? 1;
  }
} finally {
  if (server.exitCode === null && server.kill()) await once(server, 'exit');
}
