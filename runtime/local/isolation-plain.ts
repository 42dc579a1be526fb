import type { HostCommand } from '../sandbox/supervisor-config';
import type { HostProgram } from './isolation-needs';
import { limited } from './isolation-limits';
import type { SandboxPlaces } from './launcher-places';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A tool host as a plain process: of the sandbox's own user where it has one, of ours otherwise. */
export function plainCommand(
  program: HostProgram,
  places: SandboxPlaces,
  nodeArgs: readonly string[] = [program.script, places.workspace],
): HostCommand {
  const { uid, workspace, home, tmp } = places;
  const ownUser = uid !== undefined;
  const [file, ...args] = limited([program.node, ...nodeArgs], { directory: workspace, ownUser });
  return {
    file,
    args,
    env: { PATH, HOME: home, TMPDIR: tmp, LANG: 'C.UTF-8', TERM: 'dumb' },
    cwd: '/',
    ...(ownUser ? { uid, gid: uid, ownsUser: true } : {}),
  };
}
