import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import { DataDirectory, type Connection } from '../../runtime/local/data-directory';

const PROGRAM = join(__dirname, '..', '..', 'dist', 'managed-agents.js');
const START_WITHIN_MS = 50_000;

/** `managed-agents start` in a process of its own. */
export interface StartedCommand {
  readonly connection: Connection;
  readonly client: Anthropic;
  /** Resolves once it has printed the text. */
  prints(text: string): Promise<void>;
  /** What it has printed so far. */
  output(): string;
  /** Ends it and resolves with its exit code, null when the signal ended it. */
  end(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<number | null>;
}

/** Starts the command on the data directory and waits until it serves. */
export async function startCommand(dataDirectory: string, ...options: string[]): Promise<StartedCommand> {
  const { connectionFile } = new DataDirectory(dataDirectory);
  await rm(connectionFile, { force: true });
  const running = run(['start', '--port', '0', '--data', dataDirectory, ...options]);
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + START_WITHIN_MS;
    while (!(await holds())) {
      if (running.child.exitCode === null && Date.now() < deadline) await sleep(20);
      else throw new Error(`The command did not get so far:\n${running.stdout()}${running.stderr()}`);
    }
  };

  let text = '';
  await until(async () => (text = await readFile(connectionFile, 'utf8').catch(() => '')) !== '');
  const connection = JSON.parse(text) as Connection;
  return {
    connection,
    client: new Anthropic({ baseURL: connection.base_url, apiKey: connection.api_key, maxRetries: 0 }),
    output: running.stdout,
    prints: (words) => until(async () => running.stdout().includes(words)),
    end(signal) {
      running.child.kill(signal);
      return running.closed;
    },
  };
}

/** Variables but for those that would have the command ask a real model, with the key of whoever runs the tests. */
const withoutModel = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(?:ANTHROPIC|MODEL)_/.test(name)));

/** Runs the program to its end. */
export async function runCommand(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { closed, stdout, stderr } = run(args);
  const code = await closed;
  return { code, stdout: stdout(), stderr: stderr() };
}

function run(args: readonly string[]) {
  const env = withoutModel(process.env);
  const child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, 'close').then(([code]) => code as number | null);
  return { child, closed, stdout: () => stdout, stderr: () => stderr };
}
