/**
 * The cold start of each Lambda function: from the start of the process to the moment it asks for its first invocation, under
 * Lambda's own runtime client and the Node that Lambda has, against the same client with a function that does nothing.
 * `npm run test:lambda` installs the two; what Lambda itself adds (finding a place, fetching the code) is not in it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SETTINGS } from '../runtime/aws/settings';
import { installedRuntime, type InstalledRuntime } from '../scripts/ci/lambda-runtime/install';
import { median, ms, quantile, table, times, type Benchmark } from './measure';

const BUNDLES = resolve(__dirname, '..', 'dist', 'lambda');
const STARTS = { modest: 7, full: 30 };
const ASKS = /\/runtime\/(invocation\/next|init\/error)$/;

/** Whatever a function reads when it is loaded; nothing is called. */
const environment = {
  PATH: process.env.PATH,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_LAMBDA_FUNCTION_VERSION: '1',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
  _HANDLER: 'index.handler',
  ...Object.fromEntries(Object.values(SETTINGS).map((name) => [name, 'none'])),
};

/** Milliseconds from the process's start until the function is ready. */
async function start({ node, client }: InstalledRuntime, directory: string): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const began = performance.now();
  const child = spawn(node, [client, 'index.handler'], {
    cwd: directory,
    env: { ...environment, LAMBDA_TASK_ROOT: directory, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}` },
    stdio: 'ignore',
  });
  const took = await new Promise<number>((done, fail) => {
    server.once('request', ({ url = '' }) => {
      if (ASKS.exec(url)?.[1] === 'invocation/next') done(performance.now() - began);
      else fail(new Error(`the function in ${directory} cannot be loaded`));
    });
    child.once('exit', (code) => fail(new Error(`the runtime client ended with ${code}`)));
  }).finally(() => {
    child.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
  });
  return took;
}

function emptyFunction(): string {
  const directory = mkdtempSync(join(tmpdir(), 'bench-empty-'));
  writeFileSync(join(directory, 'index.mjs'), 'export const handler = async () => undefined;\n');
  return directory;
}

/** Undefined where it is not installed, or does not work. */
async function workingRuntime(): Promise<InstalledRuntime | undefined> {
  try {
    const runtime = installedRuntime();
    await start(runtime, emptyFunction());
    return runtime;
  } catch {
    return undefined;
  }
}

const kilobytes = (bytes: number): string => `${Math.ceil(bytes / 1_024)} kB`;

async function run(size: 'modest' | 'full'): Promise<void> {
  const runtime = await workingRuntime();
  if (!runtime) {
    console.log(
      "  Lambda's runtime client is not installed here: `npx tsx scripts/ci/lambda-runtime/install.ts` does it.",
    );
    return;
  }
  const names = readdirSync(BUNDLES).filter((name) => existsSync(join(BUNDLES, name, 'index.mjs')));
  const places = new Map([
    ['(an empty function)', emptyFunction()],
    ...names.map((name) => [name, join(BUNDLES, name)] as const),
  ]);
  const took = new Map([...places.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round < STARTS[size]; round += 1) {
    for (const [name, directory] of places) took.get(name)?.push(await start(runtime, directory));
  }
  const empty = median(took.get('(an empty function)') ?? []);
  table(`Until a function is ready (${STARTS[size]} starts each, in turns)`, [
    ['function', 'p50', 'p95', 'to an empty one', 'added', 'bundle', 'zipped'],
    ...[...places].map(([name, directory]) => {
      const file = join(directory, 'index.mjs');
      const values = took.get(name) ?? [];
      return [
        name,
        ms(median(values)),
        ms(quantile(values, 0.95)),
        times(median(values) / empty),
        ms(median(values) - empty),
        kilobytes(statSync(file).size),
        kilobytes(gzipSync(readFileSync(file)).length),
      ];
    }),
  ]);
}

export const coldStart: Benchmark = {
  name: 'cold-start',
  about: 'until each Lambda function is ready, under the runtime client, and the sizes of the bundles',
  run,
};
