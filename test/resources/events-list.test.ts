import type Anthropic from '@anthropic-ai/sdk';
import type { BetaManagedAgentsSessionEvent } from '@anthropic-ai/sdk/resources/beta/sessions/events';
import fc from 'fast-check';
import { Api, type PlayedThread } from '../http/api';

let api: Api;
let client: Anthropic;
beforeAll(async () => {
  api = await Api.open();
  client = await api.client();
});
afterAll(() => api.close());

type Event = BetaManagedAgentsSessionEvent;

const say = (id: string, text: string) =>
  client.beta.sessions.events.send(id, { events: [{ type: 'user.message', content: [{ type: 'text', text }] }] });

/** A session with some turns behind it and some messages that wait. */
async function history(turns: number, waiting: number): Promise<{ id: string; thread: PlayedThread }> {
  const { id } = await api.session();
  const thread = api.thread(id);
  for (let i = 0; i < turns; i += 1) {
    await say(id, `question ${i}`);
    await thread.turn(`answer ${i}`);
  }
  for (let i = 0; i < waiting; i += 1) await say(id, `waiting ${i}`);
  return { id, thread };
}

/** The log as it is written, and what waits after it. */
async function truth({ store, ref }: PlayedThread): Promise<string[]> {
  const ids: string[] = [];
  for await (const { records } of store.log.readCommits(ref, { from: 1 })) ids.push(...records.map((r) => r.event.id));
  for (const { entries } of await store.log.readInbox(ref)) ids.push(...entries.flatMap((e) => e.event?.id ?? []));
  return ids;
}

async function all(id: string, query: Anthropic.Beta.Sessions.EventListParams): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of client.beta.sessions.events.list(id, query)) events.push(event);
  return events;
}

const idsOf = (events: readonly { id: string }[]): string[] => events.map(({ id }) => id);

async function refusal(path: string): Promise<{ status: number; message: string }> {
  const response = await api.fetch(path);
  const body = (await response.json()) as { error: { message: string } };
  return { status: response.status, message: body.error.message };
}

describe('a list of events', () => {
  test('is the log and then what waits, whatever the size of a page and in both orders', async () => {
    const { id, thread } = await history(3, 3);
    const expected = await truth(thread);
    for (const limit of [1, 7, 8, expected.length, 1000]) {
      expect(idsOf(await all(id, { limit }))).toEqual(expected);
      expect(idsOf(await all(id, { limit, order: 'desc' }))).toEqual(expected.toReversed());
    }
    expect(idsOf((await client.beta.sessions.events.list(id)).data)).toEqual(expected);
  });

  test('shows what waits without a time, and of the log no private part', async () => {
    const { id, thread } = await history(1, 1);
    await thread.begin();
    await thread.call({ name: 'bash', kind: 'sandbox' });
    await say(id, 'later');
    const { data } = await client.beta.sessions.events.list(id);
    expect(data.at(-1)).toEqual({
      id: expect.any(String),
      type: 'user.message',
      content: [{ type: 'text', text: 'later' }],
    });
    expect(data.slice(0, -1).every((event) => event.processed_at)).toBe(true);
    expect(JSON.stringify(data)).not.toContain('toolu_');
  });

  test('can be narrowed to types, with or without brackets', async () => {
    const { id } = await history(3, 1);
    const types = ['user.message', 'agent.message'] as const;
    const events = await all(id, { types: [...types], limit: 2 });
    expect(events.map(({ type }) => type)).toEqual([...types, ...types, ...types, 'user.message']);
    const plain = await api.fetch(`/v1/sessions/${id}/events?types=agent.message`);
    expect((await plain.json()) as unknown).toMatchObject({ data: { length: 3 }, next_page: null });
    expect((await refusal(`/v1/sessions/${id}/events?types[]=nonsense`)).status).toBe(400);
  });

  test('can be narrowed to a range of times, which leaves out what waits', async () => {
    const { id, thread } = await history(6, 2);
    const expected = (await truth(thread)).slice(0, -2);
    const { data } = await client.beta.sessions.events.list(id);
    const at = (i: number) => data[i]?.processed_at ?? '';
    for (const order of ['asc', 'desc'] as const) {
      const between = async (range: object) => {
        const ids = idsOf(await all(id, { ...range, order, limit: 5 }));
        return order === 'asc' ? ids : ids.toReversed();
      };
      expect(await between({ 'created_at[gte]': at(20) })).toEqual(expected.slice(20));
      expect(await between({ 'created_at[gt]': at(20) })).toEqual(expected.slice(21));
      expect(await between({ 'created_at[lte]': at(30) })).toEqual(expected.slice(0, 31));
      expect(await between({ 'created_at[lt]': at(30) })).toEqual(expected.slice(0, 30));
      expect(await between({ 'created_at[gt]': at(10), 'created_at[lt]': at(30) })).toEqual(expected.slice(11, 30));
      expect(await between({ 'created_at[gt]': '2100-01-01T00:00:00Z' })).toEqual([]);
      expect(await between({ 'created_at[lt]': '2000-01-01T00:00:00Z' })).toEqual([]);
    }
  });

  test('takes a page of a long log with reads that do not grow with it', async () => {
    const { id, thread } = await history(40, 0);
    const whole = await client.beta.sessions.events.list(id, { limit: 290 });
    const { log } = api.store;
    const original = log.readCommits;
    let commits = 0;
    log.readCommits = async function* (...args) {
      for await (const commit of original(...args)) {
        commits += 1;
        yield commit;
      }
    };
    const rest = await client.beta.sessions.events.list(id, { limit: 20, page: whole.next_page });
    expect(rest.data).toHaveLength(20);
    expect(commits).toBeLessThan(12);
    commits = 0;
    const middle = whole.data[150]?.processed_at ?? '';
    await client.beta.sessions.events.list(id, { limit: 5, 'created_at[gte]': middle });
    expect(commits).toBeLessThan(16);
    log.readCommits = original;
    expect(idsOf([...whole.data, ...rest.data])).toEqual((await truth(thread)).slice(0, 310));
  });

  test('ends a page early rather than let it grow too big', async () => {
    const { id } = await api.session();
    for (let i = 0; i < 3; i += 1) await say(id, 'x'.repeat(2_500_000));
    const first = await client.beta.sessions.events.list(id);
    expect(first.data).toHaveLength(2);
    expect(await all(id, {})).toHaveLength(3);
  });

  test('of a thread is that of its session', async () => {
    const { id, thread } = await history(2, 1);
    const events: Event[] = [];
    const listed = client.beta.sessions.threads.events.list(thread.ref.threadId, { session_id: id, limit: 3 });
    for await (const event of listed) events.push(event);
    expect(idsOf(events)).toEqual(await truth(thread));
    const other = await refusal(`/v1/sessions/${id}/threads/sthr_01AAAAAAAAAAAAAAAAAAAAAA/events`);
    expect(other.status).toBe(404);
  });

  test('shows workers every result of a sandbox tool as user.tool_result', async () => {
    const { id, environment_id } = await api.session('self_hosted');
    const thread = api.thread(id);
    await thread.begin();
    const [use = ''] = await thread.call({ name: 'bash', kind: 'sandbox' });
    await thread.commit((builder) => {
      builder.push<'agent.tool_result'>({ type: 'agent.tool_result', tool_use_id: use, is_error: true });
    });
    const worker = await api.client({ authToken: await api.environmentKey(environment_id) });
    const last = async (as: Anthropic) => (await as.beta.sessions.events.list(id)).data.at(-1)?.type;
    expect(await last(client)).toBe('agent.tool_result');
    expect(await last(worker)).toBe('user.tool_result');
    expect((await worker.beta.sessions.events.list(id, { types: ['user.tool_result'] })).data).toHaveLength(1);
  });
});

describe('a page', () => {
  test.each(['0', '1001', '-1', '1.5', 'x'])('of %s events is refused', async (limit) => {
    const { id } = await api.session();
    const { status, message } = await refusal(`/v1/sessions/${id}/events?limit=${limit}`);
    expect(status).toBe(400);
    expect(message).toMatch(/^limit: /);
  });

  test('is refused for a cursor of another order, of another session, and for none', async () => {
    const { id } = await history(1, 0);
    const other = await history(1, 0);
    const { next_page: cursor } = await client.beta.sessions.events.list(id, { limit: 1 });
    expect(cursor).toEqual(expect.any(String));
    for (const path of [
      `/v1/sessions/${id}/events?order=desc&page=${cursor}`,
      `/v1/sessions/${other.id}/events?page=${cursor}`,
      `/v1/sessions/${id}/events?page=${cursor}x`,
      `/v1/sessions/${id}/events?page=nonsense`,
    ]) {
      const { status, message } = await refusal(path);
      expect(status).toBe(400);
      expect(message).toMatch(/^page: /);
    }
  });
});

test('whatever is taken up between two pages, none is missed', async () => {
  const pages = fc.record({
    turns: fc.integer({ min: 0, max: 2 }),
    waiting: fc.integer({ min: 1, max: 4 }),
    limit: fc.integer({ min: 1, max: 4 }),
    order: fc.constantFrom('asc' as const, 'desc' as const),
    moves: fc.array(fc.constantFrom('nothing', 'send', 'take one', 'take all'), { maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(pages, async ({ turns, waiting, limit, order, moves }) => {
      const { id, thread } = await history(turns, waiting);
      const before = await truth(thread);
      const seen = new Set<string>();
      let page = await client.beta.sessions.events.list(id, { limit, order });
      for (let i = 0; ; i += 1) {
        for (const event of page.data) seen.add(event.id);
        if (page.next_page === null) break;
        const move = moves[i];
        if (move === 'send') await say(id, 'more');
        if (move === 'take all') await thread.begin();
        if (move === 'take one') {
          await thread.commit((builder, [first]) => first && builder.admit(first));
        }
        page = await client.beta.sessions.events.list(id, { limit, order, page: page.next_page });
      }
      expect(before.filter((event) => !seen.has(event))).toEqual([]);
    }),
    { numRuns: 25 },
  );
});
