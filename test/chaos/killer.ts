import { setTimeout as pause } from 'node:timers/promises';
import { descendantsOf, isAlive, type ProcessId, signalTo } from '../support/process-tree';
import type { ServerProcess } from '../support/server-process';
import { OWN_WORKER, type OwnWorkers } from './own-workers';

const SERVER_SHARE = 0.3;
const CLEAN_SHARE = 0.1;
/** A kill of workers is of so many, since most of them are idle at any moment. */
const WORKERS_AT_ONCE = 3;
/** The share of the user's own workers. A session whose worker was hit waits out a lease, so more would be less. */
const OWN_SHARE = 0.15;
/** How long what a killed server started may outlive it. */
const ORPHANS_GONE_WITHIN_MS = 10_000;

/** Kills the server, what it started and the user's own workers, at random moments, and starts the server again. */
export class Killer {
  readonly kills: Record<string, number> = {};
  readonly failures: string[] = [];
  lastAt = Date.now();
  private readonly watches: Promise<void>[] = [];
  /** When the server or a worker of the user's own died: what one of those has under way may be begun anew by the next. */
  private readonly deaths: number[] = [];

  constructor(
    private readonly server: ServerProcess,
    private readonly ownWorkers: OwnWorkers,
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

  /** How often the server or a worker of the user's own died between two moments. */
  deathsBetween(from: number, to: number): number {
    return this.deaths.filter((at) => at >= from && at <= to).length;
  }

  private async endServer(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const workers = this.startedByServer();
    this.deaths.push(Date.now());
    await this.server.end(signal);
    this.watches.push(this.watchOrphans(workers));
    this.count(`server by ${signal}`);
    await this.server.run();
  }

  /** A supervisor, a tool host, a worker of the user's own, a shell, or a command: whatever is drawn. */
  private killWorker(): void {
    const workers = this.random() < OWN_SHARE ? this.ownWorkers.victims() : this.startedByServer();
    const drawn = workers[Math.floor(this.random() * workers.length)];
    if (!drawn || !isAlive(drawn)) return;
    if (drawn.name === OWN_WORKER) this.deaths.push(Date.now());
    // Commands are short, and this one may be over by now.
    if (signalTo(drawn, 'SIGKILL')) this.count(drawn.name);
  }

  private startedByServer(): ProcessId[] {
    const { pid } = this.server;
    return pid === undefined ? [] : descendantsOf(pid);
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
