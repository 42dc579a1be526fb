import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The programs that run in and around a sandbox, each a file that stands alone. */
export interface SandboxPrograms {
  readonly supervisor: string;
  readonly toolHost: string;
}

/** The build lays them beside the command line; what runs from the sources finds them in dist/. */
const PLACES = [__dirname, join(__dirname, '..', '..', 'dist')];

/** @throws Error when they were not built. */
export function findPrograms(): SandboxPrograms {
  for (const place of PLACES) {
    const programs = { supervisor: join(place, 'supervisor.js'), toolHost: join(place, 'tool-host.js') };
    if (existsSync(programs.supervisor) && existsSync(programs.toolHost)) return programs;
  }
  throw new Error('The programs of the sandboxes are missing: run `npm run build` first');
}
