import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ToolError } from '@anthropic-ai/sdk/lib/tools/ToolError';
import { fetchArchive } from './archive-transfer';
import { PRIVATE_DIRECTORY, WORKSPACE } from './container-contract';
import { takeNewest } from './kept-files';
import { installPackages, type InstallEnvironments } from './package-install';
import type { Packages } from './package-plan';
import type { SandboxApi } from './sandbox-api';
import type { SandboxSurroundings } from './supervisor';
import { asToolsUser } from './tools-user';
import { pack, unpack, type AsToolsUser } from './workspace-archive';

/** What an archive may have, before it is offered to a server that may want less. */
const MAX_ARCHIVE_BYTES = 4 * 1024 ** 3;
const RESTORE_WITHIN_MS = 5 * 60_000;
const SAVE_WITHIN_MS = 5 * 60_000;
/** How long a call waits for the sandbox to be ready. It is told to come again well before its own time is up. */
const CALL_WAITS_MS = 100_000;

const NOT_READY = 'The sandbox is still being prepared, so the call did not run. Try again.';

export interface ContainerSurroundingsOptions {
  readonly api: Pick<SandboxApi, 'sources' | 'upload'>;
  readonly packages: Packages | null;
  readonly environments?: InstallEnvironments;
  readonly log: (line: string) => void;
  /** @default the container's own */
  readonly place?: Place;
}

/** Where the tools work, who they are, and where nothing of theirs can look. */
export interface Place {
  readonly workspace: string;
  readonly as: AsToolsUser;
  readonly privateDirectory: string;
}

const CONTAINER: Place = { workspace: WORKSPACE, as: asToolsUser, privateDirectory: PRIVATE_DIRECTORY };

/**
 * What is around the tools of a container: the session's files, which come when it starts and are saved when it goes, and the
 * packages of its environment. Both are seen to while the supervisor serves already, so that its lease is held.
 */
export class ContainerSurroundings implements SandboxSurroundings {
  private readonly end = new AbortController();
  private readonly place: Place;
  private restored: Promise<void> = Promise.resolve();
  private installed: Promise<void> = Promise.resolve();
  /** Its files could not be had. The next call tries again. */
  private isBare = false;
  private used = false;
  /** A failure that one call is to tell of. */
  private untold: string | null = null;

  constructor(private readonly options: ContainerSurroundingsOptions) {
    this.place = options.place ?? CONTAINER;
    this.prepare();
  }

  async ready(signal: AbortSignal): Promise<void> {
    if (this.isBare) this.prepare();
    const wait = new AbortController();
    const late = pause(CALL_WAITS_MS, 'late' as const, { signal: AbortSignal.any([signal, wait.signal]) });
    try {
      if ((await Promise.race([this.installed, late])) === 'late') throw new ToolError(NOT_READY);
    } catch (error) {
      if (error instanceof ToolError) throw error;
      throw new ToolError(signal.aborted ? 'The call was stopped before it began.' : said(error));
    } finally {
      wait.abort();
    }
    this.tellOnce();
    this.used = true;
  }

  async leave(): Promise<void> {
    this.end.abort();
    const isWhole = await this.restored.then(
      () => true,
      () => false,
    );
    // A workspace that could not be restored must not replace the one that was kept.
    if (this.used && isWhole) await this.save();
  }

  private prepare(): void {
    this.isBare = false;
    this.restored = this.restore();
    this.installed = this.restored.then(() => this.install());
    // Each call hears of it; without a call nobody needs to.
    this.installed.catch(() => undefined);
  }

  /** @throws Error when something is kept and none of it can be had. */
  private async restore(): Promise<void> {
    const { api, log } = this.options;
    const signal = AbortSignal.any([this.end.signal, AbortSignal.timeout(RESTORE_WITHIN_MS)]);
    try {
      await takeNewest(await api.sources(signal), {
        take: (url) => this.take(url, signal),
        pause: (ms) => pause(ms, undefined, { signal }),
        log,
      });
    } catch (error) {
      this.isBare = true;
      log(`the files could not be restored: ${said(error)}`);
      throw new Error(
        'The files that this session had could not be brought back, so the call did not run. They are still kept; try again later.',
        { cause: error },
      );
    }
  }

  /** By way of a file: so it is known that an archive came whole, whatever becomes of it then. */
  private async take(url: URL, signal: AbortSignal): Promise<void> {
    const { workspace, as, privateDirectory } = this.place;
    const file = join(privateDirectory, 'fetched.tar.gz');
    try {
      await fetchArchive(url, file, signal);
      await unpack(file, workspace, as, signal);
    } finally {
      await rm(file, { force: true });
    }
  }

  private async install(): Promise<void> {
    if (this.options.packages === null) return;
    try {
      await installPackages(this.options.packages, this.end.signal, this.options.environments);
    } catch (error) {
      this.options.log(`packages could not be installed: ${said(error)}`);
      this.untold = `Packages of the environment could not be installed, so the call did not run. The sandbox works without them.\n${said(error)}`;
    }
  }

  private tellOnce(): void {
    const message = this.untold;
    this.untold = null;
    if (message !== null) throw new ToolError(message);
  }

  private async save(): Promise<void> {
    const { api, log } = this.options;
    const { workspace, as, privateDirectory } = this.place;
    const archive = join(privateDirectory, 'workspace.tar.gz');
    const signal = AbortSignal.timeout(SAVE_WITHIN_MS);
    try {
      const { leftOut } = await pack(workspace, archive, as, { maxBytes: MAX_ARCHIVE_BYTES, signal });
      if (leftOut !== null) log(`files were left out: ${leftOut}`);
      await api.upload(archive, signal);
    } catch (error) {
      log(`the files could not be saved; what was saved before stays: ${said(error)}`);
    } finally {
      await rm(archive, { force: true });
    }
  }
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));
