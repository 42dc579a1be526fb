/** What an operator of the machine sees of the sandboxes' containers. */
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const LOOK_EVERY_MS = 200;
/** The only one who may look into a workspace: root has no rights there. */
const TOOLS_USER = '1000:1000';

export async function podman(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('podman', args);
  return stdout.trim();
}

/** The running containers of a session. */
export async function containersOf(sessionId: string): Promise<string[]> {
  return (await podman('ps', '--quiet', '--filter', `name=^${sessionId}-`)).split('\n').filter(Boolean);
}

/** Waits until a session has no container any more. */
export async function untilGone(sessionId: string, withinMs: number): Promise<void> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await pause(LOOK_EVERY_MS)) {
    if ((await containersOf(sessionId)).length === 0) return;
  }
  throw new Error(`the container of ${sessionId} did not go`);
}

/** Waits until there is a file in a session's workspace: whatever makes it has begun. */
export async function untilThere(sessionId: string, file: string, withinMs: number): Promise<void> {
  const [container = ''] = await containersOf(sessionId);
  let cause: unknown;
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await pause(LOOK_EVERY_MS)) {
    try {
      await podman('exec', '--user', TOOLS_USER, container, 'test', '-e', `/workspace/${file}`);
      return;
    } catch (error) {
      cause = error;
    }
  }
  throw new Error(`${file} did not come into the workspace of ${sessionId}`, { cause });
}
