/** `npm run bench`: measures, and prints what it finds. */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { coldStart } from './cold-start';
import { cost } from './cost';
import { firstToken } from './first-token';
import type { Benchmark } from './measure';
import { sessions } from './sessions';
import { stream } from './stream';
import { toolCall } from './tool-call';
import { wake } from './wake';

const BENCHMARKS: readonly Benchmark[] = [firstToken, toolCall, wake, stream, sessions, cost, coldStart];

const HELP = `npm run bench [-- NAME...] [--full]

Without a name, all of them. --full takes more samples, and minutes instead of seconds.

${BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { full: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  });
  const unknown = positionals.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
  if (values.help || unknown.length > 0) {
    console.log(unknown.length > 0 ? `There is no benchmark named ${unknown.join(', ')}.\n\n${HELP}` : HELP);
    process.exitCode = unknown.length > 0 ? 2 : 0;
    return;
  }
  console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}`);
  console.log('Other work on this machine shifts every absolute number; ratios within one run are what counts.');
  for (const benchmark of BENCHMARKS) {
    if (positionals.length > 0 && !positionals.includes(benchmark.name)) continue;
    console.log(`\n== ${benchmark.name}: ${benchmark.about}`);
    await benchmark.run(values.full ? 'full' : 'modest');
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
