import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DataDirectory, type Connection } from '../../runtime/local/data-directory';

const PROGRAM = resolve(__dirname, '../../dist/managed-agents.js');
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 20;

/**
 * The system as `npm start` runs it: the built program in a process of its own, which can be killed and started again on the
 * same data and port. Everything it keeps lies in one temporary directory.
 */
export class ServerProcess {
  private child: ChildProcess | undefined;
  private port = 0;

  private constructor(
    private readonly root: string,
    private readonly modelUrl: string,
    private readonly nodeArgs: readonly string[],
    private readonly log: WriteStream,
  ) {}

  /** Starts it on a free port. Its model is the Messages API at that address; `nodeArgs` are for Node itself. */
  static async start(modelUrl: string, nodeArgs: readonly string[] = []): Promise<ServerProcess> {
    const root = await mkdtemp(join(tmpdir(), 'managed-agents-process-'));
    // A sandbox's user has to pass through.
    await chmod(root, 0o711);
    const server = new ServerProcess(root, modelUrl, nodeArgs, createWriteStream(join(root, 'server.log')));
    await server.run();
    return server;
  }

  get data(): DataDirectory {
    return new DataDirectory(join(this.root, 'data'));
  }

  get logFile(): string {
    return join(this.root, 'server.log');
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  connection(): Promise<Connection> {
    return readFile(this.data.connectionFile, 'utf8').then((text) => JSON.parse(text) as Connection);
  }

  /** Starts it, and resolves when it serves. */
  async run(): Promise<void> {
    await this.data.removeConnection();
    const args = [
      ...this.nodeArgs,
      PROGRAM,
      'start',
      '--no-sample',
      '--port',
      String(this.port),
      '--data',
      this.data.path,
    ];
    const env = { ...process.env, MODEL_BASE_URL: this.modelUrl, MODEL_API_KEY: 'scripted' };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.pipe(this.log, { end: false });
    child.once('exit', () => {
      if (this.child === child) this.child = undefined;
    });
    this.child = child;
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      const connection = await this.connection().catch(() => undefined);
      if (connection) {
        this.port = Number(new URL(connection.base_url).port);
        return;
      }
      if (this.child !== child) throw new Error(`the server ended at its start; see ${this.logFile}`);
      if (Date.now() > deadline) throw new Error(`the server did not start; see ${this.logFile}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Sends it a signal and waits for its end. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { child } = this;
    if (!child) return;
    const exit = new Promise<void>((done) => child.once('exit', () => done()));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await exit;
    clearTimeout(late);
  }

  /** Ends it for good. With `keep`, its data and log stay for somebody to look at. */
  async close({ keep = false } = {}): Promise<void> {
    await this.end('SIGTERM');
    this.log.end();
    if (!keep) await rm(this.root, { recursive: true, force: true });
  }
}
