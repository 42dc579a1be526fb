/**
 * Functions under the official Lambda runtime client: processes of Node 24 that ask this server for invocations, as they ask
 * Lambda. Only the three routes that the client uses are here.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';

/** What Lambda gives Node's heap of a function's memory: its old objects, and each half of the place where objects are made. */
const OLD_SPACE_SHARE = 0.9;
const SEMI_SPACE_SHARE = 0.05;

const heapFlags = (memoryMiB: number): string[] => [
  `--max-old-space-size=${Math.floor(memoryMiB * OLD_SPACE_SHARE)}`,
  `--max-semi-space-size=${Math.floor(memoryMiB * SEMI_SPACE_SHARE)}`,
];

export interface FunctionOptions {
  readonly name: string;
  readonly version: string;
  /** The directory of the bundle. */
  readonly directory: string;
  readonly node: string;
  /** The script of the runtime client. */
  readonly client: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** What the function may take. Its heap is bounded as on Lambda, so that it collects its garbage in time; nothing stops the rest. */
  readonly memoryMiB: number;
  /** Told of what the function writes. */
  readonly log: (line: string) => void;
}

/** A function: as many environments as it has invocations at once, each kept for the next. */
export class LambdaFunction {
  private readonly environments: Environment[] = [];

  constructor(private readonly options: FunctionOptions) {}

  /** Resolves when the function begins to answer, with its answer as it comes. Rejects when it fails. */
  async invoke(event: unknown): Promise<Readable> {
    let free = this.environments.find(({ idle }) => idle);
    if (!free) {
      free = new Environment(this.options);
      this.environments.push(free);
    }
    return free.invoke(event);
  }

  /** The most that an environment of it ever held, in MiB: what Lambda reports as the memory used. */
  async peakMemoryMiB(): Promise<number> {
    return Math.max(0, ...(await Promise.all(this.environments.map((environment) => environment.peakMemoryMiB()))));
  }

  async close(): Promise<void> {
    await Promise.all(this.environments.map((environment) => environment.close()));
  }
}

interface Invocation {
  readonly id: string;
  readonly event: string;
  readonly resolve: (answer: Readable) => void;
  readonly reject: (error: Error) => void;
}

/** One execution environment: a process, and the server that it asks. */
class Environment {
  private readonly server: Server;
  private readonly started: Promise<ChildProcess>;
  private asking: ServerResponse | undefined;
  private waiting: Invocation | undefined;
  private current: Invocation | undefined;
  private closed = false;

  constructor(private readonly options: FunctionOptions) {
    this.server = createServer((request, response) => this.serve(request, response));
    this.started = this.start();
  }

  get idle(): boolean {
    return !this.waiting && !this.current && !this.closed;
  }

  invoke(event: unknown): Promise<Readable> {
    return new Promise((resolve, reject) => {
      this.waiting = { id: randomUUID(), event: JSON.stringify(event), resolve, reject };
      this.handOut();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    (await this.started).kill('SIGKILL');
    this.server.closeAllConnections();
    this.server.close();
  }

  /** None once the process has ended. */
  async peakMemoryMiB(): Promise<number> {
    const { pid } = await this.started;
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    return Math.ceil(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1_024);
  }

  private async start(): Promise<ChildProcess> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const { port } = this.server.address() as AddressInfo;
    const { name, version, node, client, directory, environment, memoryMiB } = this.options;
    const child = spawn(node, [...heapFlags(memoryMiB), client, 'index.handler'], {
      cwd: directory,
      env: {
        PATH: process.env.PATH,
        ...environment,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
        LAMBDA_TASK_ROOT: directory,
        _HANDLER: 'index.handler',
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_VERSION: version,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMiB),
        AWS_LAMBDA_LOG_GROUP_NAME: name,
        AWS_LAMBDA_LOG_STREAM_NAME: name,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const output of [child.stdout, child.stderr]) {
      output.on('data', (text: Buffer) => this.options.log(`${name}: ${text.toString().trimEnd()}`));
    }
    child.once('exit', (code) => this.fail(`the runtime ended with ${code}`));
    return child;
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    if (path.endsWith('/invocation/next')) {
      this.asking = response;
      this.handOut();
    } else if (path.endsWith('/response')) {
      request.once('end', () => {
        this.current = undefined;
        response.writeHead(202).end('{}');
      });
      this.current?.resolve(request);
    } else {
      void this.refused(request, response);
    }
  }

  /** Both `/invocation/ID/error` and `/init/error`. */
  private async refused(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await new Response(request as unknown as ReadableStream).text();
    response.writeHead(202).end('{}');
    this.fail(text);
  }

  private fail(reason: string): void {
    const failed = this.current ?? this.waiting;
    this.current = undefined;
    this.waiting = undefined;
    failed?.reject(new Error(`${this.options.name}: ${reason}`));
  }

  private handOut(): void {
    const { asking, waiting } = this;
    if (!asking || !waiting) return;
    this.asking = undefined;
    this.waiting = undefined;
    this.current = waiting;
    asking
      .writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': waiting.id,
        'lambda-runtime-deadline-ms': String(Date.now() + this.options.timeoutMs),
        'lambda-runtime-invoked-function-arn': `arn:aws:lambda:us-east-1:000000000000:function:${this.options.name}`,
      })
      .end(waiting.event);
  }
}
