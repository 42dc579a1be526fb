import type Anthropic from '@anthropic-ai/sdk';
import type { EventListParams } from '@anthropic-ai/sdk/resources/beta/sessions/events';
import { conversations, say } from '../support/conversations';
import { startLocalServer, type LocalServer } from '../support/local-server';
import { fresh, history, newSession, tell, turn, typesOf, untilIdle } from '../support/sessions';

type Filter = EventListParams['types'];

let server: LocalServer;
let client: Anthropic;
beforeAll(async () => {
  server = await startLocalServer(conversations({ hello: [say('Hello.'), say('Again.')] }));
  ({ client } = server);
});
afterAll(() => server.close());

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

describe('agents', () => {
  test('keep every version, and a change that changes nothing makes none', async () => {
    const { beta } = client;
    const first = await beta.agents.create({ name: 'Ada', model: 'claude-opus-5' });
    const second = await beta.agents.update(first.id, { system: 'Be brief.', version: 1 });
    expect(second.version).toBe(2);
    expect(await beta.agents.update(first.id, { system: 'Be brief.' })).toEqual(second);
    await expect(beta.agents.update(first.id, { name: 'Bob', version: 1 })).rejects.toMatchObject({ status: 409 });
    expect((await all(beta.agents.versions.list(first.id))).map(({ version }) => version)).toEqual([2, 1]);
    expect(await beta.agents.retrieve(first.id, { version: 1 })).toEqual(first);
  });

  test('are listed page by page, newest first, without the archived', async () => {
    const { beta } = client;
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) made.unshift((await beta.agents.create({ name: fresh('l'), model: 'm' })).id);
    const [gone = '', ...kept] = made;
    expect((await beta.agents.archive(gone)).archived_at).not.toBeNull();
    const listed = (await all(beta.agents.list({ limit: 2 }))).map(({ id }) => id);
    expect(listed.slice(0, 4)).toEqual(kept);
    expect(listed).not.toContain(gone);
    expect((await all(beta.agents.list({ include_archived: true }))).map(({ id }) => id)).toContain(gone);
    const environment = await beta.environments.create({ name: fresh('e') });
    await expect(beta.sessions.create({ agent: gone, environment_id: environment.id })).rejects.toMatchObject({
      status: 400,
    });
  });
});

describe('environments', () => {
  test('are changed, archived and deleted', async () => {
    const { environments, sessions, agents } = client.beta;
    const made = await environments.create({ name: fresh('e'), metadata: { team: 'a' } });
    const changed = await environments.update(made.id, { description: 'ours', metadata: { team: null, floor: '2' } });
    expect(changed).toMatchObject({ description: 'ours', metadata: { floor: '2' } });
    expect(await environments.retrieve(made.id)).toEqual(changed);
    expect((await all(environments.list())).map(({ id }) => id)).toContain(made.id);
    await environments.archive(made.id);
    const agent = await agents.create({ name: 'a', model: 'm' });
    await expect(sessions.create({ agent: agent.id, environment_id: made.id })).rejects.toMatchObject({ status: 400 });
    expect(await environments.delete(made.id)).toEqual({ id: made.id, type: 'environment_deleted' });
    await expect(environments.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
  });
});

describe('sessions', () => {
  test('begin with their initial events', async () => {
    const { agents, environments, sessions } = client.beta;
    const environment = await environments.create({ name: fresh('e') });
    const agent = await agents.create({ name: 'a', model: 'claude-opus-5' });
    const session = await sessions.create({
      agent: agent.id,
      environment_id: environment.id,
      initial_events: [{ type: 'user.message', content: [{ type: 'text', text: 'hello' }] }],
    });
    expect(session.status).toBe('running');
    const events = await untilIdle(await sessions.events.stream(session.id));
    expect(typesOf(events)).toContain('agent.message');
  });

  test('are renamed, listed by what they are, archived and deleted', async () => {
    const { sessions } = client.beta;
    const session = await newSession(client);
    await sessions.update(session.id, { title: 'Mine', metadata: { a: '1' } });
    expect(await sessions.retrieve(session.id)).toMatchObject({ title: 'Mine', metadata: { a: '1' } });
    const byAgent = await all(sessions.list({ agent_id: session.agent.id, statuses: ['idle'] }));
    expect(byAgent.map(({ id }) => id)).toEqual([session.id]);

    await turn(client, session.id, () => tell(client, session.id, 'hello'));
    const archived = await sessions.archive(session.id);
    expect(archived).toMatchObject({ status: 'terminated' });
    expect(archived.archived_at).not.toBeNull();
    const before = await history(client, session.id);
    await expect(tell(client, session.id, 'more')).rejects.toMatchObject({ status: 400 });
    expect(await history(client, session.id)).toEqual(before);
    expect(await all(sessions.list({ agent_id: session.agent.id }))).toEqual([]);

    expect(await sessions.delete(session.id)).toEqual({ id: session.id, type: 'session_deleted' });
    await expect(sessions.retrieve(session.id)).rejects.toMatchObject({ status: 404 });
    await expect(history(client, session.id)).rejects.toMatchObject({ status: 404 });
  });

  test('tell open streams that they were deleted', async () => {
    const session = await newSession(client);
    const stream = await client.beta.sessions.events.stream(session.id);
    const types = all(stream).then(typesOf);
    await client.beta.sessions.delete(session.id);
    expect((await types).at(-1)).toBe('session.deleted');
  });

  test('list their events in pages, both ways, and by type', async () => {
    const { events } = client.beta.sessions;
    const session = await newSession(client);
    await turn(client, session.id, () => tell(client, session.id, 'hello'));
    await turn(client, session.id, () => tell(client, session.id, 'and again'));
    const whole = await history(client, session.id);
    expect(await all(events.list(session.id, { limit: 3 }))).toEqual(whole);
    expect(await all(events.list(session.id, { limit: 4, order: 'desc' }))).toEqual(whole.toReversed());
    const types: Filter = ['agent.message', 'user.message'];
    expect(typesOf(await all(events.list(session.id, { types })))).toEqual([
      'user.message',
      'agent.message',
      'user.message',
      'agent.message',
    ]);
  });

  test('have a primary thread with the same events', async () => {
    const { threads } = client.beta.sessions;
    const session = await newSession(client);
    const [thread] = await all(threads.list(session.id));
    const threadId = thread?.id ?? '';
    expect(thread).toMatchObject({ type: 'session_thread', parent_thread_id: null, status: 'idle' });
    const stream = await threads.events.stream(threadId, { session_id: session.id });
    await tell(client, session.id, 'hello');
    const streamed = await untilIdle(stream);
    expect(streamed.length).toBeGreaterThan(5);
    expect(await all(threads.events.list(threadId, { session_id: session.id }))).toEqual(
      await history(client, session.id),
    );
    expect((await threads.retrieve(threadId, { session_id: session.id })).usage?.output_tokens).toBeGreaterThan(0);
    await expect(threads.archive(threadId, { session_id: session.id })).rejects.toMatchObject({ status: 400 });
  });
});

describe('models', () => {
  test('are listed and found', async () => {
    const [first] = await all(client.beta.models.list());
    expect(await client.beta.models.retrieve(first?.id ?? '')).toEqual(first);
    await expect(client.beta.models.retrieve('no-such-model')).rejects.toMatchObject({ status: 404 });
  });
});

describe('workspaces', () => {
  test('see nothing of each other', async () => {
    const key = await server.makeKey({ type: 'create_api_key', workspace: 'elsewhere', name: null });
    const stranger = server.clientWith(key).beta;
    const session = await newSession(client);
    const refused = [
      () => stranger.sessions.retrieve(session.id),
      () => stranger.sessions.delete(session.id),
      () => stranger.sessions.archive(session.id),
      () => stranger.sessions.update(session.id, { title: 'taken' }),
      () => stranger.sessions.events.list(session.id),
      () => stranger.sessions.events.stream(session.id),
      () => stranger.sessions.events.send(session.id, { events: [{ type: 'user.interrupt' }] }),
      () => stranger.agents.retrieve(session.agent.id),
      () => stranger.agents.update(session.agent.id, { name: 'taken' }),
      () => stranger.environments.retrieve(session.environment_id),
      () => stranger.environments.delete(session.environment_id),
    ];
    for (const request of refused) await expect(request()).rejects.toMatchObject({ status: 404 });
    expect(await all(stranger.sessions.list())).toEqual([]);
    expect(await all(stranger.agents.list())).toEqual([]);
    expect(await all(stranger.environments.list())).toEqual([]);
  });
});
