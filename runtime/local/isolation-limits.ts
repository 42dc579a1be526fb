/**
 * What one sandbox may use of the machine: processes and threads of its user, the size of a file and the memory of a process
 * (both in KiB), open files, no core dumps. There is no bound on the memory of all processes together: that takes a control
 * group, which an ordinary user cannot make.
 */
const LIMITS = ['-c 0', '-n 4096', '-f 4194304', '-d 4194304'] as const;

/** A user of the sandbox's own has no other processes; where it shares ours, all of ours may be counted. */
const PROCESSES = { own: '-u 512', shared: '-u 4096' } as const;

/**
 * The command line that runs `argv` in `directory` and within the limits. A limit that is stricter already stays as it is.
 * The directory is entered here and not by whoever starts this, who may lack the right to.
 */
export function limited(
  argv: readonly string[],
  { directory, ownUser }: { directory: string; ownUser: boolean },
): [string, ...string[]] {
  const limits = [...LIMITS, ownUser ? PROCESSES.own : PROCESSES.shared];
  const script = `${limits.map((limit) => `ulimit ${limit} 2>/dev/null`).join('; ')}; cd "$0" && exec "$@"`;
  return ['/bin/bash', '--noprofile', '--norc', '-c', script, directory, ...argv];
}
