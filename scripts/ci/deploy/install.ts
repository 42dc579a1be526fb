/** Installs what the deployment test runs: system packages where they are missing, and the emulator in an environment of its own. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands';
import { CACHE } from './places';

/** The command that shows that a package is there, and the package. */
const PACKAGES: Readonly<Record<string, string>> = {
  podman: 'podman',
  runc: 'runc',
  iptables: 'iptables',
  debootstrap: 'debootstrap',
  ip: 'iproute2',
  unshare: 'util-linux',
  python3: 'python3',
};
/** Programs that podman starts from directories of its own. */
const PARTS: Readonly<Record<string, string>> = {
  '/usr/lib/podman/netavark': 'netavark',
  '/usr/lib/podman/aardvark-dns': 'aardvark-dns',
};
/** The emulator, and of what it can use, what starts containers and makes certificates. */
const EMULATOR = ['ministack==1.4.21', 'docker==7.2.0', 'cryptography==50.0.2'];
/** The official Python client, in the version of the day. */
const CLIENT = ['anthropic'];

/** The Pythons that have the emulator, and the client. */
export const EMULATOR_PYTHON = pythonOf('ministack-1.4.21');
export const CLIENT_PYTHON = pythonOf('anthropic');

export function installPackages(): void {
  const paths = (process.env.PATH ?? '').split(':').concat('/usr/sbin', '/sbin');
  const missing = [
    ...Object.entries(PACKAGES).filter(([command]) => !paths.some((path) => existsSync(join(path, command)))),
    ...Object.entries(PARTS).filter(([file]) => !existsSync(file)),
  ].map(([, name]) => name);
  // Debian leaves out what makes environments.
  if (spawnSync('python3', ['-c', 'import ensurepip']).status !== 0) missing.push('python3-venv');
  if (missing.length === 0) return;
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  });
}

export const installEmulator = (): void => installPython(EMULATOR_PYTHON, EMULATOR);
export const installClient = (): void => installPython(CLIENT_PYTHON, CLIENT);

/** Into an environment of its own, which is complete when it says so. */
function installPython(python: string, packages: readonly string[]): void {
  const complete = join(python, '..', '..', 'complete');
  if (existsSync(complete)) return;
  mkdirSync(CACHE, { recursive: true });
  run('python3', ['-m', 'venv', '--clear', join(python, '..', '..')]);
  run(python, ['-m', 'pip', 'install', '--quiet', ...packages]);
  writeFileSync(complete, '');
}

function pythonOf(environment: string): string {
  return join(CACHE, environment, 'bin', 'python');
}
