import { accessSync, constants } from 'node:fs';
import { WORKSPACE } from './container-contract';
import { planPackages, type Packages, type PackageStep } from './package-plan';
import type { HostCommand } from './supervisor-config';
import { asSupervisor, asToolsUser, startPiped } from './tools-user';

/** All managers together. */
const INSTALL_WITHIN_MS = 15 * 60_000;
const OUTPUT_CHARS = 2_000;
const PROGRAM_DIRECTORIES = ['/usr/local/bin', '/usr/bin', '/bin'] as const;

/** The environments of the programs that install, by whom they run as. */
export interface InstallEnvironments {
  /** @default that of programs that the supervisor runs as itself */
  readonly system?: Readonly<Record<string, string>>;
  /** @default that of the tools */
  readonly tools?: Readonly<Record<string, string>>;
}

/**
 * Installs an environment's packages, one manager after the other, as the tools' user where that is possible.
 *
 * @throws Error that says which manager failed and what it printed last. What is installed by then stays.
 */
export async function installPackages(
  packages: Packages,
  stop: AbortSignal,
  environments: InstallEnvironments = {},
): Promise<void> {
  const late = AbortSignal.timeout(INSTALL_WITHIN_MS);
  const signal = AbortSignal.any([stop, late]);
  for (const step of planPackages(packages, isInstalled)) {
    const { code, output } = await run(commandOf(step, environments), signal);
    if (late.aborted) throw new Error(`${step.manager}: not done within ${INSTALL_WITHIN_MS / 60_000} minutes`);
    if (code !== 0) throw new Error(`${step.manager}: ${step.argv[0]} ended with ${code}:\n${output}`);
  }
}

function commandOf({ argv, asSystem }: PackageStep, { system, tools }: InstallEnvironments): HostCommand {
  return asSystem ? asSupervisor(argv, system) : asToolsUser(argv, WORKSPACE, tools);
}

function isInstalled(program: string): boolean {
  return PROGRAM_DIRECTORIES.some((directory) => {
    try {
      accessSync(`${directory}/${program}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs a program to its end and keeps the last of what it prints. */
function run(command: HostCommand, signal: AbortSignal): Promise<{ code: number | null; output: string }> {
  const child = startPiped(command, signal);
  child.stdin.end();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => (output = (output + text).slice(-OUTPUT_CHARS)));
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('close', (code) => resolve({ code, output: output.trim() }));
  });
}
