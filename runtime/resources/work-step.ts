import type { Micros } from '../contract/time';

/** One try to bring a work item forward with a conditional write: somebody else was quicker, or it stands. */
export type WorkStep =
  | { readonly stands: false }
  | {
      readonly stands: true;
      /** Set after a start that came to nothing: when the next one is due. */
      readonly retryAt?: Micros;
    };

/** Somebody else changed the item first: it has to be read again. */
export const OUTRUN: WorkStep = { stands: false };
/** Nothing is left to do for now. */
export const DONE: WorkStep = { stands: true };

/** The step that a single conditional write is. */
export async function written(write: Promise<boolean>): Promise<WorkStep> {
  return (await write) ? DONE : OUTRUN;
}

/** A step that loses to another writer reads the item again; so many losses in a row mean that something else is wrong. */
const MAX_TRIES = 20;

/** Tries a read-and-write until its conditional write holds. Resolves with when to come again, if a start failed. */
export async function untilWritten(attempt: () => Promise<WorkStep>): Promise<Micros | undefined> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const step = await attempt();
    if (step.stands) return step.retryAt;
  }
  throw new Error(`a work item changed ${MAX_TRIES} times while it was being updated`);
}
