import { lstatSync, readlinkSync } from 'node:fs';
import type { HostCommand } from '../sandbox/supervisor-config';
import { egressEnvironment } from '../sandbox/egress-environment';
import { EGRESS_FILES, type HostNeeds, type HostProgram } from './isolation-needs';
import { limited } from './isolation-limits';
import { SANDBOX_UID, type SandboxPlaces } from './launcher-places';

/**
 * Who sets the namespaces up. `root` needs no user namespace: it mounts, and gives up what it is before the program starts.
 * `user` needs unprivileged user namespaces, which some distributions forbid, and paths that the sandbox's user can reach.
 */
export type BubblewrapPowers = 'root' | 'user';

/** The sandbox as the tools see it. */
const INSIDE = {
  workspace: '/workspace',
  home: '/home/agent',
  node: '/opt/managed-agents/bin/node',
  script: '/opt/managed-agents/tool-host.js',
  egress: '/opt/managed-agents/egress',
} as const;

const ENV = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/managed-agents/bin',
  HOME: INSIDE.home,
  USER: 'agent',
  LANG: 'C.UTF-8',
  TERM: 'dumb',
} as const;

/** Where programs live beside /usr: directories of their own, or links into it. */
const PROGRAM_DIRS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/** What ordinary programs need of /etc. Nothing here is secret, and what is not there is left out. */
const SETTINGS = [
  ['alternatives', 'ca-certificates', 'crypto-policies', 'pki', 'ssl/certs', 'ssl/openssl.cnf'],
  ['resolv.conf', 'hosts', 'host.conf', 'nsswitch.conf', 'gai.conf', 'protocols', 'services'],
  ['ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'localtime', 'timezone', 'locale.alias', 'mime.types', 'magic'],
  ['os-release', 'debian_version', 'lsb-release', 'shells', 'fonts', 'perl', 'terminfo', 'inputrc'],
].flatMap((names) => names.map((name) => `/etc/${name}`));

/** Made first, since bubblewrap makes what is missing on the way to a mount for its own user alone. */
const DIRECTORIES = ['/etc', '/etc/ssl', '/home', '/opt', '/opt/managed-agents', '/opt/managed-agents/bin', '/var'];

const CAPABILITIES = ['--cap-drop', 'ALL'];
const SET_USER = ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'].flatMap((name) => ['--cap-add', name]);

/**
 * A tool host in namespaces of its own: its processes see only each other, and of the machine's files only its programs (read
 * only) and the session's workspace, home and temporary directory. All of it dies with the process that starts it.
 */
export function bubblewrapCommand(
  program: HostProgram,
  places: SandboxPlaces,
  needs: HostNeeds,
  powers: BubblewrapPowers,
  nodeArgs: readonly string[] = [INSIDE.script, INSIDE.workspace, ...(needs.egress ? [inEgress('socket')] : [])],
): HostCommand {
  const ownUser = places.uid !== undefined;
  const { privileges, become } = powers === 'root' ? asRoot(places) : asUser(places);
  const args = [
    ['--die-with-parent', '--new-session', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ['--hostname', 'sandbox'],
    needs.network ? [] : ['--unshare-net'],
    privileges,
    files(program, places, needs),
    ['--chdir', '/', '--'],
    become,
    limited([INSIDE.node, ...nodeArgs], { directory: INSIDE.workspace, ownUser }),
  ].flat();
  const runAs = powers === 'user' && ownUser ? { uid: places.uid, gid: places.uid } : {};
  return { file: 'bwrap', args, env: environment(needs), cwd: '/', ...runAs };
}

const inEgress = (file: keyof typeof EGRESS_FILES): string => `${INSIDE.egress}/${EGRESS_FILES[file]}`;

function environment({ egress }: HostNeeds): Readonly<Record<string, string>> {
  if (!egress) return ENV;
  const trust = { gateway: inEgress('gateway'), authorities: inEgress('authorities') };
  return egressEnvironment(ENV, egress.placeholders, trust);
}

function asRoot({ uid }: SandboxPlaces): { privileges: string[]; become: string[] } {
  const ids = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  const nothing = ['--inh-caps=-all', '--bounding-set=-all', '--no-new-privs'];
  return { privileges: [...CAPABILITIES, ...SET_USER], become: ['/usr/bin/setpriv', ...ids, ...nothing, '--'] };
}

function asUser({ uid = SANDBOX_UID }: SandboxPlaces): { privileges: string[]; become: string[] } {
  const id = String(uid);
  return { privileges: ['--unshare-user', '--uid', id, '--gid', id, ...CAPABILITIES], become: [] };
}

function files(program: HostProgram, places: SandboxPlaces, { egress }: HostNeeds): string[] {
  return [
    ['--ro-bind', '/usr', '/usr'],
    PROGRAM_DIRS.flatMap(programDir),
    DIRECTORIES.flatMap((path) => ['--dir', path]),
    SETTINGS.flatMap((path) => ['--ro-bind-try', path, path]),
    ['--ro-bind', places.passwd, '/etc/passwd', '--ro-bind', places.group, '/etc/group'],
    ['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/run', '--symlink', '../tmp', '/var/tmp'],
    ['--bind', places.tmp, '/tmp', '--bind', places.home, INSIDE.home, '--bind', places.workspace, INSIDE.workspace],
    ['--ro-bind', program.node, INSIDE.node, '--ro-bind', program.script, INSIDE.script],
    egress ? ['--ro-bind', egress.directory, INSIDE.egress] : [],
    ['--remount-ro', '/'],
  ].flat();
}

function programDir(path: string): string[] {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (!entry) return [];
  return entry.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}
