import { setTimeout as pause } from 'node:timers/promises';
import type { SandboxOrder, WarmOrder } from './container-contract';
import { RequestRefused, type SandboxApi } from './sandbox-api';

/** Half of it is what a session waits at the least for a sandbox of the pool; more questions cost more than they save. */
const ASK_EVERY_MS = 2_000;

/**
 * Waits, as a sandbox of the warm pool, until there is work for it. An API that does not answer is asked again for as long as it
 * takes: whoever has no use for a sandbox that was not heard of stops it.
 *
 * @param wait lets the milliseconds between two questions pass.
 * @throws RequestRefused when the sandbox is to go.
 */
export async function awaitOrder(
  api: Pick<SandboxApi, 'assignment'>,
  { baseUrl, maxIdleMs }: WarmOrder,
  log: (line: string) => void,
  wait: (ms: number) => Promise<unknown> = pause,
): Promise<SandboxOrder> {
  for (;;) {
    const assignment = await api.assignment().catch((error: unknown) => {
      if (error instanceof RequestRefused) throw error;
      log(`no answer while waiting for work: ${String(error)}`);
      return null;
    });
    if (assignment) return { baseUrl, maxIdleMs, ...assignment };
    await wait(ASK_EVERY_MS);
  }
}
