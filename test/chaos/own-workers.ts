import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { descendantsOf, isAlive, processAt, type ProcessId, signalTo } from '../support/process-tree';
import type { OwnWorkerOrder } from './own-worker';

/** As a user's service manager does it. */
const RESTART_AFTER_MS = 2_000;

/** The user's own worker processes, which are started again whenever they die. */
export class OwnWorkers {
  /** A worker may be killed, but nothing that the server does may end it. */
  readonly failures: string[] = [];
  private readonly running = new Set<ChildProcess>();
  private readonly closing = new AbortController();
  private readonly keepers: Promise<void>[] = [];
  /** What was ever seen running: a shell may outlive the worker that started it by its last command. */
  private readonly seen = new Map<string, ProcessId>();

  private constructor(
    private readonly program: string,
    private readonly order: OwnWorkerOrder,
    private readonly log: WriteStream,
  ) {}

  /** Starts so many. The program, the log and the sessions' directories lie in the order's directory. */
  static async start(order: OwnWorkerOrder, count: number): Promise<OwnWorkers> {
    await mkdir(order.directory, { recursive: true });
    // Bundled, since a loader of TypeScript would be a process to hit of its own.
    const program = join(order.directory, 'own-worker.js');
    const entry = join(__dirname, 'own-worker.ts');
    buildSync({ entryPoints: [entry], outfile: program, bundle: true, platform: 'node', target: 'node20' });
    const workers = new OwnWorkers(program, order, createWriteStream(join(order.directory, 'workers.log')));
    for (let n = 0; n < count; n += 1) workers.keepers.push(workers.keep());
    return workers;
  }

  /** Where a session's calls run. */
  workspace(sessionId: string): string {
    return join(this.order.directory, sessionId);
  }

  /** The workers and what they started, to draw from. Where a command is under way, only those who are at it: it is worth more. */
  victims(): ProcessId[] {
    const trees = this.trees();
    const atWork = trees.filter((tree) => tree.some(({ name }) => name !== OWN_WORKER && name !== OWN_SHELL));
    return (atWork.length > 0 ? atWork : trees).flat();
  }

  private trees(): ProcessId[][] {
    const trees = [...this.running].flatMap(({ pid }) => {
      const worker = pid === undefined ? undefined : processAt(pid);
      if (!worker) return [];
      const commands = descendantsOf(worker.pid).map((command) => ({ ...command, name: `own ${command.name}` }));
      return [[{ ...worker, name: OWN_WORKER }, ...commands]];
    });
    for (const one of trees.flat()) this.seen.set(`${one.pid} ${one.startedAt}`, one);
    return trees;
  }

  /** Ends them for good, and everything that they started. */
  async close(): Promise<void> {
    this.closing.abort();
    this.trees();
    for (const child of this.running) child.kill('SIGKILL');
    await Promise.all(this.keepers);
    // The shells of dead workers are about to end by themselves.
    for (const one of this.seen.values()) if (isAlive(one)) signalTo(one, 'SIGKILL');
    this.log.end();
  }

  private async keep(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      await this.runOne();
      await pause(RESTART_AFTER_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async runOne(): Promise<void> {
    // Without the loader that runs chaos itself.
    const child = fork(this.program, { execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.running.add(child);
    for (const stream of [child.stdout, child.stderr]) stream?.pipe(this.log, { end: false });
    const ended = once(child, 'exit');
    // One that is killed right after its start hears nothing any more.
    child.send(this.order, () => undefined);
    const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
    this.running.delete(child);
    if (signal !== 'SIGKILL') this.failures.push(`a worker of the user's own ended by itself (${code ?? signal})`);
  }
}

/** The name of such a worker among the processes. */
export const OWN_WORKER = 'own worker';
/** The shell that a worker keeps between the commands of a session. */
const OWN_SHELL = 'own bash';
