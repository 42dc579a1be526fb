import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';
import type { ResponsePlan } from '../../runtime/local/offline-model/plan';
import { call, conversations, say } from '../support/conversations';
import { eventually } from '../support/eventually';
import { startLocalServer, type LocalServer } from '../support/local-server';
import { ownClock } from '../support/own-clock';
import {
  history,
  newSession,
  ofType,
  onlyOne,
  tell,
  textOf,
  TOOLSET,
  turn,
  typesOf,
  untilIdle,
} from '../support/sessions';

const LONG = 'word '.repeat(2_000);

let server: LocalServer;
/** What the model says at last to whoever lets it think. */
let endThought: (answer: ResponsePlan) => void;
const thought = new Promise<ResponsePlan>((resolve) => (endThought = resolve));
beforeAll(async () => {
  server = await startLocalServer(
    conversations({
      'talk for long': [say(LONG, { betweenMs: 20 }), say('Something else, then.')],
      'sleep for long': [call(['bash', { command: 'touch begun; sleep 300' }]), say('Awake.')],
      'think a while': [() => thought, say('Second thought.')],
    }),
  );
});
afterAll(() => server.close());

/** Sends words that make the model talk. Resolves once it has begun to, and somebody has heard it. */
async function hearTalk(client: Anthropic, sessionId: string, words: string): Promise<void> {
  const stream = await client.beta.sessions.events.stream(sessionId, { event_deltas: ['agent.message'] });
  await tell(client, sessionId, words);
  for await (const event of stream) if (event.type === 'event_delta') return;
}

const interrupt = (sessionId: string) =>
  server.client.beta.sessions.events.send(sessionId, { events: [{ type: 'user.interrupt' }] });

describe('an interrupt', () => {
  test('stops a model that is talking, at once', async () => {
    const { client } = server;
    const session = await newSession(client);
    const stream = await client.beta.sessions.events.stream(session.id);
    await hearTalk(client, session.id, 'talk for long');
    const clock = ownClock();
    await interrupt(session.id);
    const events = await untilIdle(stream);
    clock.stop();
    expect(clock.turns()).toBeLessThan(250);
    expect(ofType(events, 'span.model_request_end')).toHaveLength(1);
    expect(onlyOne(events, 'session.status_idle').stop_reason).toEqual({ type: 'end_turn' });
    expect(typesOf(events)).toContain('user.interrupt');
  });

  test('ends a call that is running with an error result', async () => {
    const { client } = server;
    const session = await newSession(client, { tools: [TOOLSET] });
    const stream = await client.beta.sessions.events.stream(session.id);
    await tell(client, session.id, 'sleep for long');
    await eventually(() => existsSync(join(server.dataDirectory, 'sandboxes', session.id, 'workspace', 'begun')));
    await interrupt(session.id);
    const events = await untilIdle(stream);
    const result = onlyOne(events, 'agent.tool_result');
    expect(result.is_error).toBe(true);
    expect(textOf(result)).toBe('Tool execution was interrupted before completion. Please retry.');
    expect(typesOf(events).slice(-5)).toEqual([
      'agent.tool_result',
      'user.interrupt',
      'session.thread_status_idle',
      'session.usage',
      'session.status_idle',
    ]);
    const again = await turn(client, session.id, () => tell(client, session.id, 'and now?'));
    expect(textOf(onlyOne(again, 'agent.message'))).toBe('Awake.');
  });

  test('with a message in the same request sets the model on another way', async () => {
    const { client } = server;
    const session = await newSession(client);
    await hearTalk(client, session.id, 'talk for long');
    await client.beta.sessions.events.send(session.id, {
      events: [
        { type: 'user.interrupt' },
        { type: 'user.message', content: [{ type: 'text', text: 'Something else, please.' }] },
      ],
    });
    let messages: string[] = [];
    await eventually(async () => {
      messages = ofType(await history(client, session.id), 'agent.message').map(textOf);
      return messages.includes('Something else, then.');
    });
    expect(messages.at(-1)).toBe('Something else, then.');
  });

  test('of an idle session does nothing', async () => {
    const { client } = server;
    const session = await newSession(client);
    await interrupt(session.id);
    await sleep(300);
    expect((await client.beta.sessions.retrieve(session.id)).status).toBe('idle');
  });
});

describe('a message that comes while the model is at work', () => {
  test('joins the next model request of the same turn', async () => {
    const { client } = server;
    const session = await newSession(client);
    const stream = await client.beta.sessions.events.stream(session.id);
    await tell(client, session.id, 'think a while');
    await eventually(async () => typesOf(await history(client, session.id)).includes('span.model_request_start'));
    await tell(client, session.id, 'and consider this');
    endThought(say('First thought.'));
    const events = await untilIdle(stream);
    expect(ofType(events, 'agent.message').map(textOf)).toEqual(['First thought.', 'Second thought.']);
    expect(ofType(events, 'session.status_running')).toHaveLength(1);
  });
});
