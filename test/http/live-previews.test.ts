import { setTimeout as pause } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';
import { accumulateManagedAgentsEvent, type AccumulatedEvent } from '@anthropic-ai/sdk/lib/sessions/accumulate';
import { systemIds } from '../../runtime/contract/ids';
import { eventually } from '../support/eventually';
import { Api, type PlayedThread } from './api';
import { saying, TURN, typesOf, until, type Streamed } from './streaming';

let api: Api;
let client: Anthropic;

beforeAll(async () => {
  api = await Api.open();
  client = await api.client();
});
afterAll(() => api.close());

const say = (sessionId: string, text: string) => client.beta.sessions.events.send(sessionId, saying(text));

async function prepared(): Promise<{ id: string; thread: PlayedThread }> {
  const { id } = await api.session();
  return { id, thread: api.thread(id) };
}

describe('previews', () => {
  const chunk = (eventId: string, index: number, text: string) => ({
    eventId,
    eventType: 'agent.message' as const,
    index,
    text,
  });

  test('build up to a prefix of the final message in the official accumulator', async () => {
    const { id, thread } = await prepared();
    const stream = await client.beta.sessions.events.stream(id, { event_deltas: ['agent.message', 'agent.thinking'] });
    await say(id, 'hello');
    const messageId = systemIds.make('event');
    const thinkingId = systemIds.make('event');
    const events: Streamed[] = [];
    void (async () => {
      await thread.begin();
      await thread.preview({ ...chunk(thinkingId, 0, ''), eventType: 'agent.thinking' });
      for (const [n, part] of ['Good ', 'morning', ', wor'].entries()) {
        await thread.preview(chunk(messageId, 0, part));
        await eventually(() => events.filter(({ type }) => type === 'event_delta').length > n);
      }
      await thread.finish('Good morning, world', messageId);
    })();
    for await (const event of stream) {
      events.push(event);
      if (event.type !== 'session.status_idle') continue;
      if (events.filter(({ type }) => type === event.type).length === 2) break;
      // Its end was told, so this is too late, also in the next turn, in which previews are looked for again.
      await thread.preview(chunk(messageId, 0, 'ld: too late'));
      await say(id, 'and on');
      void thread.turn('on', 300);
    }
    let message: AccumulatedEvent | undefined;
    const states: unknown[] = [];
    for (const event of events) {
      message = accumulateManagedAgentsEvent(message, event);
      if (event.type === 'event_delta') states.push(message?.content);
    }
    expect(states).toEqual(['Good ', 'Good morning', 'Good morning, wor'].map((text) => [{ type: 'text', text }]));
    const starts = events.flatMap((event) => (event.type === 'event_start' ? [event.event] : []));
    expect(starts).toEqual([
      { type: 'agent.thinking', id: thinkingId },
      { type: 'agent.message', id: messageId },
    ]);
    const last = events.findLastIndex((event) => event.type === 'event_delta');
    expect(last).toBeLessThan(events.findIndex((event) => event.type === 'agent.message'));
  });

  test('are not sent to those who did not ask, nor of other types than asked for', async () => {
    const { id, thread } = await prepared();
    const plain = await client.beta.sessions.events.stream(id);
    const thinking = await client.beta.sessions.events.stream(id, { event_deltas: ['agent.thinking'] });
    await say(id, 'hello');
    const messageId = systemIds.make('event');
    void (async () => {
      await thread.begin();
      await thread.preview(chunk(messageId, 0, 'He'));
      await pause(400);
      await thread.finish('Hello', messageId);
    })();
    expect(typesOf(await until(plain, 'session.status_idle'))).toEqual(TURN);
    expect(typesOf(await until(thinking, 'session.status_idle'))).toEqual(TURN);
  });

  test('of a message under way reach a stream that comes later, from their beginning or not at all', async () => {
    const { id, thread } = await prepared();
    await say(id, 'hello');
    await thread.begin();
    const messageId = systemIds.make('event');
    await thread.preview(chunk(messageId, 0, 'Hel'));
    const late = await client.beta.sessions.events.stream(id, { event_deltas: ['agent.message'] });
    const events: Streamed[] = [];
    const text = () =>
      events.flatMap((event) => (event.type === 'event_delta' ? [event.delta.content.text] : [])).join('');
    void (async () => {
      await eventually(() => typesOf(events).includes('span.model_request_start'));
      await thread.preview(chunk(messageId, 0, 'lo'));
      await eventually(() => text() === 'Hello');
      await thread.finish('Hello', messageId);
    })();
    await until(late, 'session.status_idle', events);
    expect(text()).toBe('Hello');
    expect(typesOf(events).slice(0, 4)).toEqual(TURN.slice(0, 4));
  });

  test('of unknown types are refused', async () => {
    const { id } = await prepared();
    const response = await api.fetch(`/v1/sessions/${id}/events/stream?event_deltas[]=agent.tool_use`);
    expect(response.status).toBe(400);
  });
});
