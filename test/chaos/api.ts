/** The official client as chaos uses it: what went wrong on the way is the caller's to judge. */
import Anthropic from '@anthropic-ai/sdk';
import type { SessionEvent } from '../../runtime/contract/wire';

const PAGE = 1_000;

/** The whole history, what waits included. */
export async function wholeHistory(client: Anthropic, sessionId: string): Promise<SessionEvent[]> {
  const events: SessionEvent[] = [];
  for await (const event of client.beta.sessions.events.list(sessionId, { limit: PAGE })) events.push(event);
  return events;
}

/** What has happened, without what waits. */
export async function processedEvents(client: Anthropic, sessionId: string): Promise<SessionEvent[]> {
  return (await wholeHistory(client, sessionId)).filter(({ processed_at }) => processed_at);
}

/** An answer that says that the server is at fault; a connection that broke is no answer. */
export const isServerError = (error: unknown): boolean =>
  error instanceof Anthropic.APIError && typeof error.status === 'number' && error.status >= 500;

/** An answer that says that the request was wrong. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof Anthropic.APIError && typeof error.status === 'number' && error.status < 500;
