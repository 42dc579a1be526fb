import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { TOOLS_HOME, TOOLS_UID } from './container-contract';
import type { HostCommand } from './supervisor-config';

/** What is installed for the tools' user alone goes here, whichever manager brought it. */
export const LOCAL = `${TOOLS_HOME}/.local`;

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The whole environment of the tools, unless they are given more. Nothing of the supervisor's own is in it. */
export const TOOLS_ENV = {
  PATH: `${LOCAL}/bin:${SYSTEM_PATH}`,
  HOME: TOOLS_HOME,
  USER: 'agent',
  LANG: 'C.UTF-8',
  TERM: 'dumb',
  CARGO_INSTALL_ROOT: LOCAL,
  GOBIN: `${LOCAL}/bin`,
  NODE_PATH: `${LOCAL}/lib/node_modules`,
  NPM_CONFIG_PREFIX: LOCAL,
} as const;

/** The environment in which the supervisor runs programs of the system as itself. */
export const SYSTEM_ENV = {
  PATH: SYSTEM_PATH,
  HOME: '/root',
  LANG: 'C.UTF-8',
  DEBIAN_FRONTEND: 'noninteractive',
} as const;

/**
 * What runs as the tools' user is the first to go when memory runs out, so that the supervisor lives to say so, and cannot
 * gain rights. It has no bound of processes: containers of one machine share the user, and so would share the bound.
 */
const CONFINE = 'echo 1000 > /proc/self/oom_score_adj; ulimit -c 0; cd "$0" && exec setpriv --no-new-privs -- "$@"';

/** A program as the tools' user runs it in the container. The supervisor may not be able to enter the directory itself. */
export function asToolsUser(
  argv: readonly string[],
  directory: string,
  env: Readonly<Record<string, string>> = TOOLS_ENV,
): HostCommand {
  return {
    file: '/bin/bash',
    args: ['--noprofile', '--norc', '-c', CONFINE, directory, ...argv],
    env,
    cwd: '/',
    uid: TOOLS_UID,
    gid: TOOLS_UID,
    ownsUser: true,
  };
}

/** A program as the supervisor's own user runs it. Nothing that a tool can write may be among its arguments. */
export function asSupervisor(
  [file, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = SYSTEM_ENV,
): HostCommand {
  return { file, args, env, cwd: '/' };
}

/** A process with pipes, in a process group of its own, so that all of it can be ended. */
export type PipedProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts a program. An aborted signal ends it and what it started. */
export function startPiped({ file, args, env, cwd, uid, gid }: HostCommand, signal: AbortSignal): PipedProcess {
  const child = spawn(file, args, { env: { ...env }, cwd, uid, gid, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  child.once('close', () => signal.removeEventListener('abort', end));
  child.stdin.on('error', () => undefined);
  return child;
}
