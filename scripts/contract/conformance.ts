/**
 * `npm run conformance`: which of the SDK's managed-agents routes this server serves, and which an end-to-end test calls
 * through the official client. All of it is computed: the routes from the installed SDK, what is served from the handler's own
 * table, what is tested from the calls that the last `npm test` recorded (`test/support/record-operations.ts`).
 *
 * Fails when the SDK has a route that the generated table lacks.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROUTES } from '../../runtime/contract/generated/routes';
import { createOperations } from '../../runtime/http/operations';
import { readOperations, type SdkOperation } from './sdk';

type Parts = Parameters<typeof createOperations>[0];

const ROOT = join(__dirname, '..', '..');
const RECORDINGS = join(ROOT, 'coverage', 'conformance');

const operations = readOperations(join(ROOT, 'node_modules', '@anthropic-ai', 'sdk'));
const served = new Set(Object.keys(createOperations(unusedDeps())));
const tested = recordedOperations();
const missing = operations.filter((o) => !sameRoute(o));

for (const line of table(operations)) console.log(line);
const servedAndTested = operations.filter((o) => served.has(o.name) && tested.has(o.name));
console.log(
  `\n${operations.length} routes: ${served.size} served, ${servedAndTested.length} of them tested end to end.`,
);
if (tested.size === 0) console.log('No test has recorded a call: run `npm test` first.');
if (missing.length > 0) {
  console.error(`Not as in the generated table: ${missing.map((o) => o.name).join(', ')}. Run \`npm run generate\`.`);
  process.exitCode = 1;
}

function table(rows: readonly SdkOperation[]): string[] {
  const cells = rows.map((o) => [o.name, o.method, o.path, stateOf(o.name)]);
  const all = [['operation', 'method', 'path', 'state'], ...cells];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
}

function stateOf(operation: string): string {
  if (!served.has(operation)) return 'not yet';
  return tested.has(operation) ? 'served and tested' : 'served';
}

function sameRoute({ name, method, path }: SdkOperation): boolean {
  const route = Object.entries(ROUTES).find(([operation]) => operation === name)?.[1];
  return route?.method === method && route.path === path;
}

/** Recordings of tests that are still there: a file bears the name of its test. */
function recordedOperations(): Set<string> {
  if (!existsSync(RECORDINGS)) return new Set();
  const current = readdirSync(RECORDINGS).filter((file) =>
    existsSync(join(ROOT, 'test', 'api', file.replace(/json$/, 'ts'))),
  );
  return new Set(current.flatMap((file) => JSON.parse(readFileSync(join(RECORDINGS, file), 'utf8')) as string[]));
}

/** Only the names of the operations are wanted, and building the table does nothing with its parts but pass them on. */
function unusedDeps(): Parts {
  const unused = new Proxy(() => undefined, { get: () => unused, apply: () => unused }) as never;
  return {
    store: unused,
    waker: unused,
    hints: unused,
    clock: unused,
    ids: unused,
    model: unused,
    launcher: unused,
    vault: unused,
    settings: unused,
  };
}
