import { MICROS_PER_MS, type Clock, type Micros } from '../contract/time';

/** What an entry point needs of what Lambda tells it about an invocation. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** The instant at which Lambda ends the invocation. */
export function deadlineOf(context: LambdaContext, clock: Clock): Micros {
  return clock.now() + context.getRemainingTimeInMillis() * MICROS_PER_MS;
}
