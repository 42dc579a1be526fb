/**
 * Deploys the stack into an emulator of AWS on this machine, runs a session in it and takes it away again, with nothing between
 * the official client and the sandbox left out: API Gateway, functions under Lambda's own runtime client, tables, secrets, and a
 * task that runs in a container. docs/emulator.md says what the emulator cannot do. Needs root, for containers.
 *
 *     npm run test:deploy
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { step } from './commands';
import { buildBase, buildLambdaImage, buildSandboxImage } from './images';
import { installClient, installEmulator, installPackages } from './install';
import { configurePodman } from './podman';

/** A network, processes and mounts of its own: nothing reaches in, and all that runs ends with it. */
const NAMESPACES = ['--net', '--pid', '--mount', '--fork', '--kill-child', '--mount-proc'];
/** The first process of a namespace has to take leave of all others. A shell does. */
const FIRST_PROCESS = ['sh', '-c', '"$@" & wait $!', 'sh'];

async function main(): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'deploy-'));
  try {
    await step('System packages', installPackages);
    await step('Emulator installed', installEmulator);
    await step('Python client installed', installClient);
    configurePodman(scratch, 'build');
    await step('Base image', buildBase);
    await step('Lambda image', buildLambdaImage);
    await step('Sandbox image', buildSandboxImage);
    const inside = [process.execPath, ...process.execArgv, join(__dirname, 'inside.ts'), scratch];
    const child = spawn('unshare', [...NAMESPACES, ...FIRST_PROCESS, ...inside], { stdio: 'inherit' });
    const [code] = await once(child, 'exit');
    return typeof code === 'number' ? code : 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

main()
  .then((code) => process.exit(code))
  .catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
