import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 10;
/** As long as a busy machine may take, and short enough to be told before the test's own time is over. */
const WITHIN_MS = 45_000;

/** Resolves once it holds, however long that takes here. @throws Error when it seems that it never will. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + WITHIN_MS; !(await holds()); await pause(LOOK_EVERY_MS)) {
    if (Date.now() > deadline) throw new Error(`after ${WITHIN_MS} ms it does not hold: ${String(holds)}`);
  }
}
