/**
 * The service put together as the stack deploys it, on one machine: an API, a stream and a harness function, each with a
 * database client of its own, so that what each uses can be told apart, and no hints between them. Only the database, the
 * sandboxes and the invoker are local.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { primaryThreadOf, systemIds } from '../runtime/contract/ids';
import { systemClock } from '../runtime/contract/time';
import { createHarness, type Harness } from '../runtime/harness/wake';
import { createBellDoor, type BellDoor } from '../runtime/http/bell-door';
import { createHandler, type Handler } from '../runtime/http/handler';
import { listen, type RunningServer } from '../runtime/http/node-server';
import { createFileBlobs } from '../runtime/local/blobs';
import { Invoker } from '../runtime/local/invoker';
import { probeIsolation } from '../runtime/local/isolation';
import { LocalLauncher } from '../runtime/local/launcher';
import { findPrograms } from '../runtime/local/programs';
import { createAnthropicModel } from '../runtime/model/anthropic';
import type { ModelProvider } from '../runtime/model/port';
import { createMcpClient } from '../runtime/mcp/client';
import { traitsOf } from '../runtime/model/traits';
import { Keys, SECRET_PREFIXES } from '../runtime/resources/keys';
import type { ResourceDeps } from '../runtime/resources/ports';
import { createWorkQueue } from '../runtime/resources/work-queue';
import type { ChangeHints, Store } from '../runtime/store/ports';
import type { SessionRecord } from '../runtime/store/records';
import { sessionRecord } from '../test/support/decisions';
import { BellGateway } from '../test/support/bell-gateway';
import { serveDynamo } from '../test/support/dynamo-server';
import { RequestCounter } from './counted-dynamo';
import { CountedFunction, lessUsed, NOTHING_USED, type Used } from './counted-function';

/**
 * The functions of the stack, the stream function apart for clients and for the workers in sandboxes, and the API's apart for what
 * workers look up by themselves.
 */
const FUNCTIONS = ['api', 'worker looks', 'client stream', 'worker stream', 'bell', 'harness', 'sweeper'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export interface StackOptions {
  /** Who answers. @default - a model that says "Fine." at once */
  readonly modelUrl?: string;
  /** Whether a thread that is to be woken is, as in the stack, or whoever measures does it. */
  readonly wakes: 'by invoker' | 'by hand';
}

const WORKSPACE = 'default';
const SANDBOX_IDLE_MS = 300_000;
const CLOSE_MS = 5_000;
const STREAM = /\/stream$/;

/** Nobody tips anybody: as between functions. */
const NO_HINTS: ChangeHints = {
  changed: () => undefined,
  mark: () => 0,
  pace: (ms) => ms,
  wait: (_threadId, forMs, signal) => pause(forMs, undefined, { signal }).catch(() => undefined),
};

const FINE: ModelProvider = {
  respond: async () => ({
    blocks: [{ type: 'text', text: 'Fine.', citations: null }],
    stopReason: 'end_turn',
    stopDetails: null,
    usage: { inputTokens: 900, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0, webSearches: 0 },
  }),
  models: async () => [],
};

/** The whole, open. */
export class Stack {
  readonly ids = systemIds;

  private constructor(
    private readonly functions: ReadonlyMap<FunctionName, CountedFunction>,
    private readonly bell: BellGateway,
    readonly harness: Harness,
    readonly deps: ResourceDeps,
    readonly server: RunningServer,
    readonly apiKey: string,
    private readonly closers: readonly (() => unknown)[],
  ) {}

  static async open({ modelUrl, wakes }: StackOptions): Promise<Stack> {
    const directory = await mkdtemp(join(tmpdir(), 'bench-'));
    const dynamo = await serveDynamo();
    const blobs = createFileBlobs(join(directory, 'blobs'));
    const counter = new RequestCounter(dynamo.tables);
    const functions = new Map(FUNCTIONS.map((name) => [name, new CountedFunction(dynamo, counter, blobs)]));
    const of = (name: FunctionName): CountedFunction => {
      const found = functions.get(name);
      if (!found) throw new Error(`There is no function ${name}`);
      return found;
    };
    const bell = await BellGateway.open(countedDoor(of('bell')));
    const model = modelUrl === undefined ? FINE : createAnthropicModel({ apiKey: 'scripted', baseURL: modelUrl });

    const invoker = new Invoker({
      run: async (ref, invocation) => {
        const end = of('harness').begin();
        await harness.wake(ref, invocation).finally(end);
      },
      clock: systemClock,
      onError: (_ref, error) => console.error('a wake failed', error),
    });
    const programs = findPrograms();
    const sandboxes = join(directory, 'sandboxes');
    const launcher = new LocalLauncher({
      root: sandboxes,
      baseUrl: () => server.url,
      supervisor: [process.execPath, programs.supervisor],
      isolation: await probeIsolation(sandboxes, { node: process.execPath, script: programs.toolHost }),
      bell: bell.url,
      maxIdleMs: SANDBOX_IDLE_MS,
      workerGone: async () => undefined,
      log: (line) => console.error(line),
    });
    const depsOf = (name: FunctionName): ResourceDeps => ({
      store: of(name).store,
      waker: wakes === 'by hand' ? { wake: async () => undefined } : invoker,
      hints: NO_HINTS,
      clock: systemClock,
      ids: systemIds,
      model,
      launcher,
    });
    const harness = createHarness({
      ...depsOf('harness'),
      log: of('harness').store.log,
      sessions: of('harness').store.sessions,
      traits: traitsOf,
      workQueue: createWorkQueue(depsOf('harness')),
      mcp: createMcpClient({ privateHosts: [] }),
      bell: bell.bell,
      sleep: (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined),
    });
    const server = await listen(gateway(of, depsOf), { port: 0 });
    const { secret } = await new Keys(depsOf('api')).createApiKey(WORKSPACE);
    return new Stack(functions, bell, harness, depsOf('api'), server, secret, [
      // Sandboxes end by asking the API to stop their work.
      () => launcher.close(),
      () => server.close(),
      () => bell.close(),
      () => invoker.close(CLOSE_MS),
      () => dynamo.close(),
      () => rm(directory, { recursive: true, force: true }),
    ]);
  }

  get store(): Store {
    return this.deps.store;
  }

  /** What a function has used so far. */
  used(name: FunctionName): Used {
    const used = this.functions.get(name)?.used ?? NOTHING_USED;
    if (name !== 'bell') return used;
    const { connectionMs, messages } = this.bell.used;
    return { ...used, connectionMs, messages };
  }

  usedSince(name: FunctionName, before: Used): Used {
    return lessUsed(this.used(name), before);
  }

  /** What all of them have used so far. */
  usedByAll(): ReadonlyMap<FunctionName, Used> {
    return new Map(FUNCTIONS.map((name) => [name, this.used(name)]));
  }

  /** A session as a record, without the API: its agent has the whole toolset. */
  async newSession(): Promise<SessionRecord> {
    const id = systemIds.make('session');
    const session = sessionRecord({ id, workspace: WORKSPACE, threadId: primaryThreadOf(id) });
    await this.store.sessions.create(session);
    return session;
  }

  /** The store of a function, for work that counts as its own. */
  depsOf(name: FunctionName): Pick<ResourceDeps, 'store'> & { begin(): () => void } {
    const found = this.functions.get(name);
    if (!found) throw new Error(`There is no function ${name}`);
    return { store: found.store, begin: () => found.begin() };
  }

  async close(): Promise<void> {
    for (const close of this.closers) await close();
  }
}

/** The function that lets sandboxes connect. */
function countedDoor(counted: CountedFunction): BellDoor {
  const door = createBellDoor({ store: counted.store, clock: systemClock });
  return (headers, connection) => {
    const end = counted.begin();
    return door(headers, connection).finally(end);
  };
}

/** API Gateway's part: streams go to the one function, everything else to the other. */
function gateway(of: (name: FunctionName) => CountedFunction, depsOf: (name: FunctionName) => ResourceDeps): Handler {
  const handlers = new Map(FUNCTIONS.map((name) => [name, createHandler(depsOf(name))]));
  return async (request) => {
    const isWorker = request.headers.get('authorization')?.includes(SECRET_PREFIXES.session_token) ?? false;
    const isStream = STREAM.test(new URL(request.url).pathname);
    const isLook = isWorker && request.method === 'GET';
    const name: FunctionName = isStream
      ? isWorker
        ? 'worker stream'
        : 'client stream'
      : isLook
        ? 'worker looks'
        : 'api';
    const end = of(name).begin();
    const response = await handlers.get(name)?.(request);
    if (!response) throw new Error(`There is no handler for ${name}`);
    if (!isStream || !response.body) {
      end();
      return response;
    }
    return new Response(endingWith(response.body, end), response);
  };
}

/** The same bytes; `end` is called when the last one was read, or nobody wants any more. */
function endingWith(body: ReadableStream<Uint8Array>, end: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const next = await reader.read();
      if (!next.done) return controller.enqueue(next.value);
      end();
      controller.close();
    },
    async cancel(reason) {
      end();
      await reader.cancel(reason);
    },
  });
}
