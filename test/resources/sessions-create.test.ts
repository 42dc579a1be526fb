import { Service, elsewhere } from './service';

let service: Service;
beforeAll(async () => {
  service = await Service.open();
});
afterAll(() => service.close());

const agentOf = (body: Record<string, unknown> = {}) =>
  service.call('agents.create', { body: { name: 'a', model: 'claude-opus-5', ...body } });
const environmentOf = (config?: Record<string, unknown>) =>
  service.call('environments.create', { body: { name: 'e', ...(config ? { config } : {}) } });
/** Creates with a fresh agent and environment, unless the body names others. */
async function bodyOf(body: Record<string, unknown>) {
  return { agent: (await agentOf()).id, environment_id: (await environmentOf()).id, ...body };
}
const create = async (body: Record<string, unknown> = {}) =>
  service.call('sessions.create', { body: await bodyOf(body) });
const refusalOf = async (body: Record<string, unknown>) =>
  service.refusal('sessions.create', { body: await bodyOf(body) });

const TOOLSET = { type: 'agent_toolset_20260401' };
const MCP = {
  mcp_servers: [{ type: 'url', name: 'deepwiki', url: 'https://mcp.deepwiki.com/mcp' }],
  tools: [TOOLSET, { type: 'mcp_toolset', mcp_server_name: 'deepwiki' }],
};
const said = (text: string) => ({ type: 'user.message', content: [{ type: 'text', text }] });

describe('creating a session', () => {
  it('shows an idle session with a snapshot of the agent', async () => {
    const agent = await agentOf({ system: 's', metadata: { own: 'x' } });
    const session = await create({ agent: agent.id, title: 't', metadata: { k: 'v' } });
    const { metadata: _m, created_at: _c, updated_at: _u, archived_at: _a, ...snapshot } = agent;
    expect(session).toEqual({
      id: expect.stringMatching(/^sesn_01/),
      type: 'session',
      status: 'idle',
      title: 't',
      metadata: { k: 'v' },
      agent: snapshot,
      environment_id: expect.stringMatching(/^env_/),
      resources: [],
      vault_ids: [],
      deployment_id: null,
      outcome_evaluations: [],
      budget: null,
      stats: { active_seconds: 0, duration_seconds: expect.any(Number) },
      usage: {
        input_tokens: 0,
        output_tokens: 0,
        cache_read_input_tokens: 0,
        active_seconds: 0,
        list_cost: { amount: '0', currency: 'USD' },
        server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
      },
      created_at: expect.any(String),
      updated_at: session.created_at,
      archived_at: null,
    });
    const { stats: _s, ...stored } = await service.call('sessions.retrieve', { path: { session_id: session.id } });
    expect(session).toMatchObject(stored);
  });

  it('takes the latest version of an agent, or the one that is pinned, and keeps it', async () => {
    const agent = await agentOf({ system: 'one' });
    const path = { agent_id: agent.id };
    await service.call('agents.update', { path, body: { system: 'two' } });
    const latest = await create({ agent: { type: 'agent', id: agent.id } });
    const pinned = await create({ agent: { type: 'agent', id: agent.id, version: 1 } });
    await service.call('agents.update', { path, body: { system: 'three' } });
    const now = await service.call('sessions.retrieve', { path: { session_id: latest.id } });
    expect(now.agent).toMatchObject({ version: 2, system: 'two' });
    expect(pinned.agent).toMatchObject({ version: 1, system: 'one' });
  });

  it('keeps the environment as it was, whatever becomes of it', async () => {
    const environment = await environmentOf();
    const session = await create({ environment_id: environment.id });
    const config = { type: 'cloud', networking: { type: 'limited' } };
    await service.call('environments.update', { path: { environment_id: environment.id }, body: { config } });
    expect((await service.record(session.id)).environmentConfig).toEqual(environment.config);
  });

  it('reads what it cannot find, and what is another workspace’s, as absent', async () => {
    const foreign = await service.call('agents.create', { body: { name: 'a', model: 'm' }, as: elsewhere });
    const there = await service.call('environments.create', { body: { name: 'e' }, as: elsewhere });
    expect(await refusalOf({ agent: foreign.id })).toEqual({
      status: 404,
      type: 'not_found_error',
      message: `agent ${foreign.id} not found`,
    });
    expect(await refusalOf({ agent: { type: 'agent', id: (await agentOf()).id, version: 9 } })).toMatchObject({
      status: 404,
    });
    expect(await refusalOf({ environment_id: there.id })).toMatchObject({ status: 404 });
    expect(await refusalOf({ vault_ids: ['vlt_01x'] })).toEqual({
      status: 404,
      type: 'not_found_error',
      message: 'vault vlt_01x not found',
    });
    expect(await refusalOf({ resources: [{ type: 'file', file_id: 'file_01x' }] })).toMatchObject({ status: 404 });
    const memory = { type: 'memory_store', memory_store_id: 'memstore_01x' };
    expect(await refusalOf({ resources: [memory] })).toMatchObject({ status: 404 });
  });

  it('refuses an archived agent', async () => {
    const agent = await agentOf();
    await service.call('agents.archive', { path: { agent_id: agent.id } });
    expect(await refusalOf({ agent: agent.id })).toMatchObject({
      status: 400,
      message: `Agent ${agent.id} is archived.`,
    });
  });

  it('refuses repositories, and files in a self-hosted environment', async () => {
    const repository = { type: 'github_repository', url: 'https://github.com/a/b' };
    expect(await refusalOf({ resources: [repository] })).toMatchObject({ status: 400 });
    const { id } = await environmentOf({ type: 'self_hosted' });
    expect(await refusalOf({ environment_id: id, resources: [repository] })).toMatchObject({
      status: 400,
      message: `Environment ${id} is a self-hosted environment. \`resources\` are not supported with self-hosted environments.`,
    });
  });

  it('queues work for the workers of a self-hosted environment, and none for a cloud one', async () => {
    const hosted = await environmentOf({ type: 'self_hosted' });
    const cloud = await environmentOf();
    const session = await create({ environment_id: hosted.id });
    await create({ environment_id: cloud.id });
    const items = await service.store.work.queued('home', hosted.id, 10);
    expect(items.map(({ sessionId }) => sessionId)).toEqual([session.id]);
    expect(await service.store.work.queued('home', cloud.id, 10)).toEqual([]);
  });
});

describe('overriding an agent for a session', () => {
  const overriding = async (base: Record<string, unknown>, overrides: Record<string, unknown>) => ({
    agent: { type: 'agent_with_overrides', id: (await agentOf(base)).id, ...overrides },
  });

  it('inherits what is left out, clears what is empty and replaces the rest whole', async () => {
    const base = { system: 's', tools: [TOOLSET], model: { id: 'claude-opus-5', effort: 'low', inference_geo: 'eu' } };
    const inherited = await create(await overriding(base, {}));
    expect(inherited.agent).toMatchObject({ system: 's', model: { effort: { type: 'low' } } });
    const { agent } = await create(await overriding(base, { system: null, tools: [], model: 'claude-opus-5' }));
    expect(agent).toMatchObject({ system: null, tools: [], version: 1 });
    expect(agent.model).toEqual({ id: 'claude-opus-5', effort: { type: 'high' }, speed: 'standard' });
  });

  it('leaves the agent itself alone', async () => {
    const agent = await agentOf({ system: 's' });
    await create({ agent: { type: 'agent_with_overrides', id: agent.id, system: 'other' } });
    expect(await service.call('agents.retrieve', { path: { agent_id: agent.id } })).toEqual(agent);
  });

  it('refuses to clear what the rest needs', async () => {
    expect(await refusalOf(await overriding({}, { model: null }))).toMatchObject({
      status: 400,
      code: 'agent_model_required',
    });
    const skills = { tools: [TOOLSET], skills: [{ type: 'anthropic', skill_id: 'pdf' }] };
    expect(await refusalOf(await overriding(skills, { tools: null }))).toMatchObject({ status: 400 });
    expect(await refusalOf(await overriding(MCP, { mcp_servers: null }))).toMatchObject({
      status: 400,
      message: 'tools.1.mcp_toolset.mcp_server_name: mcp_servers has no server named "deepwiki"',
    });
    const bare = await create(await overriding(skills, { tools: null, skills: null }));
    expect(bare.agent).toMatchObject({ tools: [], skills: [] });
  });
});

describe('the network and MCP servers', () => {
  const limited = (more: Record<string, unknown>) => ({ type: 'cloud', networking: { type: 'limited', ...more } });

  it('refuses a session whose servers the environment would block', async () => {
    const agent = await agentOf(MCP);
    const { id } = await environmentOf(limited({ allowed_hosts: ['deepwiki.com', '*.mcp.deepwiki.com'] }));
    expect(await refusalOf({ agent: agent.id, environment_id: id })).toEqual({
      status: 400,
      type: 'invalid_request_error',
      message:
        'MCP server host(s) blocked by environment network policy: "deepwiki" (mcp.deepwiki.com). Add these hosts to the environment\'s allowed_hosts, or set allow_mcp_servers=true.',
    });
  });

  it.each([
    limited({ allowed_hosts: ['mcp.deepwiki.com'] }),
    limited({ allowed_hosts: ['*.deepwiki.com'] }),
    limited({ allow_mcp_servers: true }),
    { type: 'self_hosted' },
  ])('admits it under %j', async (config) => {
    const [agent, environment] = [await agentOf(MCP), await environmentOf(config)];
    const session = await create({ agent: agent.id, environment_id: environment.id });
    expect(session.agent.mcp_servers).toHaveLength(1);
  });

  it('refuses a session that nothing would hold to the network of its environment', async () => {
    const [agent, { id }] = [await agentOf(), await environmentOf(limited({ allowed_hosts: ['a.com'] }))];
    const open = service.with({ sandboxes: { limitedNetworks: false } });
    const refusal = await open.refusal('sessions.create', { body: { agent: agent.id, environment_id: id } });
    expect(refusal).toMatchObject({
      status: 400,
      message: expect.stringMatching(/^environment_id: env_\w+: nothing/) as string,
    });
  });
});

describe('the budget of a new session', () => {
  const budget = (amount: string) => ({ type: 'limit', max_list_cost: { amount, currency: 'USD' } });

  it('is kept', async () => {
    expect((await create({ budget: budget('2500') })).budget).toEqual(budget('2500'));
  });

  it('is refused over a model without a list price', async () => {
    const agent = await agentOf({ model: 'my-own-model' });
    expect(await refusalOf({ agent: agent.id, budget: budget('1') })).toMatchObject({
      status: 400,
      code: 'model_not_budgetable',
    });
  });
});

describe('the first events of a session', () => {
  it('wait in the inbox, wake the thread and make the session running at once', async () => {
    const before = service.wakes.length;
    const session = await create({ initial_events: [said('one'), said('two')] });
    expect(session.status).toBe('running');
    const ref = service.ref(session.id);
    const [item, ...more] = await service.store.log.readInbox(ref);
    expect(more).toEqual([]);
    expect(item?.entries.map(({ event }) => event)).toEqual([
      { id: expect.stringMatching(/^sevt_/), ...said('one') },
      { id: expect.stringMatching(/^sevt_/), ...said('two') },
    ]);
    expect(service.wakes.slice(before)).toEqual([ref]);
    const read = await service.call('sessions.retrieve', { path: { session_id: session.id } });
    expect(read.status).toBe('running');
  });

  it('are taken all or none, and a session whose events are refused does not exist', async () => {
    const as = { kind: 'api_key', workspace: 'strict', keyId: 'k' } as const;
    const agent = await service.call('agents.create', { body: { name: 'a', model: 'm' }, as });
    const environment = await service.call('environments.create', { body: { name: 'e' }, as });
    const body = { agent: agent.id, environment_id: environment.id };
    const file = { type: 'user.message', content: [{ type: 'image', source: { type: 'file', file_id: 'file_01x' } }] };
    const redacted = { type: 'user.message', content: [{ type: 'redacted' }] };
    const outcome = { type: 'user.define_outcome', description: 'd', rubric: { type: 'text', content: 'c' } };
    const interrupt = { type: 'user.interrupt' };
    for (const bad of [said(''), file, redacted, outcome, interrupt]) {
      const refusal = await service.refusal('sessions.create', {
        body: { ...body, initial_events: [said('fine'), bad] },
        as,
      });
      expect(refusal).toMatchObject({ status: 400, type: 'invalid_request_error' });
      expect(refusal.message).toContain('initial_events.1');
    }
    expect((await service.call('sessions.list', { as })).data).toEqual([]);
  });

  it('stand even if the wake is lost', async () => {
    const body = await bodyOf({ initial_events: [said('hello')] });
    const lost = service.with({ waker: { wake: () => Promise.reject(new Error('lost')) } });
    expect(await lost.call('sessions.create', { body })).toMatchObject({ status: 'running' });
  });
});
