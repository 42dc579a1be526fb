import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds dist/ before all tests: sandboxes, and the tests of the command line, run what it holds. */
module.exports = function build(): void {
  execFileSync(process.execPath, [join(__dirname, '..', '..', 'scripts', 'build.mjs')], { stdio: 'inherit' });
};
