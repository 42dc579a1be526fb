import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Handler } from '../http/handler';
import { listenOnSocket } from '../http/node-server';
import type { WorkQueue, WorkspaceArchives } from '../resources/ports';
import type { SandboxOffer } from '../resources/sandbox-offer';
import type { Closing } from './closing';
import { ContainerLauncher } from './container-launcher';
import type { DataDirectory } from './data-directory';
import type { EgressDoors } from './egress-doors';
import { probeIsolation, type Isolation } from './isolation';
import { LocalLauncher } from './launcher';
import type { MachineLauncher } from './machine-launcher';
import { findPrograms } from './programs';
import { WorkspaceFiles } from './workspace-files';

/** How long an idle session keeps its worker. The files stay, and the next call starts another one. */
const SANDBOX_IDLE_MS = 60_000;

export interface SandboxOptions {
  readonly directory: DataDirectory;
  /** The image whose containers sandboxes are; child processes where there is none. */
  readonly image?: string;
  /** The way out of sandboxes that may not have the machine's network. */
  readonly egress: EgressDoors;
  readonly workerGone: WorkQueue['workerGone'];
  readonly log: (line: string) => void;
}

/** The sandboxes of one machine. */
export interface Sandboxes {
  readonly launcher: MachineLauncher;
  /** Where their files are kept, if they do not stay in place. */
  readonly workspaces?: WorkspaceArchives;
  /** What environments may ask of them. */
  readonly offer: SandboxOffer;
  /** How far what the model runs is kept from the machine. */
  readonly isolation: { readonly kind: Isolation['kind'] | 'container'; readonly warning: string | null };
  /** What the server must serve: the API, and what else sandboxes ask for. */
  serve(api: Handler): Handler;
  /** Lets them come to the API, which listens at the URL. */
  connect(handler: Handler, url: string): Promise<void>;
}

/** @throws Error where containers are wanted and cannot be had. */
export function openSandboxes(options: SandboxOptions, closing: Closing): Promise<Sandboxes> {
  return options.image === undefined ? openProcesses(options) : openContainers(options, options.image, closing);
}

async function openProcesses({ directory, egress, workerGone, log }: SandboxOptions): Promise<Sandboxes> {
  const programs = findPrograms();
  const isolation = await probeIsolation(directory.sandboxes, { node: process.execPath, script: programs.toolHost });
  let baseUrl = '';
  const launcher = new LocalLauncher({
    root: directory.sandboxes,
    baseUrl: () => baseUrl,
    supervisor: [process.execPath, programs.supervisor],
    isolation,
    egress,
    maxIdleMs: SANDBOX_IDLE_MS,
    workerGone,
    log,
  });
  return {
    launcher,
    isolation,
    // What cannot be cut off from the machine's network cannot be held to the gateway.
    offer: { limitedNetworks: isolation.cutsNetwork },
    serve: (api) => api,
    connect: async (_handler, url) => void (baseUrl = url),
  };
}

async function openContainers(
  { directory, egress, workerGone, log }: SandboxOptions,
  image: string,
  closing: Closing,
): Promise<Sandboxes> {
  // A path of its own: that of the data may be too long for a socket, and a container sees the whole directory.
  const socketDirectory = await mkdtemp(join(tmpdir(), 'managed-agents-api-'));
  closing.add(() => rm(socketDirectory, { recursive: true, force: true }));
  const apiSocket = join(socketDirectory, 'api.sock');
  const egressDirectory = await mkdtemp(join(tmpdir(), 'managed-agents-egress-'));
  closing.add(() => rm(egressDirectory, { recursive: true, force: true }));
  const workspaces = new WorkspaceFiles(directory.workspaces);
  const launcher = new ContainerLauncher({
    image,
    dataDirectory: directory.path,
    apiSocket,
    egress,
    egressDirectory,
    maxIdleMs: SANDBOX_IDLE_MS,
    workerGone,
    log,
  });
  await launcher.check();
  return {
    launcher,
    workspaces,
    isolation: { kind: 'container', warning: null },
    offer: { limitedNetworks: true },
    serve: (api) => workspaces.before(api),
    async connect(handler) {
      const server = await listenOnSocket(handler, apiSocket);
      closing.add(() => server.close());
    },
  };
}
