/** The container engine: podman with storage, networks and locks of its own, so that it meets no other on this machine. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from './commands';
import { CACHE } from './places';

/** The images, which are kept from one run to the next. */
const IMAGES = join(CACHE, 'images');
const START_TIMEOUT_MS = 20_000;

/** runc, because Debian's crun refuses machines with both versions of cgroups; limits that any machine grants. */
function configuration(state: string): string {
  return `[containers]
default_ulimits = ["nofile=16384:16384", "nproc=16384:16384"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "${join(state, 'engine')}"
static_dir = "${join(state, 'libpod')}"
volume_path = "${join(state, 'volumes')}"
[network]
network_backend = "netavark"
network_config_dir = "${join(state, 'networks')}"
`;
}

let variables: Record<string, string> = {};

/**
 * Points podman at a directory for all that does not outlive this run.
 *
 * @param purpose `build` makes images that are kept; `run` runs them, and keeps nothing.
 */
export function configurePodman(state: string, purpose: 'build' | 'run'): void {
  const directory = join(state, purpose);
  for (const needed of [IMAGES, join(directory, 'networks')]) mkdirSync(needed, { recursive: true });
  const graph = purpose === 'build' ? IMAGES : join(directory, 'storage');
  const shared = purpose === 'build' ? '' : `[storage.options]\nadditionalimagestores = ["${IMAGES}"]\n`;
  const engine = join(directory, 'containers.conf');
  const storage = join(directory, 'storage.conf');
  writeFileSync(engine, configuration(directory));
  writeFileSync(
    storage,
    `[storage]\ndriver = "overlay"\ngraphroot = "${graph}"\nrunroot = "${join(directory, 'graph')}"\n${shared}`,
  );
  variables = { CONTAINERS_CONF: engine, CONTAINERS_STORAGE_CONF: storage };
}

/** @throws Error with what podman said. */
export const podman = (...args: string[]): string => run('podman', args, { env: variables });

/** Writes to standard error what the containers with a label have written. */
export function showLogs(label: string): void {
  for (const id of podman('ps', '--all', '--quiet', '--filter', `label=${label}`).split('\n').filter(Boolean)) {
    spawnSync('podman', ['logs', id], { env: { ...process.env, ...variables }, stdio: ['ignore', 2, 2] });
  }
}

export const hasImage = (name: string): boolean => podman('images', '--quiet', name).trim() !== '';

/** Serves Docker's protocol on a socket. */
export async function servePodman(socket: string): Promise<ChildProcess> {
  const service = spawn('podman', ['system', 'service', '--time=0', `unix://${socket}`], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (const deadline = Date.now() + START_TIMEOUT_MS; !existsSync(socket); await pause(50)) {
    if (Date.now() > deadline || service.exitCode !== null) throw new Error('podman serves no socket');
  }
  return service;
}
