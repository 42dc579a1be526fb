import { Service } from './service';

let service: Service;
beforeAll(async () => {
  service = await Service.open();
});
afterAll(() => service.close());

const create = (body: Record<string, unknown> = {}) =>
  service.call('agents.create', { body: { name: 'helper', model: 'claude-opus-5', ...body } });
const refusalOf = (body: Record<string, unknown>) =>
  service.refusal('agents.create', { body: { name: 'helper', model: 'claude-opus-5', ...body } });

const MCP = {
  mcp_servers: [{ type: 'url', name: 'wiki', url: 'https://mcp.example.com/x' }],
  tools: [{ type: 'mcp_toolset', mcp_server_name: 'wiki' }],
};

describe('creating an agent', () => {
  it('fills every default of an agent that names only itself and a model', async () => {
    const agent = await create({ metadata: { team: 'a' } });
    expect(agent).toEqual({
      id: expect.stringMatching(/^agent_01/),
      type: 'agent',
      version: 1,
      name: 'helper',
      description: null,
      system: null,
      model: { id: 'claude-opus-5', effort: { type: 'high' }, speed: 'standard' },
      tools: [],
      mcp_servers: [],
      skills: [],
      multiagent: null,
      execution_identity: { type: 'service_account' },
      metadata: { team: 'a' },
      created_at: expect.any(String),
      updated_at: agent.created_at,
      archived_at: null,
    });
  });

  it('keeps what the model object says, in the object form', async () => {
    const { model } = await create({
      model: { id: 'claude-opus-5', effort: 'low', speed: 'fast', inference_geo: 'eu' },
    });
    expect(model).toEqual({ id: 'claude-opus-5', effort: { type: 'low' }, speed: 'fast', inference_geo: 'eu' });
  });

  it('takes a model that nobody has described, and invents no effort for it', async () => {
    const { model } = await create({ model: 'my-own-model' });
    expect(model).toEqual({ id: 'my-own-model', speed: 'standard' });
  });

  it('refuses an effort and a speed that a known model does not have', async () => {
    expect(await refusalOf({ model: { id: 'claude-sonnet-4-5', effort: 'high' } })).toMatchObject({
      status: 400,
      message: 'model.effort: claude-sonnet-4-5 has no effort setting',
    });
    expect(await refusalOf({ model: { id: 'claude-sonnet-5', speed: 'fast' } })).toMatchObject({
      status: 400,
      message: 'model.speed: claude-sonnet-5 does not support fast',
    });
  });

  it('resolves a toolset from its own words, its default and the default of the kind', async () => {
    const { tools } = await create({
      tools: [
        {
          type: 'agent_toolset_20260401',
          default_config: { permission_policy: { type: 'always_ask' } },
          configs: [
            { name: 'bash', enabled: false },
            { name: 'web_fetch', permission_policy: { type: 'auto' }, url_sources: { user_input: 'none' } },
            { name: 'web_search', allowed_domains: ['docs.example.com/guide'] },
          ],
        },
      ],
    });
    expect(tools).toEqual([
      {
        type: 'agent_toolset_20260401',
        default_config: { enabled: true, permission_policy: { type: 'always_ask' } },
        configs: [
          { type: 'bash', name: 'bash', enabled: false, permission_policy: { type: 'always_ask' } },
          {
            type: 'web_fetch',
            name: 'web_fetch',
            enabled: true,
            permission_policy: { type: 'auto' },
            url_sources: { user_input: { type: 'none' }, server_tool_results: null, client_tool_results: null },
          },
          {
            type: 'web_search',
            name: 'web_search',
            enabled: true,
            permission_policy: { type: 'always_ask' },
            allowed_domains: ['docs.example.com/guide'],
          },
        ],
      },
    ]);
  });

  it('always asks before an MCP tool runs, unless told otherwise, and takes names that it cannot know', async () => {
    const tools = [{ type: 'mcp_toolset', mcp_server_name: 'wiki', configs: [{ name: 'read', enabled: false }] }];
    const agent = await create({ ...MCP, tools });
    const ask = { type: 'always_ask' };
    expect(agent.tools).toEqual([
      {
        type: 'mcp_toolset',
        mcp_server_name: 'wiki',
        default_config: { enabled: true, permission_policy: ask },
        configs: [{ name: 'read', enabled: false, permission_policy: ask }],
      },
    ]);
  });

  it.each([
    [
      { name: 'web_fetch', allowed_domains: [] },
      'Empty list of domains is ambiguous. Provide at least one domain or null.',
    ],
    [
      { name: 'web_fetch', allowed_domains: ['a.com'], blocked_domains: ['b.com'] },
      'Only one of allowed_domains or blocked_domains may be set.',
    ],
    [{ name: 'web_fetch', allowed_domains: ['https://a.com'] }, 'allowed_domains.0'],
    [
      {
        name: 'web_fetch',
        url_sources: { user_input: 'none', server_tool_results: 'none', client_tool_results: 'none' },
      },
      'at least one source must allow URLs',
    ],
    [
      {
        name: 'web_fetch',
        url_sources: { client_tool_results: { type: 'only', tools: [{ type: 'tool_reference', name: 'x' }] } },
      },
      'tools has no custom tool named "x"',
    ],
    [
      {
        name: 'web_fetch',
        url_sources: { server_tool_results: { type: 'except', tools: [{ type: 'tool_reference', name: 'bash' }] } },
      },
      '"bash" is neither web_search nor web_fetch',
    ],
    [{ name: 'web_search', user_location: { type: 'approximate', timezone: 'Mars/Base' } }, 'user_location.timezone'],
  ])('refuses the web tool %j', async (config, message) => {
    const refusal = await refusalOf({ tools: [{ type: 'agent_toolset_20260401', configs: [config] }] });
    expect(refusal).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(refusal.message).toContain(message);
  });

  const custom = (name: string) => ({ type: 'custom', name, description: 'd', input_schema: { type: 'object' } });
  it.each([
    [
      'a custom tool under the prefix of MCP tools',
      [custom('mcp__x')],
      'custom tool name "mcp__x" uses reserved MCP tool prefix',
    ],
    [
      'two custom tools of one name',
      [custom('x'), custom('x')],
      'tools.1.custom.name: another tool is already called "x"',
    ],
    [
      'a custom tool that is called like a built-in one',
      [{ type: 'agent_toolset_20260401' }, custom('bash')],
      'tools.1.custom.name: another tool is already called "bash"',
    ],
    [
      'a toolset of a server that is not there',
      [{ type: 'mcp_toolset', mcp_server_name: 'gone' }],
      'tools.0.mcp_toolset.mcp_server_name: mcp_servers has no server named "gone"',
    ],
    [
      'a tool that is configured twice',
      [{ type: 'agent_toolset_20260401', configs: [{ name: 'bash' }, { name: 'bash' }] }],
      'tools.0.agent_toolset_20260401.configs.1.name: "bash" is configured twice',
    ],
  ])('refuses %s', async (_what, tools, message) => {
    expect(await refusalOf({ tools })).toEqual({ status: 400, type: 'invalid_request_error', message });
  });

  it('refuses a server that no toolset uses, and two servers of one name', async () => {
    expect(await refusalOf({ mcp_servers: MCP.mcp_servers })).toMatchObject({
      status: 400,
      message: 'mcp_servers.0.name: no mcp_toolset in tools uses the server "wiki"',
    });
    expect(await refusalOf({ ...MCP, mcp_servers: [...MCP.mcp_servers, ...MCP.mcp_servers] })).toMatchObject({
      status: 400,
      message: 'mcp_servers.1.name: "wiki" is used twice',
    });
  });

  it('pins a skill without a version to the latest, and finds no custom skill', async () => {
    const { skills } = await create({ skills: [{ type: 'anthropic', skill_id: 'xlsx' }] });
    expect(skills).toEqual([{ type: 'anthropic', skill_id: 'xlsx', version: 'latest' }]);
    expect(await refusalOf({ skills: [{ type: 'custom', skill_id: 'skill_01x', version: '3' }] })).toMatchObject({
      status: 400,
      message: 'Agent has invalid configuration: `skill_id` `skill_01x` version `3` not found',
    });
  });

  it('refuses a roster rather than ignoring it', async () => {
    const roster = { type: 'coordinator', agents: [{ type: 'self' }] };
    expect(await refusalOf({ multiagent: roster })).toMatchObject({ status: 400, type: 'invalid_request_error' });
  });

  it('keeps the role that runs shall act as', async () => {
    const identity = { type: 'aws_role', role_arn: 'arn:aws:iam::123456789012:role/runner' };
    const agent = await create({ execution_identity: identity });
    expect(agent.execution_identity).toEqual(identity);
    const reset = await service.call('agents.update', {
      path: { agent_id: agent.id },
      body: { execution_identity: null },
    });
    expect(reset.execution_identity).toEqual({ type: 'service_account' });
  });
});
