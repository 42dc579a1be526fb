/**
 * decide: the heart of the harness. From what is known of a thread, and perhaps the outcome of the request just made, to
 * one commit and what to do once it stands. Pure: the time and new ids are arguments, and the same arguments give the same
 * commit, so any step of any session can be replayed and explained.
 */
import { CommitBuilder, type Stamp } from '../thread/commit-builder';
import { mustDial } from './dial';
import { endTurn, takeAnswers, takeAsStale, takeInterrupts } from './intake';
import { next, type Deed } from './next';
import { recordOutcome, type Outcome } from './outcome';
import type { ThreadState } from './state';

export interface Decision {
  /** Empty when nothing is to be written. */
  readonly commit: CommitBuilder;
  readonly deed: Deed;
}

export function decide(state: ThreadState, stamp: Stamp, outcome?: Outcome): Decision {
  const commit = new CommitBuilder(state.summary, state.n + 1, stamp);
  // Nothing follows `terminated`.
  if (state.summary.status === 'terminated') return { commit, deed: { type: 'rest' } };
  if (state.session.archivedAt !== null) {
    closeArchived(commit, state, outcome);
    return { commit, deed: { type: 'rest' } };
  }
  const known = outcome ?? orphanOf(state);
  if (known) recordOutcome(commit, state, known);
  if (commit.summary.status === 'terminated') return { commit, deed: { type: 'rest' } };
  takeInterrupts(commit, state);
  const soFar = commit.fork();
  takeAnswers(commit, state);
  const deed = next(commit, state);
  return beginsUndialled(state, soFar, commit) ? { commit: soFar, deed: { type: 'dial' } } : { commit, deed };
}

/**
 * A turn that a message began at the very moment of an archive comes to its end: what was done is recorded, what is open is
 * closed, and nothing new is begun.
 */
function closeArchived(commit: CommitBuilder, state: ThreadState, outcome?: Outcome): void {
  const { openRequest } = state.summary;
  const known = outcome ?? (openRequest ? { type: 'handed_over' as const, startId: openRequest.id } : undefined);
  if (known) recordOutcome(commit, state, known);
  if (isAtWork(commit)) takeAnswers(commit, state);
  if (commit.summary.status !== 'terminated') takeAsStale(commit, state);
  if (isAtWork(commit)) endTurn(commit, state);
}

const isAtWork = ({ summary: { status } }: CommitBuilder): boolean => status === 'running' || status === 'rescheduling';

/**
 * Whether the commit would begin a cycle for which the session's MCP servers were not dialled yet. What came before the beginning
 * stands; the rest is decided again with what they say, since it is the cycle's first events that tell of it.
 */
function beginsUndialled({ session, dialled }: ThreadState, soFar: CommitBuilder, commit: CommitBuilder): boolean {
  const begins = soFar.summary.status === 'idle' && commit.summary.status === 'running';
  return begins && !dialled && mustDial(session, soFar.summary);
}

/**
 * A request that the log says is under way, though whoever asks now has not made it: its harness died. It counts as a
 * failed try, so that a request which kills every harness that makes it comes to an end.
 */
function orphanOf({ summary }: ThreadState): Outcome | undefined {
  if (!summary.openRequest) return undefined;
  return {
    type: 'failure',
    startId: summary.openRequest.id,
    purpose: 'turn',
    failure: 'unknown_error',
    transient: true,
    message: 'The harness that made this model request stopped before it ended. The request is made again.',
  };
}
