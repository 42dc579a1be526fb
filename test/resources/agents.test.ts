import { nearMiss } from '../support/near-miss';
import { Service, elsewhere, home } from './service';

let service: Service;
beforeAll(async () => {
  service = await Service.open();
});
afterAll(() => service.close());

const create = (body: Record<string, unknown> = {}) =>
  service.call('agents.create', { body: { name: 'helper', model: 'claude-opus-5', ...body } });
const update = (agent_id: string, body: Record<string, unknown>) =>
  service.call('agents.update', { path: { agent_id }, body });

const MCP = {
  mcp_servers: [{ type: 'url', name: 'wiki', url: 'https://mcp.example.com/x' }],
  tools: [{ type: 'mcp_toolset', mcp_server_name: 'wiki' }],
};

describe('updating an agent', () => {
  it('makes a new version, keeps what is not named, and leaves the old version readable', async () => {
    const agent = await create({ system: 'be kind', metadata: { a: '1', b: '2' } });
    const next = await update(agent.id, { description: 'new', metadata: { b: null, c: '3' } });
    expect(next).toMatchObject({ version: 2, system: 'be kind', description: 'new', metadata: { a: '1', c: '3' } });
    expect(Date.parse(next.updated_at)).toBeGreaterThanOrEqual(Date.parse(agent.updated_at));
    const old = await service.call('agents.retrieve', { path: { agent_id: agent.id }, query: { version: '1' } });
    expect(old).toEqual(agent);
    expect(await service.call('agents.retrieve', { path: { agent_id: agent.id } })).toEqual(next);
  });

  it.each([{}, { version: null }, { version: 1 }, { name: 'helper' }, { metadata: {} }, { description: '' }])(
    'changes neither version nor time when %j says nothing new',
    async (body) => {
      const agent = await create();
      expect(await update(agent.id, body)).toEqual(agent);
      const { data } = await service.call('agents.versions.list', { path: { agent_id: agent.id } });
      expect(data).toHaveLength(1);
    },
  );

  it('clears texts by null or an empty text, and lists by null or an empty list', async () => {
    const full = { system: 's', description: 'd', skills: [{ type: 'anthropic', skill_id: 'pdf' }], ...MCP };
    for (const [text, list] of [
      [null, null],
      ['', []],
    ]) {
      const agent = await create(full);
      const bare = await update(agent.id, {
        system: text,
        description: text,
        tools: list,
        mcp_servers: list,
        skills: list,
      });
      expect(bare).toMatchObject({
        system: null,
        description: null,
        tools: [],
        mcp_servers: [],
        skills: [],
        version: 2,
      });
    }
  });

  it('applies the rules to what results', async () => {
    const agent = await create(MCP);
    const path = { agent_id: agent.id };
    expect(await service.refusal('agents.update', { path, body: { mcp_servers: null } })).toMatchObject({
      status: 400,
    });
    expect(await service.refusal('agents.update', { path, body: { name: null } })).toMatchObject({ status: 400 });
    expect(await service.call('agents.retrieve', { path })).toEqual(agent);
  });

  it('replaces the model whole, but keeps the effort while the model stays', async () => {
    const agent = await create({ model: { id: 'claude-opus-5', effort: 'low', speed: 'fast', inference_geo: 'eu' } });
    const same = await update(agent.id, { model: { id: 'claude-opus-5' } });
    expect(same.model).toEqual({ id: 'claude-opus-5', effort: { type: 'low' }, speed: 'standard' });
    const other = await update(agent.id, { model: 'claude-opus-5-5' });
    expect(other.model).toEqual({ id: 'claude-opus-5-5', effort: { type: 'medium' }, speed: 'standard' });
  });

  it('refuses a stale version', async () => {
    const agent = await create();
    await update(agent.id, { name: 'second', version: 1 });
    const refusal = await service.refusal('agents.update', {
      path: { agent_id: agent.id },
      body: { name: 'third', version: 1 },
    });
    expect(refusal).toEqual({
      status: 409,
      type: 'invalid_request_error',
      message: 'Concurrent modification detected. Please fetch the latest version and retry.',
    });
  });

  it('loses no update of writers who name no version, however many write at once', async () => {
    const agent = await create();
    const keys = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(keys.map((key) => update(agent.id, { metadata: { [key]: key } })));
    const after = await service.call('agents.retrieve', { path: { agent_id: agent.id } });
    expect(after.version).toBe(1 + keys.length);
    expect(Object.keys(after.metadata).toSorted()).toEqual(keys);
    const { data } = await service.call('agents.versions.list', { path: { agent_id: agent.id } });
    expect(data.map(({ version }) => version)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(data.map(({ metadata }) => Object.keys(metadata).length)).toEqual([5, 4, 3, 2, 1, 0]);
  });

  it('lets one of two writers who name the same version win', async () => {
    const agent = await create();
    const write = (name: string) =>
      update(agent.id, { name, version: 1 }).then(
        () => name,
        () => undefined,
      );
    const winners = (await Promise.all(['x', 'y', 'z'].map(write))).filter((name) => name !== undefined);
    expect(winners).toHaveLength(1);
    const after = await service.call('agents.retrieve', { path: { agent_id: agent.id } });
    expect(after).toMatchObject({ version: 2, name: winners[0] });
  });

  it('counts the metadata that results', async () => {
    const pairs = (prefix: string) => Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${prefix}${i}`, 'v']));
    const agent = await create({ metadata: pairs('a') });
    const path = { agent_id: agent.id };
    expect(await service.refusal('agents.update', { path, body: { metadata: pairs('b') } })).toMatchObject({
      status: 400,
      message: 'metadata: may hold at most 16 pairs',
    });
  });

  it('shows a version whose row was written before a crash kept the agent from following', async () => {
    const agent = await create();
    await service.store.agents.putVersion(home.workspace, agent.id, 1, agent);
    const path = { agent_id: agent.id };
    expect((await service.call('agents.versions.list', { path })).data).toEqual([agent]);
    await update(agent.id, { name: 'second' });
    const { data } = await service.call('agents.versions.list', { path });
    expect(data.map(({ name }) => name)).toEqual(['second', 'helper']);
  });
});

describe('an archived agent', () => {
  it('refuses to change and stays as it is when archived again', async () => {
    const agent = await create();
    const path = { agent_id: agent.id };
    await update(agent.id, { name: 'second' });
    const archived = await service.call('agents.archive', { path });
    expect(archived).toMatchObject({ version: 2, archived_at: expect.any(String) });
    expect(await service.call('agents.archive', { path })).toEqual(archived);
    expect(await service.refusal('agents.update', { path, body: { name: 'x' } })).toMatchObject({ status: 400 });
    const old = await service.call('agents.retrieve', { path, query: { version: '1' } });
    expect(old.archived_at).toBe(archived.archived_at);
  });
});

describe('reading agents', () => {
  it('reads a malformed, an absent and a foreign id the same', async () => {
    const agent = await create();
    for (const [agent_id, as] of [
      ['x', home],
      [nearMiss(agent.id), home],
      [agent.id, elsewhere],
    ] as const) {
      for (const operation of ['agents.retrieve', 'agents.update', 'agents.archive', 'agents.versions.list'] as const) {
        expect(await service.refusal(operation, { path: { agent_id }, body: {}, as })).toEqual({
          status: 404,
          type: 'not_found_error',
          message: `agent ${agent_id} not found`,
        });
      }
    }
  });

  it('finds no version that has not been made', async () => {
    const { id: agent_id } = await create();
    const refusal = await service.refusal('agents.retrieve', { path: { agent_id }, query: { version: '2' } });
    expect(refusal).toMatchObject({ status: 404, message: `agent ${agent_id} version 2 not found` });
  });

  it('lists versions in pages, newest first', async () => {
    const { id: agent_id } = await create();
    for (const name of ['b', 'c']) await update(agent_id, { name });
    const seen: number[] = [];
    let page: string | null = null;
    do {
      const query: Record<string, string> = { limit: '1', ...(page ? { page } : {}) };
      const answer = await service.call('agents.versions.list', { path: { agent_id }, query });
      seen.push(...answer.data.map(({ version }) => version));
      page = answer.next_page;
    } while (page);
    expect(seen).toEqual([3, 2, 1]);
  });

  it('lists agents newest first, in pages, without archived ones and those created outside of the range', async () => {
    const as = { ...home, workspace: 'listing' };
    const make = (name: string) => service.call('agents.create', { body: { name, model: 'm' }, as });
    const agents = [await make('a'), await make('b'), await make('c'), await make('d')];
    await service.call('agents.archive', { path: { agent_id: agents[1]?.id ?? '' }, as });
    const names = async (query: Record<string, string>) => {
      const answer = await service.call('agents.list', { query, as });
      return { names: answer.data.map(({ name }) => name), next: answer.next_page };
    };
    const first = await names({ limit: '2' });
    expect(first.names).toEqual(['d', 'c']);
    expect(await names({ limit: '2', page: first.next ?? '' })).toEqual({ names: ['a'], next: null });
    expect((await names({ include_archived: 'true' })).names).toEqual(['d', 'c', 'b', 'a']);
    const from = agents[2]?.created_at ?? '';
    expect((await names({ 'created_at[gte]': from })).names).toEqual(['d', 'c']);
    expect((await names({ 'created_at[lte]': from })).names).toEqual(['c', 'a']);
  });
});
