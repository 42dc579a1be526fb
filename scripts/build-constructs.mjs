/**
 * Compiles the constructs, with their types, into dist/constructs/: what a CDK app gets when it imports this package. Beside
 * dist/lambda and dist/sandbox-image, they need neither a bundler nor any source.
 */
import { execFileSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const target = join(root, 'dist', 'constructs');
const draft = `${target}.${process.pid}.draft`;

// Into a directory of its own: what is left of a file that is no longer there must not be shipped.
try {
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.constructs.json', '--outDir', draft], {
    cwd: root,
    stdio: 'inherit',
  });
  rmSync(target, { recursive: true, force: true });
  renameSync(draft, target);
} finally {
  rmSync(draft, { recursive: true, force: true });
}
