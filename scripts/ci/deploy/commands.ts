import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to the variables of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command whose output is of interest only when it fails. @throws Error with the output. */
export function run(file: string, args: readonly string[], options: CommandOptions = {}): string {
  try {
    return execFileSync(file, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${file} ${args.join(' ')}\n${stdout.slice(-4_000)}\n${stderr.slice(-4_000)}`, { cause: error });
  }
}

/** Runs a command beside this process, which serves it. @throws Error with the output. */
export async function start(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  return (await promisify(execFile)(file, args, { env: { ...process.env, ...env } })).stdout;
}

/** Tells what comes next, and how long it took. */
export async function step<T>(name: string, act: () => T | Promise<T>): Promise<T> {
  const began = Date.now();
  const result = await act();
  console.log(`${((Date.now() - began) / 1_000).toFixed(1).padStart(6)} s  ${name}`);
  return result;
}
