/**
 * How tool hosts are kept apart from the machine they run on. What a machine allows differs, so each way is tried with a real
 * start, the strictest first, and what comes out is said.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { HostCommand } from '../sandbox/supervisor-config';
import { bubblewrapCommand, type BubblewrapPowers } from './isolation-bubblewrap';
import type { HostNeeds, HostProgram } from './isolation-needs';
import { plainCommand } from './isolation-plain';
import { preparePlaces, type SandboxPlaces } from './launcher-places';

/** A way to start tool hosts. */
export interface Isolation {
  /**
   * `bubblewrap`: namespaces, with only the session's own files in sight. `user`: another user, who sees what is readable for
   * everybody. `none`: nothing.
   */
  readonly kind: 'bubblewrap' | 'user' | 'none';
  /** What a person who starts the system has to know, or null. */
  readonly warning: string | null;
  /** Whether it can keep a sandbox from the network. Where it cannot, no sandbox is started that must not have one. */
  readonly cutsNetwork: boolean;
  /** How the tool host is started; with `nodeArgs`, how Node is started in its place. */
  command(places: SandboxPlaces, needs: HostNeeds, nodeArgs?: readonly string[]): HostCommand;
}

const WARNINGS = {
  user:
    'Sandboxes are not isolated: bubblewrap does not work here. The tools of agents run as users of their own, but they see ' +
    "this machine's processes and every file that everybody may read, and reach its network. Install bubblewrap.",
  none:
    'Sandboxes are NOT isolated: bubblewrap does not work here. The tools of agents run as your own user and can read and ' +
    'change whatever you can. Install bubblewrap, or run only agents that you trust.',
} as const;

/**
 * Finds the strictest way that works here.
 *
 * @param root the directory that holds the sandboxes; a throw-away one is made in it for each try.
 */
export async function probeIsolation(root: string, program: HostProgram): Promise<Isolation> {
  for (const candidate of candidates(program)) if (await isolationWorks(root, candidate)) return candidate;
  return { ...plain(program), kind: 'none', warning: WARNINGS.none };
}

/** The ways that are worth a try, the strictest first. */
export function candidates(program: HostProgram): Isolation[] {
  const asRoot = process.getuid?.() === 0;
  const powers: BubblewrapPowers[] = asRoot ? ['root', 'user'] : ['user'];
  return [
    ...powers.map((power) => bubblewrap(program, power, { cutsNetwork: true })),
    // Some containers may make every namespace but that of the network.
    ...powers.map((power) => bubblewrap(program, power, { cutsNetwork: false })),
    ...(asRoot ? [{ ...plain(program), kind: 'user', warning: WARNINGS.user } as const] : []),
  ];
}

function bubblewrap(
  program: HostProgram,
  powers: BubblewrapPowers,
  { cutsNetwork }: Pick<Isolation, 'cutsNetwork'>,
): Isolation {
  return {
    kind: 'bubblewrap',
    warning: null,
    cutsNetwork,
    command: (places, needs, nodeArgs) => bubblewrapCommand(program, places, needs, powers, nodeArgs),
  };
}

function plain(program: HostProgram): Pick<Isolation, 'command' | 'cutsNetwork'> {
  return { cutsNetwork: false, command: (places, _needs, nodeArgs) => plainCommand(program, places, nodeArgs) };
}

/** Node with everything that a tool host gets, down to a file that is written by its whole path. */
const TRIAL = ['-e', "require('node:fs').writeFileSync(require('node:path').resolve('trial'), '')"];
const TRIAL_MS = 20_000;

/** Whether Node really starts that way, in a throw-away sandbox under `root`, and can use its workspace. */
export async function isolationWorks(root: string, isolation: Isolation): Promise<boolean> {
  await mkdir(root, { recursive: true, mode: 0o711 });
  const directory = await mkdtemp(join(root, '.trial-'));
  try {
    const places = await preparePlaces(directory);
    const { file, args, ...options } = isolation.command(places, { network: !isolation.cutsNetwork }, TRIAL);
    await promisify(execFile)(file, args, { ...options, timeout: TRIAL_MS, killSignal: 'SIGKILL' });
    return (await stat(join(places.workspace, 'trial'))).isFile();
  } catch {
    return false;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
