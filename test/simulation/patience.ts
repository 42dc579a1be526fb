/** How workers of the simulation ask the API. */
import { isRefusal } from './errors';
import type { Process } from './scheduler';
import type { System } from './system';

/** The worker cannot go on: its lease or its token is gone. */
export class Dismissed extends Error {}

/** Asks until there is an answer; a refusal is one. */
export async function patiently<T>(
  system: System,
  process: Process,
  { retryMs, what }: { readonly retryMs: number; readonly what: string },
  attempt: () => Promise<T>,
): Promise<T> {
  for (;;) {
    if (process.dead) await new Promise(() => undefined);
    await system.scheduler.io(process, `ask ${what}`, async () => undefined).catch(() => undefined);
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof Dismissed || isRefusal(error)) throw error;
      await system.scheduler.sleep(process, retryMs);
    }
  }
}
