import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { candidates, isolationWorks, type Isolation } from '../../runtime/local/isolation';
import type { HostProgram } from '../../runtime/local/isolation-needs';
import { preparePlaces, type SandboxPlaces } from '../../runtime/local/launcher-places';

const REPOSITORY = resolve(__dirname, '../..');
const ENTRIES = ['supervisor=runtime/sandbox/supervisor-main.ts', 'tool-host=runtime/sandbox/tool-host-main.ts'];

/** The sandbox's programs, freshly built, and a directory for sandboxes; everything in one temporary directory. */
export class Programs {
  private constructor(private readonly directory: string) {}

  static async build(): Promise<Programs> {
    const directory = await mkdtemp(join(tmpdir(), 'sandbox-'));
    await chmod(directory, 0o711);
    const options = ['--bundle', '--platform=node', '--target=node20', '--format=cjs', '--log-level=error'];
    // In a process of its own: esbuild does not run inside jest's.
    const esbuild = join(REPOSITORY, 'node_modules/esbuild/bin/esbuild');
    await promisify(execFile)(esbuild, [...ENTRIES, ...options, `--outdir=${directory}`], { cwd: REPOSITORY });
    return new Programs(directory);
  }

  get supervisor(): readonly [string, ...string[]] {
    return [process.execPath, join(this.directory, 'supervisor.js')];
  }

  get host(): HostProgram {
    return { node: process.execPath, script: join(this.directory, 'tool-host.js') };
  }

  get sandboxes(): string {
    return join(this.directory, 'sandboxes');
  }

  places(name: string): Promise<SandboxPlaces> {
    return preparePlaces(join(this.sandboxes, name));
  }

  /** The ways of isolation that work on this machine. Where bubblewrap is missing, this says so. */
  async isolations(): Promise<Isolation[]> {
    const working: Isolation[] = [];
    for (const isolation of candidates(this.host)) {
      if (await isolationWorks(this.sandboxes, isolation)) working.push(isolation);
    }
    if (!working.some(({ kind }) => kind === 'bubblewrap')) {
      console.warn('bubblewrap does not work on this machine: the isolation of sandboxes is NOT tested');
    }
    return working;
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
