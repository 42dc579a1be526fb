import type Anthropic from '@anthropic-ai/sdk';
import { setTimeout as pause } from 'node:timers/promises';
import { systemIds } from '../../runtime/contract/ids';
import { eventually } from '../support/eventually';
import { ownClock } from '../support/own-clock';
import { Api, type PlayedThread } from './api';
import { saying, TURN, typesOf, until } from './streaming';

let api: Api;
let client: Anthropic;

beforeAll(async () => {
  api = await Api.open({ stream: { replayAfterMs: 300, pingMs: 400 } });
  client = await api.client();
});
afterAll(() => api.close());

const say = (sessionId: string, text: string) => client.beta.sessions.events.send(sessionId, saying(text));

async function prepared(): Promise<{ id: string; thread: PlayedThread }> {
  const { id } = await api.session();
  return { id, thread: api.thread(id) };
}

describe('a stream that is opened around a send', () => {
  test('opened before it, carries the whole turn', async () => {
    const { id, thread } = await prepared();
    const stream = await client.beta.sessions.events.stream(id);
    await say(id, 'hello');
    void thread.turn('hi');
    expect(typesOf(await until(stream, 'session.status_idle'))).toEqual(TURN);
  });

  test('opened while input waits, carries the turn that it starts', async () => {
    const { id, thread } = await prepared();
    await say(id, 'hello');
    const stream = await client.beta.sessions.events.stream(id);
    void thread.turn('hi');
    expect(typesOf(await until(stream, 'session.status_idle'))).toEqual(TURN);
  });

  test('opened in the middle of the turn, begins with its beginning', async () => {
    const { id, thread } = await prepared();
    await say(id, 'first');
    await thread.turn('one');
    await say(id, 'second');
    await thread.begin();
    const stream = await client.beta.sessions.events.stream(id);
    void thread.finish('two');
    expect(typesOf(await until(stream, 'session.status_idle'))).toEqual(TURN);
  });

  test('opened after the turn has ended, repeats it when nothing else is sent', async () => {
    const { id, thread } = await prepared();
    await say(id, 'hello');
    await thread.turn('hi');
    const stream = await client.beta.sessions.events.stream(id);
    expect(typesOf(await until(stream, 'session.status_idle'))).toEqual(TURN);
  });

  test('opened after a turn but before the next send, carries only the next turn', async () => {
    // On a busy machine the send has to be there within the grace as well.
    const patient = await Api.open({ stream: { replayAfterMs: 2_500 } });
    const { id } = await patient.session();
    const thread = patient.thread(id);
    const { events: sent } = (await patient.client()).beta.sessions;
    await sent.send(id, saying('first'));
    await thread.turn('one');
    const stream = await sent.stream(id);
    await sent.send(id, saying('second'));
    // The grace in which a repetition would begin passes while the input waits.
    await pause(3_000);
    void thread.turn('two');
    const events = await until(stream, 'session.status_idle');
    expect(typesOf(events)).toEqual(TURN);
    expect(events.find(({ type }) => type === 'agent.message')).toMatchObject({ content: [{ text: 'two' }] });
    await patient.close();
  });

  test('opened after a turn that another stream has told of, repeats nothing, however late the next send', async () => {
    const { id, thread } = await prepared();
    const first = await client.beta.sessions.events.stream(id);
    await say(id, 'first');
    const turn = thread.turn('one');
    await until(first, 'session.status_idle');
    await turn;
    const ended = (await api.store.log.lastCommit(thread.ref))?.n ?? 0;
    await eventually(async () => (await api.store.log.heardTo(thread.ref)) >= ended);
    const second = await client.beta.sessions.events.stream(id);
    await pause(600);
    await say(id, 'second');
    void thread.turn('two');
    const events = await until(second, 'session.status_idle');
    expect(events.find(({ type }) => type === 'agent.message')).toMatchObject({ content: [{ text: 'two' }] });
    expect(typesOf(events)).toEqual(TURN);
  });

  test('opened by a worker, repeats nothing: a worker lists', async () => {
    const { id, environment_id } = await api.session('self_hosted');
    const thread = api.thread(id);
    await say(id, 'first');
    await thread.turn('one');
    const worker = await api.client({ authToken: await api.environmentKey(environment_id) });
    const stream = await worker.beta.sessions.events.stream(id);
    await pause(600);
    await say(id, 'second');
    await thread.turn('two');
    expect(typesOf(await until(stream, 'session.status_idle'))).toEqual(TURN);
  });
});

describe('the frames of a stream', () => {
  test('are named, carry the id that a standard client resumes from, and pings come in between', async () => {
    const { id, thread } = await prepared();
    await say(id, 'hello');
    await thread.turn('hi');
    const response = await api.fetch(`/v1/sessions/${id}/events/stream`);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('request-id')).toMatch(/^req_/);
    const text = await readUntil(response, (sofar) => pingsIn(sofar) > 3 && sofar.includes(LAST));
    const frames = text.split('\n\n').filter((part) => part !== '');
    expect(frames.every((part) => /^(id: sevt_\w+\n)?event: [\w.]+\ndata: \{.*\}$/.test(part))).toBe(true);
    expect(frames.filter((part) => part === 'event: ping\ndata: {"type":"ping"}').length).toBeGreaterThan(3);
    const ids = frames.flatMap((part) => /^id: (\S+)/.exec(part)?.[1] ?? []);
    const listed = await client.beta.sessions.events.list(id);
    expect(ids).toEqual(listed.data.map((event) => event.id));
  });

  test('go on after an event that the client names, be it with the query or with the header', async () => {
    const { id, thread } = await prepared();
    await say(id, 'hello');
    await thread.turn('hi');
    const { data } = await client.beta.sessions.events.list(id);
    const from = data[2]?.id ?? '';
    const expected = data.slice(3).map((event) => event.id);
    const byQuery = await client.beta.sessions.events.stream(id, {}, { query: { from } });
    const seen = (await until(byQuery, 'session.status_idle')) as { id: string }[];
    expect(seen.map((event) => event.id)).toEqual(expected);
    const path = `/v1/sessions/${id}/events/stream`;
    const resumed = await api.fetch(path, { headers: { 'Last-Event-ID': from } });
    const text = await readUntil(resumed, (sofar) => pingsIn(sofar) > 1 && sofar.includes(LAST));
    expect([...text.matchAll(/^id: (\S+)/gm)].map((match) => match[1])).toEqual(expected);
  });

  test('go on after an event that still waits, with all that it causes', async () => {
    const { id, thread } = await prepared();
    const sent = await say(id, 'hello');
    const from = sent.data?.[0]?.id ?? '';
    const stream = await client.beta.sessions.events.stream(id, {}, { query: { from } });
    void thread.turn('hi');
    expect(typesOf(await until(stream, 'session.status_idle'))).toEqual(TURN);
  });

  test('are refused for an event that the session does not have', async () => {
    const { id } = await prepared();
    for (const from of [systemIds.make('event'), 'nonsense']) {
      const response = await api.fetch(`/v1/sessions/${id}/events/stream?from=${from}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { message: expect.stringMatching(/^from: /) } });
    }
  });
});

describe('the end of a stream', () => {
  test('comes with session.deleted when the session is deleted', async () => {
    const { id } = await prepared();
    const stream = await client.beta.sessions.events.stream(id);
    const all = until(stream, 'never');
    await client.beta.sessions.delete(id);
    expect(typesOf(await all).at(-1)).toBe('session.deleted');
  });

  test('is not an archive, which is told to all who listen and stays out of the list', async () => {
    const { id, thread } = await prepared();
    await say(id, 'hello');
    await thread.turn('hi');
    const stream = await client.beta.sessions.events.stream(id);
    const events = until(stream, 'session.status_terminated');
    await client.beta.sessions.archive(id);
    expect(typesOf(await events)).toContain('session.status_terminated');
    expect(typesOf((await client.beta.sessions.events.list(id)).data)).not.toContain('session.status_terminated');
    const later = await client.beta.sessions.events.stream(id);
    expect(typesOf(await until(later, 'session.status_terminated'))).toEqual([...TURN, 'session.status_terminated']);
  });

  test('comes cleanly at its greatest age', async () => {
    const brief = await Api.open({ stream: { maxAgeMs: 300 } });
    const { id } = await brief.session();
    const clock = ownClock();
    const stream = await (await brief.client()).beta.sessions.events.stream(id);
    expect(await until(stream, 'never')).toEqual([]);
    clock.stop();
    expect(clock.turns()).toBeLessThan(250);
    await brief.close();
  });

  test('comes with a named error when the store fails, which says nothing of it', async () => {
    const broken = await Api.open();
    const { id } = await broken.session();
    const stream = await (await broken.client()).beta.sessions.events.stream(id);
    broken.store.log.readCommits = () => {
      throw new Error('no table');
    };
    await expect(until(stream, 'never')).rejects.toMatchObject({
      error: { type: 'error', error: { type: 'api_error', message: 'Internal server error' } },
    });
    expect(broken.failures).toMatchObject([{ error: { message: 'no table' } }]);
    await broken.close();
  });

  test('stops the reading when the client goes', async () => {
    const { id } = await prepared();
    let reads = 0;
    const { log } = api.store;
    const original = log.readCommits;
    log.readCommits = (ref, range) => {
      if (ref.sessionId === id) reads += 1;
      return original(ref, range);
    };
    const stream = await client.beta.sessions.events.stream(id);
    const reading = until(stream, 'never');
    await eventually(() => reads > 0);
    stream.controller.abort();
    await reading;
    // What was under way may still come to its end.
    let before = -1;
    for (; before !== reads; await pause(500)) before = reads;
    await pause(1_500);
    expect(reads).toBe(before);
    log.readCommits = original;
  });
});

/** The event that ends a turn, as a frame begins it, and how many pings there are. */
const LAST = 'event: session.status_idle\n';
const pingsIn = (text: string): number => text.split('event: ping\n').length - 1;

/** What a stream says up to the frame with which this holds. */
async function readUntil(response: Response, holds: (text: string) => boolean): Promise<string> {
  let text = '';
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    if (holds(text)) break;
  }
  return text;
}
