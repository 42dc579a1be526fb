import { setTimeout as pause } from 'node:timers/promises';
import { descendantsOf, isAlive, type ProcessId } from '../support/process-tree';
import type { ServerProcess } from '../support/server-process';

const SERVER_SHARE = 0.3;
const CLEAN_SHARE = 0.1;
/** A kill of workers is of so many, since most of them are idle at any moment. */
const WORKERS_AT_ONCE = 3;
/** How long what a killed server started may outlive it. */
const ORPHANS_GONE_WITHIN_MS = 10_000;

/** Kills the server and what it started, at random moments, and starts the server again. */
export class Killer {
  readonly kills: Record<string, number> = {};
  readonly failures: string[] = [];
  lastAt = Date.now();
  private readonly watches: Promise<void>[] = [];

  constructor(
    private readonly server: ServerProcess,
    private readonly random: () => number,
    /** The pause between two kills, on average. */
    private readonly meanMs: number,
  ) {}

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const ms = -Math.log(1 - this.random()) * this.meanMs;
      await pause(ms, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) break;
      const chance = this.random();
      if (chance < SERVER_SHARE) await this.endServer('SIGKILL');
      else if (chance < SERVER_SHARE + CLEAN_SHARE) await this.endServer('SIGTERM');
      else for (let n = 0; n < WORKERS_AT_ONCE; n += 1) this.killWorker();
      this.lastAt = Date.now();
    }
    await Promise.all(this.watches);
  }

  private async endServer(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { pid } = this.server;
    const workers = pid === undefined ? [] : descendantsOf(pid);
    await this.server.end(signal);
    this.watches.push(this.watchOrphans(workers));
    this.count(`server by ${signal}`);
    await this.server.run();
  }

  /** A supervisor, a tool host, a shell, or a command: whatever is drawn. */
  private killWorker(): void {
    const { pid } = this.server;
    const workers = pid === undefined ? [] : descendantsOf(pid);
    const drawn = workers[Math.floor(this.random() * workers.length)];
    if (!drawn || !isAlive(drawn)) return;
    process.kill(drawn.pid, 'SIGKILL');
    this.count(drawn.name);
  }

  private async watchOrphans(workers: readonly ProcessId[]): Promise<void> {
    await pause(ORPHANS_GONE_WITHIN_MS);
    for (const worker of workers) {
      if (isAlive(worker)) this.failures.push(`${worker.name} (${worker.pid}) outlived the server that started it`);
    }
  }

  private count(what: string): void {
    this.kills[what] = (this.kills[what] ?? 0) + 1;
  }
}
