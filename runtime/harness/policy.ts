import type { Micros } from '../contract/time';
import { MICROS_PER_SECOND } from '../contract/time';

/** The bounds of a turn. The hosted service's are unpublished (reference 20.5, 20.6); these are ours. */
export const TURN_LIMITS = {
  /** Model requests in one turn before `tool_use_limit_reached_error`. */
  rounds: 500,
  /** Compactions in a row without a message or a call before `compaction_limit_reached_error`. */
  compactions: 3,
  /** Tries of a model request before `retries_exhausted`. */
  attempts: 5,
  /** How many harnesses may begin a call of an MCP tool that may be repeated, before its outcome is called unknown. */
  begins: 3,
  /** The part of the context window at which the context is compacted before the next request. */
  compactAt: 0.8,
} as const;

const FIRST_RETRY: Micros = MICROS_PER_SECOND;
const LAST_RETRY: Micros = 60 * MICROS_PER_SECOND;

/** How long to wait after `failures` failed tries: 1 s, 2 s, 4 s … up to a minute, or what the server asked for. */
export function retryDelay(failures: number, askedMs?: number): Micros {
  const own = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** Math.max(0, failures - 1));
  return askedMs === undefined ? own : Math.min(LAST_RETRY, Math.max(own, askedMs * 1_000));
}

/** The texts that stand in for a result that no tool gave. The first three are recorded (reference 6.5, 7.3). */
export const RESULT_TEXT = {
  interrupted: 'Tool execution was interrupted before completion. Please retry.',
  rejected: (name: string, message?: string) =>
    `Permission to use ${name} has been rejected.${message ? ` Rejection message: ${message}` : ''}`,
  denied: (name: string) => `Permission to use ${name} has been denied.`,
  refused: (name: string) => `The tool ${name} is not enabled in this session.`,
  sandboxLost: (reason: string) =>
    `The sandbox that ran this call was lost before it answered (${reason}). The call may or may not have taken effect; check before you repeat it.`,
  sandboxNotStarted: (reason: string) =>
    `There is no sandbox for this call (${reason}), so it did not run. Try again later, or go on without it.`,
  noServer: (name: string) => `The tool ${name} belongs to an MCP server that cannot be reached at the moment.`,
  callLost: (name: string) =>
    `The harness that called ${name} stopped before the MCP server answered. The call may or may not have taken effect; check before you repeat it.`,
} as const;
