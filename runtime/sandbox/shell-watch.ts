import childProcess = require('node:child_process');

const SHELL = '/bin/bash';

/**
 * Lets `wrote` hear everything that the toolset's shells write. The official bash tool starts its shell itself and offers no
 * way to its streams, so the one function that starts processes is wrapped: every other process is started untouched, and the
 * shell's streams only get one listener more.
 */
export function watchShells(wrote: (text: string) => void): void {
  const { spawn } = childProcess;
  const watching = (...args: Parameters<typeof spawn>): ReturnType<typeof spawn> => {
    const child = spawn(...args);
    if (args[0] === SHELL)
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => wrote(String(text)));
    return child;
  };
  Object.assign(childProcess, { spawn: watching });
}
