import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { ToolError } from '@anthropic-ai/sdk/lib/tools/ToolError';
import { encodeLine, LineSplitter, MAX_REPLY_BYTES, MAX_REQUEST_BYTES, parseReply, type ToolOutput } from './protocol';
import { endProcessesOf } from './processes';
import type { HostCommand } from './supervisor-config';

/** How long a tool host may take to say that it is ready. A machine that starts many at once is slow. */
const READY_WITHIN_MS = 60_000;
/** How long a cancelled call may take to end before the whole host is ended. */
const CANCEL_WITHIN_MS = 5_000;
/** How long a host may take to end by itself, and to stop its shells, once its input has ended. */
const END_WITHIN_MS = 1_000;
/** How much of what the host complains about is kept, to be logged if it dies. */
const COMPLAINT_CHARS = 2_000;

const UNKNOWN_OUTCOME = 'It may or may not have taken effect; check before you repeat it.';

type Host = ChildProcessByStdio<Writable, Readable, Readable>;

interface PendingCall {
  readonly resolve: (output: ToolOutput) => void;
  readonly reject: (error: ToolError) => void;
}

/**
 * The supervisor's end of a tool host. The host is started by the first call, and again by the first call after it died.
 * A call always ends: with the tool's answer, or with an error result that says what is not known.
 */
export class ToolHostProcess {
  private host: RunningHost | undefined;

  constructor(
    private readonly command: HostCommand,
    private readonly log: (line: string) => void,
  ) {}

  /**
   * Runs a tool in the host.
   *
   * @param id the tool use's id, unique among the calls under way.
   * @param signal cancels the call: its commands are killed, and the call ends with an error.
   * @throws ToolError with the tool's own error, or with one that says that the outcome is unknown.
   */
  async call(id: string, name: string, input: unknown, signal: AbortSignal): Promise<ToolOutput> {
    if (this.host && !this.host.alive) await this.host.gone();
    if (!this.host?.alive) this.host = new RunningHost(this.command, this.log);
    return this.host.call(id, name, input, signal);
  }

  /** Ends the host and everything that its calls left running. */
  async stop(): Promise<void> {
    await this.host?.stop();
  }

  /** The same at once, without waiting: for a supervisor that is about to exit. */
  kill(): void {
    this.host?.kill();
  }
}

/** One life of a tool host. */
class RunningHost {
  private readonly process: Host;
  private readonly pending = new Map<string, PendingCall>();
  private readonly ready: Promise<void>;
  private readonly ended: Promise<void>;
  private complaints = '';
  /** Until each of these has ended, it may end whatever its user runs. */
  private readonly killers = new Set<Promise<void>>();
  private announceReady!: () => void;
  alive = true;

  constructor(
    private readonly command: HostCommand,
    private readonly log: (line: string) => void,
  ) {
    const { file, args, env, cwd, uid, gid } = command;
    this.process = spawn(file, args, {
      env: { ...env },
      cwd,
      uid,
      gid,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.ready = new Promise((resolve) => (this.announceReady = resolve));
    this.ended = new Promise((resolve) => {
      this.process.once('close', () => resolve());
      this.process.once('error', () => resolve());
    });
    this.process.once('error', (error) => this.fail(`could not be started: ${error.message}`));
    this.process.once('close', (code, signal) => this.fail(`ended (${signal ?? code})`));
    this.process.stdin.on('error', () => undefined);
    this.process.stderr.on('data', (text) => (this.complaints = (this.complaints + text).slice(-COMPLAINT_CHARS)));
    this.listen();
  }

  async call(id: string, name: string, input: unknown, signal: AbortSignal): Promise<ToolOutput> {
    const line = encodeLine({ type: 'call', id, name, input });
    if (Buffer.byteLength(line) > MAX_REQUEST_BYTES) throw new ToolError(`${name}: the input is too long to be run`);
    await this.waitUntilReady(signal);
    return new Promise((resolve, reject) => {
      let patience: NodeJS.Timeout | undefined;
      const cancel = (): void => {
        this.process.stdin.write(encodeLine({ type: 'cancel', id }));
        patience = setTimeout(() => this.kill(), CANCEL_WITHIN_MS);
      };
      const settle = (): void => {
        clearTimeout(patience);
        signal.removeEventListener('abort', cancel);
        this.pending.delete(id);
      };
      this.pending.set(id, {
        resolve: (output) => (settle(), resolve(output)),
        reject: (error) => (settle(), reject(error)),
      });
      if (!this.alive) return this.abandonCalls();
      this.process.stdin.write(line);
      if (signal.aborted) cancel();
      else signal.addEventListener('abort', cancel, { once: true });
    });
  }

  async stop(): Promise<void> {
    this.process.stdin.end();
    const patience = setTimeout(() => this.kill(), END_WITHIN_MS);
    await this.ended;
    clearTimeout(patience);
    this.kill();
    await this.gone();
  }

  /** Resolves when nothing is left of it, and nobody is about to end what its user runs next. */
  async gone(): Promise<void> {
    await this.ended;
    await Promise.all(this.killers);
  }

  /** Kills the host's process group. With it die the namespaces of an isolated host, and so whatever ran in them. */
  kill(): void {
    const { pid } = this.process;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
    if (this.command.ownsUser) this.killUser();
  }

  /** Without namespaces a command can leave the process group, but not its user. */
  private killUser(): void {
    const { uid, gid } = this.command;
    if (uid === undefined || uid === 0) return;
    const process = spawn('/bin/kill', ['-KILL', '-1'], { uid, gid, stdio: 'ignore', env: {} });
    const killer = new Promise<void>((resolve) => {
      process.once('close', () => resolve());
      process.once('error', () => {
        endProcessesOf(uid);
        resolve();
      });
    });
    this.killers.add(killer);
    void killer.finally(() => this.killers.delete(killer));
  }

  private async waitUntilReady(signal: AbortSignal): Promise<void> {
    const late = AbortSignal.timeout(READY_WITHIN_MS);
    const stop = AbortSignal.any([signal, late]);
    const stopped = new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([this.ready, this.ended, stopped]);
    if (signal.aborted) throw new ToolError('The call was stopped before it began.');
    if (late.aborted) this.kill();
    if (late.aborted || !this.alive) throw new ToolError('The sandbox could not be started, so the call did not run.');
  }

  private listen(): void {
    const lines = new LineSplitter(MAX_REPLY_BYTES);
    this.process.stdout.on('data', (chunk: Buffer) => {
      try {
        for (const line of lines.push(chunk)) this.take(line);
      } catch (error) {
        this.log(`the tool host was ended: ${String(error)}`);
        this.kill();
      }
    });
  }

  private take(line: string): void {
    const reply = parseReply(line);
    if (reply?.type === 'ready') this.announceReady();
    if (reply?.type !== 'result') return;
    const call = this.pending.get(reply.id);
    if (reply.isError) call?.reject(new ToolError(reply.output));
    else call?.resolve(reply.output);
  }

  private fail(how: string): void {
    if (!this.alive) return;
    this.alive = false;
    if (this.complaints || this.pending.size > 0) this.log(`the tool host ${how}: ${JSON.stringify(this.complaints)}`);
    this.abandonCalls();
  }

  private abandonCalls(): void {
    const error = new ToolError(`The sandbox's tool process died while the call ran. ${UNKNOWN_OUTCOME}`);
    for (const call of this.pending.values()) call.reject(error);
  }
}
