/** What a user does with the deployed API, through the official client. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';
import { itemWhere } from './database';

const LOOK_EVERY_MS = 1_000;
const TIMEOUT_MS = 180_000;
/** Less than a sandbox stays that has nothing to do. */
const BELL_TIMEOUT_MS = 45_000;

/** A session in a `cloud` environment. @returns its id. */
export async function createSession(client: Anthropic): Promise<string> {
  const environment = await client.beta.environments.create({ name: 'Deployed' });
  const agent = await client.beta.agents.create({
    name: 'Deployed',
    model: 'claude-sonnet-5-5',
    tools: [{ type: 'agent_toolset_20260401' }],
  });
  return (await client.beta.sessions.create({ agent: agent.id, environment_id: environment.id })).id;
}

/**
 * Has the session run a command, and waits until it is at rest again. It polls the list of events.
 *
 * @returns what the tools answered, as JSON.
 */
export async function runInBash(client: Anthropic, sessionId: string, command: string): Promise<string> {
  const before = await eventsOf(client, sessionId);
  await client.beta.sessions.events.send(sessionId, {
    events: [{ type: 'user.message', content: [{ type: 'text', text: `Run \`${command}\` in bash.` }] }],
  });
  for (const deadline = Date.now() + TIMEOUT_MS; ; await pause(LOOK_EVERY_MS)) {
    const events = (await eventsOf(client, sessionId)).slice(before.length);
    const types = events.map(({ type }) => type);
    if (types.includes('session.status_idle')) {
      return JSON.stringify(events.filter(({ type }) => type === 'agent.tool_result'));
    }
    assert.ok(Date.now() < deadline, `the session did not come to rest: ${types.join(', ')}`);
  }
}

/** Waits until the session's sandbox has connected to the bell. Its first call need not wait for that. */
export async function untilBell(sessionId: string): Promise<void> {
  for (const deadline = Date.now() + BELL_TIMEOUT_MS; ; await pause(LOOK_EVERY_MS)) {
    const head = await itemWhere(({ pk, sk }) => sk?.S === 'HEAD' && pk?.S?.includes(sessionId) === true);
    if (head?.bell?.S !== undefined) return;
    assert.ok(Date.now() < deadline, 'the sandbox connects to the bell');
  }
}

/** The history of a session. */
export async function eventsOf(
  client: Anthropic,
  sessionId: string,
): Promise<ReadonlyArray<{ readonly type: string }>> {
  const events: Array<{ readonly type: string }> = [];
  for await (const event of client.beta.sessions.events.list(sessionId)) events.push(event);
  return events;
}
