import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { isId } from '../contract/ids';
import type { GoneWorker, SandboxLauncher, WorkQueue } from '../resources/ports';
import type { SupervisorConfig } from '../sandbox/supervisor-config';
import type { WorkRecord } from '../store/work-ports';
import type { SessionRecord } from '../store/records';
import type { EgressDoors } from './egress-doors';
import type { Isolation } from './isolation';
import { discardPlaces, preparePlaces } from './launcher-places';

export interface LocalLauncherOptions {
  /** The directory that holds one directory per session. */
  readonly root: string;
  /** Where the API is; asked at each start, since the port may be known late. */
  readonly baseUrl: () => string;
  /** The command line of the supervisor. */
  readonly supervisor: readonly [string, ...string[]];
  readonly isolation: Isolation;
  /** The way out of sandboxes that may not have the machine's network. @default none: they have none at all */
  readonly egress?: EgressDoors;
  /** A worker ends when its session has been idle for so long. Its files stay. */
  readonly maxIdleMs: number;
  /** Where workers can connect to be told of their session's events. @default nowhere: each holds a stream open */
  readonly bell?: string;
  /** Told of a worker that ended without having been asked to. */
  readonly workerGone: WorkQueue['workerGone'];
  readonly log: (line: string) => void;
}

/** How long a worker that is on its way out may take before it is ended. */
const LEAVE_WITHIN_MS = 2_000;
/** And one that should finish its calls' last words when the system stops. */
const SHUTDOWN_WITHIN_MS = 6_000;

const NETWORK_STAYS =
  'its environment limits the network, or it has credentials for the gateway, and nothing on this machine can enforce that';

/** In a session's directory while a worker of it lives: whose worker, so that a successor of this process can tell. */
const MARK = 'worker.json';

/** Starts the workers of `cloud` environments as child processes, each with its session's own directory. */
export class LocalLauncher implements SandboxLauncher {
  private readonly workers = new Map<string, Worker>();
  /** What happens to one session's worker happens one after the other. */
  private readonly turns = new Map<string, Promise<unknown>>();
  /** Ends of workers that are being recorded. */
  private readonly endings = new Set<Promise<void>>();
  private closing = false;

  constructor(private readonly options: LocalLauncherOptions) {}

  async start(work: WorkRecord, session: SessionRecord, secret: string): Promise<undefined> {
    try {
      await this.inTurn(session.id, () => this.replace(work, session, secret));
    } catch (error) {
      this.options.log(`${session.id}: the sandbox could not be started: ${String(error)}`);
      throw error;
    }
  }

  private async replace(work: WorkRecord, session: SessionRecord, secret: string): Promise<void> {
    const previous = this.workers.get(session.id);
    if (previous?.serves(work, secret)) return;
    await previous?.leave(LEAVE_WITHIN_MS);
    if (this.closing) throw new Error('the system is stopping');
    const directory = this.directoryOf(session.id);
    const places = await preparePlaces(directory);
    const egress = await this.options.egress?.open(session, join(directory, 'egress'), places.uid);
    const network = egress === undefined && networkOf(session);
    if (!network && !this.options.isolation.cutsNetwork) {
      await this.options.egress?.close(session.id);
      throw new Error(NETWORK_STAYS);
    }
    const { workspace, environmentId, id, sessionTokenHash } = work;
    const mark: GoneWorker = { workspace, environmentId, id, sessionTokenHash };
    await writeFile(join(directory, MARK), JSON.stringify(mark), { mode: 0o600 });
    const config: SupervisorConfig = {
      baseUrl: this.options.baseUrl(),
      environmentId,
      workId: id,
      sessionId: session.id,
      workSecret: secret,
      bell: this.options.bell,
      privateDir: places.privateDir,
      maxIdleMs: this.options.maxIdleMs,
      toolHost: this.options.isolation.command(places, { network, egress }),
    };
    const worker = new Worker(this.options.supervisor, config, this.options.log);
    this.workers.set(session.id, worker);
    const ending = worker.ended.then((how) => this.ended(session.id, worker, mark, how));
    this.endings.add(ending);
    void ending.finally(() => this.endings.delete(ending));
  }

  stop(session: Pick<SessionRecord, 'id'>, { discard }: { discard: boolean }): Promise<void> {
    return this.inTurn(session.id, async () => {
      await this.workers.get(session.id)?.leave(0);
      await this.options.egress?.close(session.id);
      const directory = this.directoryOf(session.id);
      if (discard) await discardPlaces(directory);
      else await rm(join(directory, MARK), { force: true });
    });
  }

  /**
   * The workers of a predecessor that was killed. They ended with it, since they watch for its end. To be called before anything
   * can start a worker: a mark that is found later may be that of a living one.
   */
  async lostWorkers(): Promise<GoneWorker[]> {
    await mkdir(this.options.root, { recursive: true, mode: 0o711 });
    const lost: GoneWorker[] = [];
    for (const name of await readdir(this.options.root)) {
      const path = join(this.options.root, name, MARK);
      const text = await readFile(path, 'utf8').catch(() => undefined);
      if (text === undefined) continue;
      await rm(path, { force: true });
      const mark = parseMark(text);
      if (mark) lost.push(mark);
    }
    return lost;
  }

  /** Reports them, so that their calls need not wait for a lease to lapse. */
  async reportLost(workers: readonly GoneWorker[]): Promise<void> {
    await Promise.all(workers.map((worker) => this.report(worker, 'the system was restarted')));
  }

  /** Ends all workers, with time to say what became of their calls, and records it. Call it while the API still answers. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.workers.values()].map((worker) => worker.finish(SHUTDOWN_WITHIN_MS)));
    await Promise.all(this.endings);
  }

  private async ended(sessionId: string, worker: Worker, mark: GoneWorker, how: string): Promise<void> {
    await this.inTurn(sessionId, async () => {
      if (this.workers.get(sessionId) !== worker) return;
      this.workers.delete(sessionId);
      await this.options.egress?.close(sessionId);
      await rm(join(this.directoryOf(sessionId), MARK), { force: true });
    });
    if (!worker.dismissed) await this.report(mark, how);
  }

  private async report(mark: GoneWorker, reason: string): Promise<void> {
    try {
      await this.options.workerGone(mark, reason);
    } catch (error) {
      this.options.log(`the end of worker ${mark.id} could not be recorded; its lease will lapse: ${String(error)}`);
    }
  }

  private directoryOf(sessionId: string): string {
    if (!isId('session', sessionId)) throw new Error('not the id of a session');
    return join(this.options.root, sessionId);
  }

  private inTurn<T>(sessionId: string, act: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(sessionId) ?? Promise.resolve()).then(act, act);
    const done = turn
      .catch(() => undefined)
      .finally(() => {
        if (this.turns.get(sessionId) === done) this.turns.delete(sessionId);
      });
    this.turns.set(sessionId, done);
    return turn;
  }
}

/** A `limited` network is none but the way by the gateway. */
function networkOf({ environmentConfig }: SessionRecord): boolean {
  return environmentConfig.type !== 'cloud' || environmentConfig.networking.type === 'unrestricted';
}

function parseMark(text: string): GoneWorker | undefined {
  try {
    return JSON.parse(text) as GoneWorker;
  } catch {
    return undefined;
  }
}

/** One supervisor process. */
class Worker {
  private readonly process: ChildProcessByStdio<Writable, null, Readable>;
  /** Resolves with how the process ended, in words. */
  readonly ended: Promise<string>;
  /** True once its end is nobody's concern any more. */
  dismissed = false;
  private over = false;

  constructor(
    [file, ...args]: readonly [string, ...string[]],
    private readonly config: SupervisorConfig,
    log: (line: string) => void,
  ) {
    const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', LANG: 'C.UTF-8' };
    this.process = spawn(file, args, { cwd: config.privateDir, env, stdio: ['pipe', 'ignore', 'pipe'] });
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.over = true;
        resolve(how);
      };
      this.process.once('exit', (code, signal) => end(`its process ended (${signal ?? code})`));
      this.process.once('error', () => end('its process could not be started'));
    });
    createInterface({ input: this.process.stderr }).on('line', (line) => log(`${config.sessionId}: ${line}`));
    this.process.stdin.on('error', () => undefined);
    this.process.stdin.write(`${JSON.stringify(config)}\n`);
  }

  /** Whether this is the worker that was started for that item with that secret, and it lives. */
  serves(work: WorkRecord, secret: string): boolean {
    return !this.over && !this.dismissed && this.config.workId === work.id && this.config.workSecret === secret;
  }

  /** Makes sure that it is gone: by itself within `graceMs`, or else because its input ends. */
  async leave(graceMs: number): Promise<void> {
    this.dismissed = true;
    if (graceMs > 0 && (await this.endsWithin(graceMs))) return;
    this.process.stdin.end();
    if (await this.endsWithin(LEAVE_WITHIN_MS)) return;
    this.process.kill('SIGKILL');
    await this.ended;
  }

  /** Asks it to finish. Its end is reported as ever. */
  async finish(withinMs: number): Promise<void> {
    this.process.kill('SIGTERM');
    if (!(await this.endsWithin(withinMs))) await this.leave(0);
  }

  private async endsWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([this.ended, late]);
    clearTimeout(timer);
    return this.over;
  }
}
