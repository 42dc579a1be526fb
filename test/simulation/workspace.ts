/** The files of a sandbox: as those of our container (`runtime/sandbox/surroundings.ts`), they come when it starts and are saved when it goes. */
import type { ResourceDeps } from '../../runtime/resources/ports';
import type { SandboxCaller } from '../../runtime/resources/sandbox-access';
import { beginSave, completeSave, workspaceSources } from '../../runtime/resources/sandbox-workspace';
import { takeNewest } from '../../runtime/sandbox/kept-files';
import type { Archives, Files } from './archives';
import { Dismissed, patiently } from './patience';
import type { Process } from './scheduler';
import type { System } from './system';

/** How often an archive is sent before it counts as one that cannot be. */
const TRIES = 4;

/** Whose files they are, and where they are kept. */
export interface WorkspaceGiven {
  readonly system: System;
  readonly archives: Archives;
  readonly process: Process;
  /** Of the sandbox's token. */
  readonly secretHash: string;
  readonly retryMs: number;
}

/** The files of one sandbox. */
export class Workspace {
  #files: Files = [];
  /** Whether the files are there. */
  #restored: Promise<boolean>;
  #isUsed = false;

  constructor(private readonly given: WorkspaceGiven) {
    this.#restored = this.#isRestored();
  }

  /** Whether a tool may run. Where the files could not be had, it is tried again with the next call. */
  async isReady(): Promise<boolean> {
    const isReady = await this.#restored;
    if (!isReady) this.#restored = this.#isRestored();
    this.#isUsed ||= isReady;
    return isReady;
  }

  /** A call leaves its mark. */
  mark(call: string): void {
    this.#files = [...this.#files, call];
  }

  async leave(): Promise<void> {
    if ((await this.#restored) && this.#isUsed) await this.#save().catch(() => undefined);
  }

  #isRestored(): Promise<boolean> {
    return this.#restore().then(
      () => true,
      () => false,
    );
  }

  async #restore(): Promise<void> {
    const { system, archives, process } = this.given;
    const { urls } = await this.#ask('sources', workspaceSources);
    await takeNewest(urls, {
      take: async (url) => {
        this.#files = await system.scheduler.io(process, 'get archive', async () => archives.get(url));
      },
      pause: (ms) => system.scheduler.sleep(process, ms),
      log: () => undefined,
    });
    archives.restored(this.#files, [...system.effects.keys()]);
  }

  async #save(): Promise<void> {
    const { archives } = this.given;
    const files = this.#files;
    const { url } = await this.#ask('save', (deps, caller) => beginSave(deps, caller, 1 + files.length));
    await this.#put(url, files);
    await this.#ask('saved', completeSave);
    archives.promise(files);
  }

  #ask<T>(what: string, ask: (deps: ResourceDeps, caller: SandboxCaller) => Promise<T>): Promise<T> {
    const { system, process, secretHash, retryMs } = this.given;
    return patiently(system, process, { retryMs, what }, async () => {
      const principal = await system.principalOf(secretHash);
      if (!principal) throw new Dismissed('the token is not valid any more');
      return system.inApi((deps) => ask(deps, { principal, secretHash }));
    });
  }

  async #put(url: string, files: Files): Promise<void> {
    const { system, archives, process, retryMs } = this.given;
    for (let tries = 1; ; tries += 1) {
      try {
        return await system.scheduler.io(process, 'put archive', async () => archives.put(url, files));
      } catch (error) {
        if (tries === TRIES) throw error;
        await system.scheduler.sleep(process, retryMs);
      }
    }
  }
}
