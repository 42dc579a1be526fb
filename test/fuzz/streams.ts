/** Crowds: many streams opened and dropped, many bodies that never end. */
import Anthropic from '@anthropic-ai/sdk';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Target } from './world';

const HOLD_MS = 500;

/** Opens streams of one session all at once and drops them without a word. */
export async function openAndDrop({ baseURL, apiKey }: Target, count: number): Promise<void> {
  const client = new Anthropic({ baseURL, apiKey, logLevel: 'off' });
  const environment = await client.beta.environments.create({ name: `crowd-${Date.now()}` });
  const agent = await client.beta.agents.create({ name: 'crowd', model: 'claude-opus-5' });
  const session = await client.beta.sessions.create({ agent: agent.id, environment_id: environment.id });
  const head = `GET /v1/sessions/${session.id}/events/stream HTTP/1.1\r\nhost: localhost\r\nx-api-key: ${apiKey}\r\n\r\n`;
  await dropAfter(baseURL, count, head);
}

/** Announces bodies, sends half of them, and goes away. */
export async function beginAndDrop({ baseURL, apiKey }: Target, count: number): Promise<void> {
  const head = `POST /v1/agents HTTP/1.1\r\nhost: localhost\r\nx-api-key: ${apiKey}\r\ncontent-type: application/json\r\ncontent-length: 2000000\r\n\r\n`;
  await dropAfter(baseURL, count, head + ' '.repeat(100_000));
}

async function dropAfter(baseURL: string, count: number, bytes: string): Promise<void> {
  const port = Number(new URL(baseURL).port);
  const sockets = Array.from({ length: count }, (): Socket => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(bytes));
    socket.on('error', () => undefined);
    socket.resume();
    return socket;
  });
  await pause(HOLD_MS);
  for (const socket of sockets) socket.resetAndDestroy();
}

/** Whether the server still serves a session, from the message to the answer. */
export async function servesSession({ baseURL, apiKey }: Target): Promise<boolean> {
  const client = new Anthropic({ baseURL, apiKey, logLevel: 'off' });
  const environment = await client.beta.environments.create({ name: `after-${Date.now()}` });
  const agent = await client.beta.agents.create({ name: 'after', model: 'claude-opus-5' });
  const session = await client.beta.sessions.create({ agent: agent.id, environment_id: environment.id });
  const stream = await client.beta.sessions.events.stream(session.id, {}, { signal: AbortSignal.timeout(30_000) });
  const content = [{ type: 'text' as const, text: 'still there?' }];
  await client.beta.sessions.events.send(session.id, { events: [{ type: 'user.message', content }] });
  for await (const event of stream) {
    if (event.type === 'session.status_idle') return event.stop_reason.type === 'end_turn';
  }
  return false;
}
