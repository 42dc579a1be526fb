const { availableParallelism } = require('node:os');

/** Tests mirror the tree under test/. swc compiles them; `npm run types` checks their types. */
module.exports = {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  globalSetup: '<rootDir>/test/support/build.ts',
  setupFilesAfterEnv: ['<rootDir>/test/support/record-operations.ts'],
  // Much of the time is waiting for leases and timeouts: three workers keep two processors busy.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
  // Four times what the slowest test takes that names no limit of its own: a machine may be busy.
  testTimeout: 60_000,
};
