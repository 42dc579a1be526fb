/**
 * What a harness tells the sandbox of a session over its bell (docs/architecture.md). A ring says nothing that the log does not
 * hold: one that is lost, late, early or repeated costs a look at the log.
 */
import type { Micros } from './time';
import type { EventType, SessionEvent } from './wire';

/** The end of a session's log, as far as it fits into one message. */
export interface Ring {
  /** The instant of the last event before `events`. Whoever has all events up to it has no hole; whoever has not must look. */
  readonly after: Micros;
  /** The instant of the last event that there is. */
  readonly to: Micros;
  /** The events between the two, as a worker is shown them. None where they are too large, and then `after` is `to`. */
  readonly events: readonly SessionEvent[];
}

/** API Gateway counts messages in units of 32 KB; what a frame needs beside its text fits into the rest. */
export const LARGEST_RING_BYTES = 32_000;

/** The events that concern a worker: what it may do now, must stop doing, or has to wait for. */
const RUNG_FOR: ReadonlySet<EventType> = new Set<EventType>([
  'agent.tool_use',
  'user.tool_confirmation',
  'user.interrupt',
  'session.status_running',
  'session.status_idle',
  'session.status_terminated',
]);

/** Whether a worker is told of the event at once. It learns of the others together with the next one of these. */
export const isRungFor = ({ type }: Pick<SessionEvent, 'type'>): boolean => RUNG_FOR.has(type);

/** What a message says, or undefined where it is no ring: a look is due then, too. */
export function parseRing(message: string): Ring | undefined {
  try {
    const { after, to, events } = JSON.parse(message) as Partial<Ring>;
    if (typeof after !== 'number' || typeof to !== 'number' || !Array.isArray(events)) return undefined;
    return { after, to, events };
  } catch {
    return undefined;
  }
}
