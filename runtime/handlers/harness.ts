import { openHarness } from '../aws/compose-harness';
import { surroundings } from '../aws/compose';
import { deadlineOf, type LambdaContext } from '../aws/lambda-context';
import type { ThreadRef } from '../store/records';

const harness = openHarness();

/** The Lambda function that wakes a thread. Whoever may invoke it may name any thread: it is invoked by this stack alone. */
export const handler = (ref: ThreadRef, context: LambdaContext): Promise<void> =>
  harness.wake(ref, { deadline: deadlineOf(context, surroundings.clock) });
