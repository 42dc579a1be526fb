/**
 * Installs the package, as `npm pack` makes it, into an empty project, and synthesizes the examples there: with the compiled
 * constructs, the functions and the image that stand in the package, and with nothing of this directory in reach. The example
 * with one construct alone has no bundler, either. `npm run test:package` builds before.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { name, dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const project = mkdtempSync(join(tmpdir(), 'package-'));

/** Runs a program. @returns what it wrote. @throws Error when it fails. */
const runIn = (cwd, program, ...args) =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
/** Runs a script of one of this directory's packages in the project. */
const runTool = (script, ...args) =>
  runIn(project, process.execPath, join(root, 'node_modules', ...script.split('/')), ...args);

function pack() {
  const packed = runIn(root, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', project);
  return join(project, JSON.parse(packed)[0].filename);
}

function install(...packages) {
  const quietly = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  runIn(project, 'npm', 'install', ...quietly, ...packages);
}

/** Packages in the versions that this one uses. */
const pinned = (...packages) => packages.map((one) => `${one}@${dependencies[one] ?? devDependencies[one]}`);

/** Compiles an example against the types in the package, and synthesizes it. @returns the files of each of its assets. */
function synthesize(example, context) {
  const compiled = join('compiled', example);
  const options = ['--strict', '--types', 'node', '--module', 'nodenext', '--target', 'es2023'];
  runTool('typescript/bin/tsc', ...options, '--outDir', compiled, join('examples', example, 'app.ts'));
  const output = join(project, `${example}.out`);
  const flags = Object.entries(context).flatMap(([key, value]) => ['--context', `${key}=${value}`]);
  const app = ['--app', `node ${join(compiled, 'app.js')}`, '--output', output];
  runTool('aws-cdk/bin/cdk', 'synth', '--quiet', '--no-notices', '--strict', ...app, ...flags);
  return readdirSync(output, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith('asset.'))
    .map((asset) => readdirSync(join(output, asset.name)).toSorted().join(' '));
}

const TABLES = 'arn:aws:dynamodb:us-east-1:111122223333:table';
const OF_ANOTHER_STACK = {
  sessionsTableArn: `${TABLES}/sessions`,
  controlTableArn: `${TABLES}/control`,
  bucketArn: 'arn:aws:s3:::blobs',
  harnessArn: 'arn:aws:lambda:us-east-1:111122223333:function:harness',
  harnessVersion: '1',
};

try {
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n');
  cpSync(join(root, 'examples'), join(project, 'examples'), { recursive: true });
  install(pack(), ...pinned('aws-cdk-lib', 'constructs', '@types/node'));
  const files = readdirSync(join(project, 'node_modules', name), { recursive: true });
  assert.deepEqual(
    files.filter((file) => /(?<!\.d)\.ts$|\.map$/.test(file)),
    [],
    'the package holds no source',
  );

  assert.deepEqual(
    synthesize('second-door', OF_ANOTHER_STACK),
    ['index.mjs', 'index.mjs'],
    'the API has its functions',
  );
  assert.ok(!existsSync(join(project, 'node_modules', 'esbuild')), 'and took no bundler');

  // What that team bundles is a function of its own.
  install(...pinned('esbuild', '@anthropic-ai/sdk', '@aws-sdk/client-secrets-manager'));
  const whole = synthesize('another-team', {});
  assert.ok(whole.includes('Dockerfile tool-host.js worker.js'), 'the image of the sandboxes is there');
  assert.ok(whole.filter((asset) => asset === 'index.mjs').length > 2, 'the functions of all parts are there');

  assert.match(runIn(project, join('node_modules', '.bin', 'managed-agents'), '--help'), /managed-agents start/);
  console.log(`Another project installed ${name}, and synthesized one construct alone and all of them.`);
} finally {
  rmSync(project, { recursive: true, force: true });
}
