import type { Principal } from '../../runtime/store/ports';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { nearMiss } from '../support/near-miss';
import { Service, elsewhere, home } from './service';

let service: Service;
beforeAll(async () => {
  service = await Service.open();
});
afterAll(() => service.close());

const MESSAGE = { type: 'user.message', content: [{ type: 'text', text: 'hello' }] };
const retrieve = (session_id: string, as: Principal = home) =>
  service.call('sessions.retrieve', { path: { session_id }, as });

describe('retrieving a session', () => {
  it('shows what its log has come to', async () => {
    const session = await service.session();
    const usage = { ...EMPTY_SUMMARY.usage, inputTokens: 10, outputTokens: 5, cacheWriteTokens: 7, webSearches: 2 };
    await service.reach(session.id, { status: 'idle', activeMicros: 2_500_000, usage });
    const shown = await retrieve(session.id);
    expect(shown.usage).toMatchObject({
      input_tokens: 10,
      output_tokens: 5,
      cache_creation: { ephemeral_5m_input_tokens: 7, ephemeral_1h_input_tokens: 0 },
      active_seconds: 2.5,
      list_cost: { amount: '2', currency: 'USD' },
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 },
    });
    expect(shown.stats.active_seconds).toBe(2.5);
    expect(Date.parse(shown.updated_at)).toBeGreaterThanOrEqual(Date.parse(session.updated_at));
  });

  it('reads a malformed, an absent and a foreign id the same, on every route of a session', async () => {
    const { id } = await service.session();
    for (const [session_id, as] of [
      ['x', home],
      [nearMiss(id), home],
      [id, elsewhere],
    ] as const) {
      const operations = [
        'sessions.retrieve',
        'sessions.update',
        'sessions.archive',
        'sessions.delete',
        'sessions.threads.list',
        'sessions.threads.retrieve',
        'sessions.threads.archive',
      ] as const;
      for (const operation of operations) {
        const refusal = await service.refusal(operation, { path: { session_id, thread_id: 'sthr_x' }, body: {}, as });
        expect(refusal).toEqual({ status: 404, type: 'not_found_error', message: `session ${session_id} not found` });
      }
    }
  });

  it('is for workers too, but only of the session that they may serve', async () => {
    const [mine, other] = [await service.session(), await service.session()];
    const environment: Principal = {
      kind: 'environment_key',
      workspace: 'home',
      environmentId: mine.environment_id,
      keyId: 'k',
    };
    const token: Principal = {
      kind: 'session_token',
      workspace: 'home',
      environmentId: mine.environment_id,
      sessionId: mine.id,
      workId: 'w',
    };
    for (const as of [environment, token]) {
      expect((await retrieve(mine.id, as)).id).toBe(mine.id);
      const refusal = await service.refusal('sessions.retrieve', { path: { session_id: other.id }, as });
      expect(refusal).toMatchObject({ status: 404, message: `session ${other.id} not found` });
    }
  });
});

describe('listing sessions', () => {
  const as: Principal = { ...home, workspace: 'listing' };
  const list = async (query: Record<string, string | string[]> = {}) => {
    const page = await service.call('sessions.list', { query, as });
    return { titles: page.data.map(({ title }) => title).join(''), next: page.next_page, prev: page.prev_page };
  };
  const made: { id: string; created_at: string; agent: { id: string } }[] = [];

  beforeAll(async () => {
    const agent = await service.call('agents.create', { body: { name: 'a', model: 'm' }, as });
    const other = await service.call('agents.create', { body: { name: 'b', model: 'm' }, as });
    await service.call('agents.update', { path: { agent_id: other.id }, body: { name: 'c' }, as });
    const environment = await service.call('environments.create', { body: { name: 'e' }, as });
    for (const title of ['1', '2', '3', '4', '5']) {
      const body = {
        agent: title === '5' ? other.id : agent.id,
        environment_id: environment.id,
        title,
        ...(title === '4' ? { initial_events: [MESSAGE] } : {}),
      };
      made.push(await service.call('sessions.create', { body, as }));
    }
    await service.call('sessions.archive', { path: { session_id: made[0]?.id ?? '' }, as });
  });

  it('goes by creation, newest first unless asked otherwise, without archived ones unless asked for', async () => {
    expect((await list()).titles).toBe('5432');
    expect((await list({ order: 'asc' })).titles).toBe('2345');
    expect((await list({ include_archived: 'true' })).titles).toBe('54321');
  });

  it('leads forth and back by cursors', async () => {
    const first = await list({ limit: '2' });
    expect(first).toEqual({ titles: '54', next: expect.any(String), prev: null });
    const second = await list({ limit: '2', page: first.next ?? '' });
    expect(second).toEqual({ titles: '32', next: null, prev: expect.any(String) });
    expect(await list({ limit: '2', page: second.prev ?? '' })).toMatchObject({ titles: '54', prev: null });
  });

  it('refuses a cursor of another order, a cursor of another list, and garbage', async () => {
    const { next } = await list({ limit: '1' });
    const agents = await service.call('agents.list', { query: { limit: '1' }, as });
    const otherOrder = { page: next ?? '', order: 'asc' };
    const queries: Record<string, string>[] = [otherOrder, { page: agents.next_page ?? '' }, { page: 'garbage' }];
    for (const query of queries) {
      expect(await service.refusal('sessions.list', { query, as })).toMatchObject({ status: 400 });
    }
  });

  it('narrows by agent, version, status and time', async () => {
    const other = made[4]?.agent.id ?? '';
    expect((await list({ agent_id: other })).titles).toBe('5');
    expect((await list({ agent_id: other, agent_version: '2' })).titles).toBe('5');
    expect((await list({ agent_id: other, agent_version: '1' })).titles).toBe('');
    expect((await list({ 'statuses[]': 'running' })).titles).toBe('4');
    expect((await list({ 'statuses[]': ['idle', 'running'] })).titles).toBe('5432');
    expect((await list({ 'statuses[]': 'terminated', include_archived: 'true' })).titles).toBe('1');
    const at = made[2]?.created_at ?? '';
    expect((await list({ 'created_at[gt]': at })).titles).toBe('54');
    expect((await list({ 'created_at[gte]': at, 'created_at[lt]': made[4]?.created_at ?? '' })).titles).toBe('43');
    expect((await list({ 'created_at[lte]': at })).titles).toBe('32');
    expect((await list({ deployment_id: `depl_01${'1'.repeat(22)}` })).titles).toBe('');
  });

  it('refuses filters that are malformed', async () => {
    const queries: Record<string, string>[] = [
      { agent_id: 'x' },
      { 'created_at[gt]': 'yesterday' },
      { 'statuses[]': 'asleep' },
      { limit: '0' },
    ];
    for (const query of queries) {
      expect(await service.refusal('sessions.list', { query, as })).toMatchObject({ status: 400 });
    }
  });
});
