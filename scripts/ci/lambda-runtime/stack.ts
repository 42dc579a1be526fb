/**
 * The functions as the stack deploys them, in as many deployments as one asks for: each publishes a version of the harness and
 * gives it to the sessions that begin from then on.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FUNCTION_MEMORY_MIB } from '../../../lib/function-memory';
import { SETTINGS } from '../../../runtime/aws/settings';
import { createOfflineModel } from '../../../runtime/local/offline-model';
import type { SandboxOrder } from '../../../runtime/sandbox/container-contract';
import { SandboxApi } from '../../../runtime/sandbox/sandbox-api';
import type { SupervisorConfig } from '../../../runtime/sandbox/supervisor-config';
import { startAwsServices, type AwsServices } from './aws-services';
import { openDatabase, type Database } from './database';
import { startGateway, type Gateway } from './gateway';
import { installedRuntime } from './install';
import { LambdaFunction } from './runtime';

const ROOT = resolve(__dirname, '..', '..', '..');
const HARNESS = 'harness';
const MODEL_KEY_SECRET = 'model-key';
const API_KEY_SECRET = 'api-key';

/** How long each function may take. A stream ends half a minute before: with this, after fifteen seconds. */
const TIMEOUTS_MS = { api: 30_000, stream: 45_000, sweeper: 55_000, 'first-key': 120_000, harness: 900_000 } as const;
type Name = keyof typeof TIMEOUTS_MS;
const MEMORY_MIB: Readonly<Record<Name, number>> = { ...FUNCTION_MEMORY_MIB, 'first-key': 256 };

const DEPLOYED = ['api', 'stream', HARNESS] as const;
type Deployment = Record<(typeof DEPLOYED)[number], LambdaFunction>;

/** A wake that somebody asked for. */
export interface Wake {
  readonly sessionId: string;
  readonly version: string;
}

export class Stack {
  readonly wakes: Wake[] = [];
  /** The revisions of sandboxes that were started. */
  readonly revisions: string[] = [];
  /** Everything that the functions wrote. */
  readonly output: string[] = [];
  private readonly deployments = new Map<string, Deployment>();
  private readonly closers: Array<() => unknown> = [];
  private environment: Record<string, string> = {};
  private services: AwsServices | undefined;
  private gateway: Gateway | undefined;

  private constructor(private readonly database: Database) {}

  static async open(): Promise<Stack> {
    const stack = new Stack(await openDatabase());
    stack.closers.push(() => stack.database.close());
    await stack.start();
    return stack;
  }

  get url(): string {
    return this.gateway?.url ?? '';
  }

  /** Publishes a version: sessions that begin from now on are pinned to it. */
  deploy(version: string): void {
    Object.assign(this.environment, {
      [SETTINGS.harnessVersion]: version,
      [SETTINGS.sandboxTaskDefinition]: `task:${version}`,
      [SETTINGS.sandboxSystemTaskDefinition]: `system-task:${version}`,
    });
    this.deployments.set(version, {
      api: this.function('api'),
      stream: this.function('stream'),
      harness: this.function(HARNESS, version),
    });
  }

  /** Makes the first API key as the deployment does. */
  async makeFirstKey(): Promise<string> {
    const event = {
      RequestType: 'Create',
      ResponseURL: this.services?.url,
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'FirstKey',
      ResourceProperties: { secretArn: API_KEY_SECRET, workspace: 'default' },
    };
    await (await this.function('first-key').invoke(event)).toArray();
    return this.services?.secrets.get(API_KEY_SECRET) ?? '';
  }

  /** The most memory that a process of each function of any deployment took, and what it has, in MiB. */
  async peakMemory(): Promise<Array<{ readonly name: keyof Deployment; readonly took: number; readonly has: number }>> {
    return Promise.all(
      DEPLOYED.map(async (name) => {
        const took = await Promise.all([...this.deployments.values()].map((made) => made[name].peakMemoryMiB()));
        return { name, took: Math.max(...took), has: MEMORY_MIB[name] };
      }),
    );
  }

  async sweep(): Promise<void> {
    await (await this.function('sweeper').invoke({})).toArray();
  }

  async close(): Promise<void> {
    for (const close of this.closers.toReversed()) await close();
  }

  private async start(): Promise<void> {
    const model = await createOfflineModel();
    this.services = await startAwsServices({
      invoke: (_name, version, ref) => {
        this.wakes.push({ sessionId: ref.sessionId, version });
        const wake =
          this.deployments.get(version)?.harness.invoke(ref) ?? Promise.reject(new Error(`no version ${version}`));
        // Nobody reads what an asynchronous invocation answers; but it has ended only when its answer has.
        wake.then(
          (answer) => answer.resume(),
          (error: unknown) => console.error('a wake failed', error),
        );
      },
      runTask: (order, revision) => {
        this.revisions.push(revision);
        this.runWorker(order).catch((error: unknown) => console.error('a worker failed', error));
      },
    });
    this.services.secrets.set(MODEL_KEY_SECRET, 'sk-any');
    this.gateway = await startGateway(() => {
      const latest = [...this.deployments.values()].at(-1);
      if (!latest) throw new Error('nothing is deployed');
      return latest;
    });
    this.closers.push(model.close, this.services.close, this.gateway.close);
    const { endpoint, tables } = this.database;
    this.environment = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: this.services.url,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      [SETTINGS.serviceName]: 'test',
      [SETTINGS.sessionsTable]: tables.sessions,
      [SETTINGS.controlTable]: tables.control,
      [SETTINGS.blobBucket]: 'blobs',
      [SETTINGS.modelKeySecret]: MODEL_KEY_SECRET,
      [SETTINGS.modelBaseUrl]: model.url,
      [SETTINGS.harnessFunction]: HARNESS,
      [SETTINGS.apiUrl]: this.gateway.url,
      [SETTINGS.sandboxCluster]: 'cluster',
      [SETTINGS.sandboxSubnets]: 'subnet-1,subnet-2',
      [SETTINGS.sandboxSecurityGroup]: 'sg-1',
      [SETTINGS.sandboxPublicAddress]: 'true',
      [SETTINGS.sandboxCapacity]: 'FARGATE',
      [SETTINGS.sandboxIdleSeconds]: '60',
    };
  }

  private function(name: Name, version = '$LATEST'): LambdaFunction {
    const made = new LambdaFunction({
      ...installedRuntime(),
      name,
      version,
      directory: join(ROOT, 'dist', 'lambda', name),
      // A published version keeps the variables that it was published with.
      environment: { ...this.environment },
      timeoutMs: TIMEOUTS_MS[name],
      memoryMiB: MEMORY_MIB[name],
      log: (line) => this.note(line),
    });
    this.closers.push(() => made.close());
    return made;
  }

  /** A worker as a child process: what Fargate would run in a container. */
  private async runWorker({ claim, ...order }: SandboxOrder): Promise<void> {
    const { secret: workSecret } = await new SandboxApi(order.baseUrl, claim).claim();
    const directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
    const config: SupervisorConfig = {
      ...order,
      workSecret,
      privateDir: directory,
      toolHost: {
        file: process.execPath,
        args: [join(ROOT, 'dist', 'tool-host.js'), directory],
        env: { PATH: process.env.PATH ?? '', HOME: directory },
        cwd: directory,
      },
    };
    const supervisor = join(ROOT, 'dist', 'supervisor.js');
    const worker = spawn(process.execPath, [supervisor], { stdio: ['pipe', 'ignore', 'pipe'] });
    worker.stdin.write(`${JSON.stringify(config)}\n`);
    worker.stderr.on('data', (text: Buffer) => this.note(`worker: ${text.toString().trimEnd()}`));
    this.closers.push(() => worker.kill('SIGKILL'));
  }

  private note(line: string): void {
    this.output.push(line);
    if (process.env.VERBOSE) console.error(line);
  }
}
