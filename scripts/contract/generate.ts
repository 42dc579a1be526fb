/**
 * `npm run generate`: writes `runtime/contract/generated/` from the installed `@anthropic-ai/sdk`. With `--check` it writes
 * nothing and fails when what is there differs from what it would write.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeOperations } from './operations';
import { writeRoutes } from './routes';
import { paramsSchemas } from './schemas';
import { readOperations } from './sdk';

const ROOT = join(__dirname, '..', '..');
const SDK_ROOT = join(ROOT, 'node_modules', '@anthropic-ai', 'sdk');
const OUT = join(ROOT, 'runtime', 'contract', 'generated');

const version = (JSON.parse(readFileSync(join(SDK_ROOT, 'package.json'), 'utf8')) as { version: string }).version;
const operations = readOperations(SDK_ROOT);
const header = `// Generated from @anthropic-ai/sdk ${version} by \`npm run generate\`. Do not edit.\n`;
const files: Record<string, string> = {
  'operations.ts': header + writeOperations(operations),
  'routes.ts': header + writeRoutes(operations, paramsSchemas(ROOT, operations)),
};

if (process.argv.includes('--check')) {
  const stale = staleFiles();
  if (stale.length > 0) {
    console.error(`Stale in runtime/contract/generated: ${stale.join(', ')}. Run \`npm run generate\`.`);
    process.exitCode = 1;
  } else {
    console.log(
      `runtime/contract/generated is what @anthropic-ai/sdk ${version} says: ${operations.length} operations.`,
    );
  }
} else {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(OUT, name), text);
  console.log(
    `Wrote ${Object.keys(files).length} files from @anthropic-ai/sdk ${version}: ${operations.length} operations.`,
  );
}

function staleFiles(): string[] {
  const present = new Set(readdirSync(OUT));
  const differing = Object.entries(files).filter(
    ([name, text]) => !present.delete(name) || readFileSync(join(OUT, name), 'utf8') !== text,
  );
  return [...differing.map(([name]) => name), ...present];
}
