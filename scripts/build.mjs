/**
 * Bundles what runs into dist/: the command line, and the two programs of a sandbox, which must stand alone because a
 * sandbox sees no node_modules. What a bundle cannot hold (native code and what loads it) stays outside.
 *
 * A file is replaced in one step and only when it changed, so that a build never disturbs a process that reads it.
 */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Everything for Node 20 in CommonJS, with maps that lead back to the TypeScript. */
const common = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
};

const results = await Promise.all([
  build({
    ...common,
    entryPoints: { 'managed-agents': 'bin/managed-agents.ts' },
    external: ['dynalite'],
    banner: { js: '#!/usr/bin/env node' },
  }),
  build({
    ...common,
    entryPoints: { supervisor: 'runtime/sandbox/supervisor-main.ts', 'tool-host': 'runtime/sandbox/tool-host-main.ts' },
  }),
]);

for (const { path, contents } of results.flatMap((result) => result.outputFiles)) {
  const before = await readFile(path).catch(() => undefined);
  if (before?.equals(contents)) continue;
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, contents);
  if (path.endsWith('managed-agents.js')) await chmod(draft, 0o755);
  await rename(draft, path);
  if (!path.endsWith('.map')) console.log(`${relative(root, path)}  ${Math.ceil(contents.length / 1024)} kB`);
}
