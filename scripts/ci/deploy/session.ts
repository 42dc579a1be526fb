/** What a user does with the deployed API, through the official client. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';

type SessionEvent = Anthropic.Beta.Sessions.BetaManagedAgentsSessionEvent;

const LOOK_EVERY_MS = 1_000;
const TIMEOUT_MS = 60_000;

/** A session that came to rest. */
export interface FinishedSession {
  readonly id: string;
  readonly events: readonly SessionEvent[];
}

/**
 * Runs a session with one call of bash, polling the list of events.
 *
 * @param command what bash is told to run.
 */
export async function runSession(client: Anthropic, command: string): Promise<FinishedSession> {
  const environment = await client.beta.environments.create({ name: 'Deployed' });
  const agent = await client.beta.agents.create({
    name: 'Deployed',
    model: 'claude-sonnet-5-5',
    tools: [{ type: 'agent_toolset_20260401' }],
  });
  const session = await client.beta.sessions.create({ agent: agent.id, environment_id: environment.id });
  await client.beta.sessions.events.send(session.id, {
    events: [{ type: 'user.message', content: [{ type: 'text', text: `Run \`${command}\` in bash.` }] }],
  });
  return { id: session.id, events: await untilIdle(client, session.id) };
}

async function untilIdle(client: Anthropic, sessionId: string): Promise<SessionEvent[]> {
  for (const deadline = Date.now() + TIMEOUT_MS; ; await pause(LOOK_EVERY_MS)) {
    const events: SessionEvent[] = [];
    for await (const event of client.beta.sessions.events.list(sessionId)) events.push(event);
    if (events.some(({ type }) => type === 'session.status_idle')) return events;
    assert.ok(Date.now() < deadline, `the session did not come to rest: ${events.map(({ type }) => type).join(', ')}`);
  }
}

/** What the session's tools answered, as JSON. */
export const toolResults = ({ events }: FinishedSession): string =>
  JSON.stringify(events.filter(({ type }) => type === 'agent.tool_result'));
