/**
 * Prints how large the bundle of each function is, and fails where a table in docs/ says something else: a row that begins with a
 * function's name and ends with its size. A tenth more or less is no lie. `npm run sizes` bundles before.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bundles = join(root, 'dist', 'lambda');
const documents = join(root, 'docs');
const TOLERANCE = 0.1;
const ROW = /^\| *`?([\w-]+)`? *\|.*\| *(\d+) kB *\|$/gm;

const sizes = new Map(
  readdirSync(bundles).map((name) => {
    const bundle = readFileSync(join(bundles, name, 'index.mjs'));
    return [name, Math.ceil(gzipSync(bundle).length / 1_024)];
  }),
);
for (const [name, kilobytes] of sizes) console.log(`| ${name} | ${kilobytes} kB |`);

let stated = 0;
for (const document of readdirSync(documents).filter((file) => file.endsWith('.md'))) {
  const text = readFileSync(join(documents, document), 'utf8');
  for (const [, name, said] of text.matchAll(ROW)) {
    const size = sizes.get(name);
    if (size === undefined) continue;
    stated += 1;
    if (Math.abs(Number(said) - size) <= size * TOLERANCE) continue;
    console.error(`docs/${document}: the bundle of ${name} has ${size} kB, not ${said}`);
    process.exitCode = 1;
  }
}
if (stated < sizes.size) {
  console.error('docs/constructs.md: a function’s size is missing');
  process.exitCode = 1;
}
