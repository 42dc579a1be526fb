/**
 * The process in which the model's tools run. It holds no credential, and nothing in its environment is worth reading.
 *
 *     node tool-host.js WORKDIR [SOCKET]
 *
 * SOCKET is that of the egress gateway, where the sandbox has no other way out.
 */
import './glob-fallback';
import { betaAgentToolset20260401 } from '@anthropic-ai/sdk/tools/agent-toolset/node';
import { connectToSocket, relayEgress } from './egress-relay';
import { OutputFiles } from './output-files';
import { watchShells } from './shell-watch';
import { serveTools } from './tool-host';

async function main(workdir: string, gateway?: string): Promise<void> {
  if (gateway !== undefined) await relayEgress(() => connectToSocket(gateway));
  const files = new OutputFiles(workdir);
  watchShells((text) => files.shellWrote(text));
  // All of it: by default a shell gets no variable of the model API's, and a credential may be named like one.
  const tools = betaAgentToolset20260401({ workdir, env: { ...process.env } });
  await serveTools({ tools, input: process.stdin, output: process.stdout, files });
}

const [workdir = process.cwd(), gateway] = process.argv.slice(2);
main(workdir, gateway).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(String(error));
    process.exit(1);
  },
);
