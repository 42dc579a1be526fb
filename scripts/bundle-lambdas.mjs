/**
 * Bundles the Lambda entry points into dist/lambda/NAME/index.mjs and puts together the directories of two images: that of
 * sandboxes in dist/sandbox-image/, that of the egress gateway in dist/egress-image/. Everything a function needs is in its
 * bundle, the AWS SDK too: what Lambda brings along changes without notice, and a published version must not.
 *
 * A file is written only when it changed, so that an unchanged function stays the same asset.
 */
import { gzipSync } from 'node:zlib';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The functions by name. `EntryPoint` in lib/lambda-function.ts lists the same. */
const ENTRY_POINTS = {
  api: 'runtime/handlers/api.ts',
  stream: 'runtime/handlers/stream.ts',
  bell: 'runtime/handlers/bell.ts',
  harness: 'runtime/handlers/harness.ts',
  'harness-bedrock': 'runtime/handlers/harness-bedrock.ts',
  'harness-claude-platform': 'runtime/handlers/harness-claude-platform.ts',
  sweeper: 'runtime/handlers/sweeper-lambda.ts',
  'stopped-task': 'runtime/handlers/stopped-task.ts',
  janitor: 'runtime/handlers/janitor.ts',
  'vault-keeper': 'runtime/handlers/vault-keeper.ts',
  'vault-broker': 'runtime/handlers/vault-broker.ts',
  keys: 'runtime/handlers/keys.ts',
  'sandbox-drain': 'runtime/handlers/sandbox-drain.ts',
  'first-key': 'runtime/handlers/first-key.ts',
  'image-build': 'runtime/handlers/image-build.ts',
};

/** Packages that are CommonJS inside call `require`, which a module does not have. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const bundled = await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(Object.entries(ENTRY_POINTS).map(([name, file]) => [`${name}/index`, file])),
  outdir: 'dist/lambda',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  minify: true,
  keepNames: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  banner: { js: REQUIRE },
  // Ways to credentials that nobody takes: the clients for the model are given the function's own.
  external: ['@aws-sdk/credential-providers'],
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
});

const inContainer = await build({
  absWorkingDir: root,
  entryPoints: { worker: 'runtime/sandbox/container-main.ts', 'tool-host': 'runtime/sandbox/tool-host-main.ts' },
  outdir: 'dist/sandbox-image',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
});

const gateway = await build({
  absWorkingDir: root,
  entryPoints: { gateway: 'runtime/handlers/egress-gateway.ts' },
  outdir: 'dist/egress-image',
  bundle: true,
  minify: true,
  keepNames: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
});

const kilobytes = (bytes) => `${Math.ceil(bytes.length / 1024)} kB`;

for (const { path, contents } of [...bundled.outputFiles, ...inContainer.outputFiles, ...gateway.outputFiles]) {
  const before = await readFile(path).catch(() => undefined);
  if (!before?.equals(contents)) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
  console.log(`${relative(root, path)}  ${kilobytes(contents)}, ${kilobytes(gzipSync(contents))} zipped`);
}
await copyFile(join(root, 'image', 'Dockerfile'), join(root, 'dist', 'sandbox-image', 'Dockerfile'));
await copyFile(join(root, 'image', 'egress', 'Dockerfile'), join(root, 'dist', 'egress-image', 'Dockerfile'));
