/**
 * The process in which the model's tools run. It holds no credential, and nothing in its environment is worth reading.
 *
 *     node tool-host.js WORKDIR
 */
import './glob-fallback';
import { betaAgentToolset20260401 } from '@anthropic-ai/sdk/tools/agent-toolset/node';
import { OutputFiles } from './output-files';
import { watchShells } from './shell-watch';
import { serveTools } from './tool-host';

async function main(workdir: string): Promise<void> {
  const files = new OutputFiles(workdir);
  watchShells((text) => files.shellWrote(text));
  const tools = betaAgentToolset20260401({ workdir });
  await serveTools({ tools, input: process.stdin, output: process.stdout, files });
}

const [workdir = process.cwd()] = process.argv.slice(2);
main(workdir).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(String(error));
    process.exit(1);
  },
);
