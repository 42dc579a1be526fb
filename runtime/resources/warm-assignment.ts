/** What a sandbox of the warm pool asks again and again: whether there is work for it. */
import { unauthenticated } from '../contract/errors';
import { MICROS_PER_SECOND, type Micros } from '../contract/time';
import type { WarmAssignment, WarmSandbox } from '../store/warm-ports';
import type { ResourceDeps } from './ports';

/** The work that it is given, or null while there is none. */
export interface AssignmentAnswer {
  readonly type: 'warm_assignment';
  readonly assignment: Omit<WarmAssignment, 'workspace'> | null;
}

/** A sandbox asks every two seconds. Not every question is worth a write. */
const NOTE_EVERY: Micros = 5 * MICROS_PER_SECOND;
/** One that was not heard of for so long is given no work: it may be dead. */
export const SEEN_WITHIN: Micros = 15 * MICROS_PER_SECOND;

/**
 * Answers a sandbox of the pool, by the ticket that it was started with. Others may have seen the ticket (`resources/
 * sandbox-claim.ts`), so all that it gives is a claim, which is good once: a sandbox that somebody forestalled is refused its
 * exchange, ends, and another one is started for the work. The answer is the same until the sandbox is gone, since it may be lost.
 *
 * @throws ApiError 401 for a ticket of no sandbox, or of one that is to go.
 */
export async function assignmentFor(
  { store: { warm }, clock }: Pick<ResourceDeps, 'store' | 'clock'>,
  ticketHash: string,
): Promise<AssignmentAnswer> {
  const known = await warm.get(ticketHash);
  const now = clock.now();
  const sandbox = known && isDue(known, now) ? await warm.noteSeen(ticketHash, now) : known;
  if (!sandbox || sandbox.state === 'retired') throw unauthenticated('This ticket is for no sandbox of the pool.');
  if (!sandbox.assignment) return { type: 'warm_assignment', assignment: null };
  const { environmentId, workId, sessionId, claim } = sandbox.assignment;
  return { type: 'warm_assignment', assignment: { environmentId, workId, sessionId, claim } };
}

function isDue({ state, seenAt }: WarmSandbox, now: Micros): boolean {
  return state === 'starting' || (state === 'ready' && (seenAt ?? 0) <= now - NOTE_EVERY);
}
