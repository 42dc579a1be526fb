import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { hashOfSecret } from '../resources/keys';
import type { GoneWorker, WorkQueue } from '../resources/ports';
import {
  API_SOCKET,
  changesSystem,
  EGRESS_SOCKET,
  INSTALLER_CAPABILITIES,
  ORDER_VARIABLE,
  STOP_WITHIN_SECONDS,
  SUPERVISOR_CAPABILITIES,
  type SandboxOrder,
} from '../sandbox/container-contract';
import type { WorkRecord } from '../store/work-ports';
import type { SessionRecord } from '../store/records';
import type { EgressDoors } from './egress-doors';
import type { MachineLauncher } from './machine-launcher';

export interface ContainerLauncherOptions {
  /** The image that `image/Dockerfile` makes. */
  readonly image: string;
  /** What this system is known by among others of the machine. */
  readonly dataDirectory: string;
  /** The socket on which the API listens. Its directory holds nothing else: the container sees all of it. */
  readonly apiSocket: string;
  /** The way out of sandboxes that may not have the machine's network. */
  readonly egress: EgressDoors;
  /** A directory for the doors of sandboxes, which nobody else can enter. */
  readonly egressDirectory: string;
  /** A worker ends when its session has been idle for so long. */
  readonly maxIdleMs: number;
  /** Told of a worker that ended without having been asked to. */
  readonly workerGone: WorkQueue['workerGone'];
  readonly log: (line: string) => void;
}

const ENGINE = 'podman';
/** What one sandbox may use: that of the stack's default sandbox, and so many processes and threads. */
const LIMITS = ['--cpus=1', '--memory=2g', '--memory-swap=2g', '--pids-limit=2560'] as const;
/** Tells the containers of one system from all others of a machine, and whose worker each is. */
const SYSTEM_LABEL = 'managed-agents';
const WORKER_LABEL = 'managed-agents.worker';
/** For a container whose session does not want it any more. */
const LEAVE_WITHIN_SECONDS = 2;

const engine = (...args: string[]): Promise<{ stdout: string }> => promisify(execFile)(ENGINE, args);

/**
 * Starts the workers of `cloud` environments as containers, confined as the stack's tasks are: the root read-only, none of
 * root's rights but those that the supervisor needs, no way to more of them. A `limited` network is none but the way by the
 * egress gateway; that and the API are reached through sockets.
 */
export class ContainerLauncher implements MachineLauncher {
  readonly startsByClaim = true;
  private readonly label: string;
  private readonly running = new Map<string, Container>();
  /** Ends of workers that are being recorded. */
  private readonly endings = new Set<Promise<void>>();

  constructor(private readonly options: ContainerLauncherOptions) {
    this.label = `${SYSTEM_LABEL}=${createHash('sha256').update(options.dataDirectory).digest('hex').slice(0, 16)}`;
  }

  /** @throws Error that says what is missing for containers to be started. */
  async check(): Promise<void> {
    try {
      await engine('image', 'inspect', this.options.image);
    } catch (error) {
      const { code, stderr } = error as { code?: unknown; stderr?: string };
      if (code === 'ENOENT')
        throw new Error('Sandboxes in containers need podman, which is not here', { cause: error });
      throw new Error(`podman has no image ${this.options.image}: ${stderr?.trim()}`, { cause: error });
    }
  }

  async start(work: WorkRecord, session: SessionRecord, claim: string): Promise<undefined> {
    const previous = this.running.get(session.id);
    if (previous?.serves(work, claim)) return;
    await previous?.stop(0);
    const egress = await this.options.egress.open(session, join(this.options.egressDirectory, session.id));
    const order: SandboxOrder = {
      baseUrl: `unix:${API_SOCKET}`,
      environmentId: work.environmentId,
      workId: work.id,
      sessionId: session.id,
      claim,
      maxIdleMs: this.options.maxIdleMs,
      ...(egress ? { egress: { socket: EGRESS_SOCKET } } : {}),
    };
    const { workspace, environmentId, id } = work;
    const mark: GoneWorker = { workspace, environmentId, id, sessionTokenHash: hashOfSecret(claim) };
    const container = new Container(order, this.argsFor(session, mark, egress?.directory), this.options.log);
    this.running.set(session.id, container);
    const ending = container.ended.then((code) => this.ended(container, mark, code));
    this.endings.add(ending);
    void ending.finally(() => this.endings.delete(ending));
  }

  async stop({ id }: Pick<SessionRecord, 'id'>): Promise<void> {
    await this.running.get(id)?.stop(LEAVE_WITHIN_SECONDS);
  }

  async lostWorkers(): Promise<GoneWorker[]> {
    const format = `{{.ID}} {{index .Labels "${WORKER_LABEL}"}}`;
    const { stdout } = await engine('ps', '--all', '--filter', `label=${this.label}`, '--format', format);
    const found = stdout.split('\n').filter(Boolean);
    const ids = found.map((line) => line.split(' ')[0] ?? '');
    if (ids.length > 0) await engine('rm', '--force', '--volumes', '--time', '0', ...ids);
    return found.flatMap((line) => parseMark(line.split(' ')[1] ?? ''));
  }

  async reportLost(workers: readonly GoneWorker[]): Promise<void> {
    await Promise.all(workers.map((worker) => this.report(worker, 'the system was restarted')));
  }

  async close(): Promise<void> {
    await Promise.all([...this.running.values()].map((container) => container.stop(STOP_WITHIN_SECONDS, false)));
    await Promise.all(this.endings);
  }

  private argsFor(session: SessionRecord, mark: GoneWorker, egress: string | undefined): string[] {
    const installs = changesSystem(session);
    const rights = installs ? [...SUPERVISOR_CAPABILITIES, ...INSTALLER_CAPABILITIES] : SUPERVISOR_CAPABILITIES;
    return [
      ['--rm', '--init', '--label', this.label, '--label', `${WORKER_LABEL}=${encodeMark(mark)}`, ...LIMITS],
      ['--cap-drop=all', `--cap-add=${rights.join(',')}`, '--security-opt=no-new-privileges'],
      installs ? [] : ['--read-only', '--read-only-tmpfs=false'],
      egress === undefined && hasNetwork(session) ? [] : ['--network=none'],
      egress === undefined ? [] : ['--volume', `${egress}:${dirname(EGRESS_SOCKET)}:ro`],
      ['--volume', `${dirname(this.options.apiSocket)}:${dirname(API_SOCKET)}:ro`],
      ['--env', ORDER_VARIABLE, this.options.image],
    ].flat();
  }

  private async ended(container: Container, mark: GoneWorker, code: number | null): Promise<void> {
    const { sessionId } = container.order;
    if (this.running.get(sessionId) === container) {
      this.running.delete(sessionId);
      await this.options.egress.close(sessionId);
    }
    if (!container.dismissed) await this.report(mark, `its container ended (${code})`);
  }

  private async report(mark: GoneWorker, reason: string): Promise<void> {
    try {
      await this.options.workerGone(mark, reason);
    } catch (error) {
      this.options.log(`the end of worker ${mark.id} could not be recorded; its lease will lapse: ${String(error)}`);
    }
  }
}

const encodeMark = (mark: GoneWorker): string => Buffer.from(JSON.stringify(mark)).toString('base64url');

function parseMark(text: string): GoneWorker[] {
  try {
    return [JSON.parse(Buffer.from(text, 'base64url').toString()) as GoneWorker];
  } catch {
    return [];
  }
}

function hasNetwork({ environmentConfig }: SessionRecord): boolean {
  return environmentConfig.type === 'cloud' && environmentConfig.networking.type === 'unrestricted';
}

/** One container, and the process of the engine that waits for it. */
class Container {
  private readonly name: string;
  /** Resolves with the exit code; null when the engine could not be started. */
  readonly ended: Promise<number | null>;
  /** True once its end is nobody's concern any more. */
  dismissed = false;
  private over = false;

  constructor(
    readonly order: SandboxOrder,
    args: readonly string[],
    log: (line: string) => void,
  ) {
    const { sessionId, claim } = order;
    this.name = `${sessionId}-${hashOfSecret(claim).slice(0, 12)}`;
    const client = spawn(ENGINE, ['run', '--name', this.name, ...args], {
      // Not among the arguments, which every user of the machine can read.
      env: { ...process.env, [ORDER_VARIABLE]: JSON.stringify(order) },
      stdio: ['ignore', 'ignore', 'pipe'],
      // Ctrl-C in the terminal is for this process alone: containers are stopped one after the other's last words.
      detached: true,
    });
    createInterface({ input: client.stderr }).on('line', (line) => log(`${sessionId}: ${line}`));
    this.ended = new Promise((resolve) => {
      const end = (code: number | null): void => {
        this.over = true;
        resolve(code);
      };
      client.once('exit', end);
      client.once('error', () => end(null));
    });
  }

  /** Whether this is the container that was started for that item with that claim, and it runs. */
  serves(work: WorkRecord, claim: string): boolean {
    return !this.over && !this.dismissed && this.order.workId === work.id && this.order.claim === claim;
  }

  /** Makes sure that it is gone: by itself within the seconds, or else killed. */
  async stop(withinSeconds: number, dismiss = true): Promise<void> {
    this.dismissed ||= dismiss;
    while (!this.over) {
      // Right after its start there may be none yet that could be stopped.
      await engine('stop', '--time', String(withinSeconds), this.name).catch(() => undefined);
      await Promise.race([this.ended, new Promise((resolve) => setTimeout(resolve, 200))]);
    }
  }
}
