import type Anthropic from '@anthropic-ai/sdk';
import type { AgentCreateParams } from '@anthropic-ai/sdk/resources/beta/agents/agents';
import type { BetaManagedAgentsStreamSessionEvents } from '@anthropic-ai/sdk/resources/beta/sessions/events';
import type { EventOf, EventType, SessionEvent } from '../../runtime/contract/wire';

export type StreamEvent = BetaManagedAgentsStreamSessionEvents;
export const TOOLSET = { type: 'agent_toolset_20260401' } as const;

let count = 0;
/** A name that nothing else has. */
export const fresh = (what: string): string => `${what}-${process.pid}-${(count += 1)}`;

/** A session of a new agent in a new `cloud` environment. */
export async function newSession(client: Anthropic, agent: Partial<AgentCreateParams> = {}) {
  const environment = await client.beta.environments.create({ name: fresh('env') });
  return sessionIn(client, environment.id, agent);
}

/** A session of a new agent in an environment. */
export async function sessionIn(client: Anthropic, environmentId: string, agent: Partial<AgentCreateParams> = {}) {
  const { id } = await client.beta.agents.create({ name: fresh('agent'), model: 'claude-opus-5', ...agent });
  return client.beta.sessions.create({ agent: id, environment_id: environmentId });
}

/** Sends a message. */
export function tell(client: Anthropic, sessionId: string, text: string) {
  return client.beta.sessions.events.send(sessionId, {
    events: [{ type: 'user.message', content: [{ type: 'text', text }] }],
  });
}

/** Reads a stream up to the end of the turn: idle, for whatever reason, or terminated. */
export async function untilIdle(stream: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of stream) {
    events.push(event);
    if (event.type === 'session.status_idle' || event.type === 'session.status_terminated') break;
  }
  return events;
}

/** Opens a stream, does something, and returns the events up to the end of the turn that this causes. */
export async function turn(client: Anthropic, sessionId: string, act: () => Promise<unknown>): Promise<StreamEvent[]> {
  const stream = await client.beta.sessions.events.stream(sessionId);
  await act();
  return untilIdle(stream);
}

/** The whole history. */
export async function history(client: Anthropic, sessionId: string): Promise<SessionEvent[]> {
  const events: SessionEvent[] = [];
  for await (const event of client.beta.sessions.events.list(sessionId)) events.push(event);
  return events;
}

/** The events of a type. */
export function ofType<T extends EventType>(events: readonly { readonly type: string }[], type: T): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type);
}

/** The only event of a type. */
export function onlyOne<T extends EventType>(events: readonly { readonly type: string }[], type: T): EventOf<T> {
  const [event, ...more] = ofType(events, type);
  if (!event || more.length > 0) throw new Error(`${more.length + (event ? 1 : 0)} events of type ${type}`);
  return event;
}

export const typesOf = (events: readonly { readonly type: string }[]): string[] => events.map(({ type }) => type);

/** The text of a message or a result. */
export function textOf(
  event: { readonly content?: readonly { readonly type: string }[] | undefined } | undefined,
): string {
  return (event?.content ?? []).map((block) => ('text' in block ? String(block.text) : '')).join('\n');
}
