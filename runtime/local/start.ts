import { setTimeout as pause } from 'node:timers/promises';
import { systemIds } from '../contract/ids';
import { MICROS_PER_SECOND, systemClock, type Micros } from '../contract/time';
import { sweep, type SweeperDeps } from '../handlers/sweeper';
import { createHarness } from '../harness/wake';
import { createHandler } from '../http/handler';
import { createMcpClient } from '../mcp/client';
import { traitsOf } from '../model/traits';
import { Keys } from '../resources/keys';
import type { ResourceDeps, WorkQueue } from '../resources/ports';
import { observedLauncher } from '../resources/observed-launcher';
import { forgetSession } from '../resources/session-clearing';
import { createWorkQueue } from '../resources/work-queue';
import type { Log } from '../telemetry/log';
import { AdminSocket } from './admin-socket';
import { announceChanges, LocalChangeHints } from './change-hints';
import { Closing } from './closing';
import { DataDirectory, type Connection } from './data-directory';
import { Invoker } from './invoker';
import { listenNear } from './listen';
import { localApiKey } from './local-api-key';
import { openModel, type ModelChoice } from './model-choice';
import { openStore } from './open-store';
import { openSandboxes, type Sandboxes } from './sandboxes';
import { rememberKeys } from './remembered-keys';
import { SweeperLoop } from './sweeper-loop';
import { openTelling, type TellingOptions } from './telling';
import { openBoundary } from './boundary';

export interface LocalOptions extends TellingOptions {
  /** Where everything is kept. One process at a time can have it. */
  readonly dataDirectory: string;
  /** Where to listen on 127.0.0.1; 0 takes a free port. */
  readonly port: number;
  /** Whether to fail where the port is taken, instead of taking a free one. @default true */
  readonly portIsFixed?: boolean;
  readonly model: ModelChoice;
  /** The image whose containers sandboxes are. @default none: they are child processes */
  readonly sandboxImage?: string;
  /** Hosts that MCP calls, credentials and sandboxes behind the gateway may reach although they are private, or speak `http`. @default none */
  readonly privateHosts?: readonly string[];
}

/** A running system. */
export interface LocalSystem {
  readonly connection: Connection;
  /** For a person: who answers. */
  readonly modelDescription: string;
  /** How far what the model runs is kept from the machine. */
  readonly isolation: Sandboxes['isolation'];
  /**
   * Stops cleanly: nothing new is taken, streams end, wakes let go of their threads, sandboxes stop, the database closes. The
   * next start goes on with what was under way.
   */
  close(): Promise<void>;
}

const SWEEP_EVERY_MS = 1_000;
const FIRST_SWEEP_AHEAD: Micros = 60 * MICROS_PER_SECOND;
/** How long a wake may take to let go when the process ends. After that its lease lapses instead. */
const RELEASE_MS = 5_000;

/**
 * Starts the whole system in this process: what the stack deploys as functions, a database and containers, here over an
 * embedded database, an invoker, child processes and a loop.
 *
 * @throws Error when the data are in use, or the port is.
 */
export async function startLocal(options: LocalOptions): Promise<LocalSystem> {
  const closing = new Closing();
  try {
    return await compose(options, closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function compose(options: LocalOptions, closing: Closing): Promise<LocalSystem> {
  const telling = openTelling(options, options.model.type, closing);
  const { log } = telling;
  const parts = await openParts(options, closing, telling);
  const { directory, store, sandboxes, invoker, workQueue, deps } = parts;
  const { launcher } = sandboxes;
  const lostWorkers = await launcher.lostWorkers();
  const handler = sandboxes.serve(createHandler(deps, { rememberKeysFor: 0 }));
  const server = await listenNear(handler, options.port, options.portIsFixed ?? true);
  closing.add(() => server.close());
  await sandboxes.connect(handler, server.url);
  closing.add(() => launcher.close());
  closing.add(() => invoker.close(RELEASE_MS));
  const recovery = launcher.reportLost(lostWorkers);
  closing.add(() => recovery);
  const forget: SweeperDeps['forget'] = (session, now) => forgetSession({ store, workQueue }, session, now);
  const sweeper = createSweeper({ due: store.due, waker: invoker, workQueue, vault: deps.vault, forget }, log);
  sweeper.start();
  closing.add(() => sweeper.close());

  const keys = new Keys(deps);
  const connection = { base_url: server.url, api_key: await localApiKey(directory, keys, store.keys) };
  await openAdminSocket(directory, keys, closing, log);
  await directory.writeConnection(connection);
  closing.add(() => directory.removeConnection());
  return {
    connection,
    modelDescription: parts.modelDescription,
    isolation: sandboxes.isolation,
    close: () => closing.close(),
  };
}

/** Everything behind the API. The parts know each other in a circle (a wake needs a sandbox, whose end needs a wake). */
async function openParts(options: LocalOptions, closing: Closing, { log, observe }: ReturnType<typeof openTelling>) {
  const say = (message: string): void => log({ level: 'warn', message });
  const directory = new DataDirectory(options.dataDirectory);
  const opened = await openStore(directory);
  closing.add(opened.close);
  const hints = new LocalChangeHints();
  const announcing = announceChanges(opened.store, hints);
  const store = { ...announcing, keys: rememberKeys(announcing.keys, systemClock) };
  const model = await openModel(options.model, closing);
  const workerGone: WorkQueue['workerGone'] = (...gone) => workQueue.workerGone(...gone);
  const { vault, egress } = await openBoundary(directory, store, {
    privateHosts: options.privateHosts ?? [],
    log: say,
  });
  closing.add(() => egress.closeAll());
  const image = options.sandboxImage;
  const sandboxes = await openSandboxes({ directory, image, egress, workerGone, log: say }, closing);
  const invoker = new Invoker({
    run: (ref, invocation) => harness.wake(ref, invocation),
    clock: systemClock,
    onError: ({ sessionId, threadId }, error, final) => {
      const fields = { session_id: sessionId, thread_id: threadId };
      if (final) log({ level: 'error', message: 'a wake failed for good', fields, error });
      else log({ level: 'info', message: 'a wake will be tried again', fields, error });
    },
  });
  const deps: ResourceDeps = {
    vault,
    store,
    waker: invoker,
    hints,
    clock: systemClock,
    ids: systemIds,
    model: model.provider,
    launcher: observedLauncher(sandboxes.launcher, observe),
    sandboxes: sandboxes.offer,
    workspaces: sandboxes.workspaces,
    observe,
  };
  const workQueue = createWorkQueue(deps);
  const harness = createHarness({
    ...deps,
    log: store.log,
    sessions: store.sessions,
    traits: traitsOf,
    workQueue,
    mcp: createMcpClient({ broker: vault, privateHosts: options.privateHosts ?? [] }),
    sleep: (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined),
  });
  return {
    directory,
    store,
    sandboxes,
    invoker,
    workQueue,
    deps,
    modelDescription: model.description,
  };
}

/**
 * The first sweep looks ahead: what the last process took in just before it ended is not due yet, and the wakes that it would
 * have had died with it. A wake too early does no harm, and work that has not lapsed is left alone.
 */
function createSweeper(swept: Omit<SweeperDeps, 'clock' | 'onError'>, log: Log): SweeperLoop {
  const onError: SweeperDeps['onError'] = ({ kind }, error) =>
    log({ level: 'error', message: 'a due item could not be handled', fields: { kind }, error });
  let ahead = FIRST_SWEEP_AHEAD;
  const clock = { now: () => systemClock.now() + ahead };
  return new SweeperLoop(
    async () => {
      await sweep({ ...swept, clock, onError });
      ahead = 0;
    },
    SWEEP_EVERY_MS,
    (error) => log({ level: 'error', message: 'a sweep failed', error }),
  );
}

async function openAdminSocket(directory: DataDirectory, keys: Keys, closing: Closing, log: Log): Promise<void> {
  if (directory.adminSocket === undefined) {
    const message =
      'the path of the data directory is too long for a socket: keys can be managed only while no server runs';
    return log({ level: 'warn', message });
  }
  const socket = await AdminSocket.listen(directory.adminSocket, keys);
  closing.add(() => socket.close());
}
