/** How long each function takes from its process's start to its first answer can begin: the bundle's import, in a fresh Node. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { SETTINGS } from '../runtime/aws/settings';
import { median, ms, quantile, table, timed, times, type Benchmark } from './measure';

const BUNDLES = resolve(__dirname, '..', 'dist', 'lambda');
const STARTS = { modest: 7, full: 30 };
const run = promisify(execFile);

/** Whatever a function reads when it is loaded; nothing is called. */
const environment = {
  PATH: process.env.PATH,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_LAMBDA_FUNCTION_VERSION: '1',
  ...Object.fromEntries(Object.values(SETTINGS).map((name) => [name, 'none'])),
};

/** What Lambda puts in place before it loads a function that streams. */
const LAMBDA_GLOBAL = 'globalThis.awslambda = { streamifyResponse: (f) => f, HttpResponseStream: {} };';

async function start(source: string): Promise<number> {
  const { ms: took } = await timed(() =>
    run(process.execPath, ['--input-type=module', '-e', source], { env: environment }),
  );
  return took;
}

export const coldStart: Benchmark = {
  name: 'cold-start',
  about: 'what loading each Lambda bundle adds to the start of Node',
  async run(size) {
    if (!existsSync(BUNDLES)) {
      console.log('  There are no bundles: `node scripts/bundle-lambdas.mjs` makes them.');
      return;
    }
    const names = readdirSync(BUNDLES).filter((name) => existsSync(join(BUNDLES, name, 'index.mjs')));
    const cases = new Map([['(nothing)', LAMBDA_GLOBAL]]);
    for (const name of names) {
      const path = JSON.stringify(join(BUNDLES, name, 'index.mjs'));
      cases.set(name, `${LAMBDA_GLOBAL} await import(${path}); process.exit(0);`);
    }
    const took = new Map([...cases.keys()].map((name) => [name, [] as number[]]));
    for (let round = 0; round < STARTS[size]; round += 1) {
      for (const [name, source] of cases) took.get(name)?.push(await start(source));
    }
    const bare = median(took.get('(nothing)') ?? []);
    table(`A fresh Node that loads a bundle and ends (${STARTS[size]} starts each, in turns)`, [
      ['bundle', 'p50', 'p95', 'to Node alone', 'added', 'size', 'zipped'],
      ...[...took].map(([name, values]) => {
        const file = join(BUNDLES, name, 'index.mjs');
        const isBundle = existsSync(file);
        return [
          name,
          ms(median(values)),
          ms(quantile(values, 0.95)),
          times(median(values) / bare),
          ms(median(values) - bare),
          isBundle ? `${Math.ceil(statSync(file).size / 1_024)} kB` : '',
          isBundle ? `${Math.ceil(gzipSync(readFileSync(file)).length / 1_024)} kB` : '',
        ];
      }),
    ]);
  },
};
