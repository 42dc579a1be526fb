import type { BetaManagedAgentsStreamSessionEvents } from '@anthropic-ai/sdk/resources/beta/sessions/events';

export type Streamed = BetaManagedAgentsStreamSessionEvents;

/** What a turn with one answer brings. */
export const TURN = [
  'session.status_running',
  'session.thread_status_running',
  'user.message',
  'span.model_request_start',
  'agent.message',
  'span.model_request_end',
  'session.thread_status_idle',
  'session.status_idle',
];

export const typesOf = (events: readonly { type: string }[]): string[] => events.map(({ type }) => type);

/** The body of a send with one message. */
export const saying = (text: string) => ({
  events: [{ type: 'user.message' as const, content: [{ type: 'text' as const, text }] }],
});

/** Reads until an event of the type, itself included. What came so far stands in `events`. */
export async function until(
  stream: AsyncIterable<Streamed>,
  type: string,
  events: Streamed[] = [],
): Promise<Streamed[]> {
  for await (const event of stream) {
    events.push(event);
    if (event.type === type) return events;
  }
  return events;
}
