import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const SCRIPTS = join(__dirname, '..', '..', 'scripts');

/** Builds dist/ before all tests: sandboxes, the tests of the command line and those of the stack use what it holds. */
module.exports = function build(): void {
  for (const script of ['build.mjs', 'bundle-lambdas.mjs']) {
    execFileSync(process.execPath, [join(SCRIPTS, script)], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
};
