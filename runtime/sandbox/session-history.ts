/** What a supervisor reads of its session's log by itself. */
import { APIError, type Anthropic } from '@anthropic-ai/sdk';
import { fromTimestamp, toTimestamp, type Micros } from '../contract/time';
import type { SessionEvent } from '../contract/wire';

const ANSWER_WITHIN = { maxRetries: 0, timeout: 15_000 };
const PAGE = 1_000;
const EPOCH = toTimestamp(0);

/** The last event; undefined where there is none. A list with a bound leaves out what waits. */
export async function newestEvent(client: Anthropic, sessionId: string): Promise<SessionEvent | undefined> {
  const { events } = client.beta.sessions;
  const query = { order: 'desc', limit: 1, 'created_at[gt]': EPOCH } as const;
  return (await events.list(sessionId, query, ANSWER_WITHIN)).data[0];
}

/** When an event happened; the epoch for none. */
export const instantOf = (event: SessionEvent | undefined): Micros => fromTimestamp(event?.processed_at ?? '') ?? 0;

/** The events after an instant, in order. */
export async function eventsAfter(client: Anthropic, sessionId: string, after: Micros): Promise<SessionEvent[]> {
  const { events } = client.beta.sessions;
  const found: SessionEvent[] = [];
  const query = { limit: PAGE, 'created_at[gt]': toTimestamp(after) };
  for await (const event of events.list(sessionId, query, ANSWER_WITHIN)) found.push(event);
  return found;
}

const TOO_MANY = 429;

/** Whether the API would say the same again. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof APIError && error.status !== undefined && error.status < 500 && error.status !== TOO_MANY;
