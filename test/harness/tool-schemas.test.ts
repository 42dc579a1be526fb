import { betaAgentToolset20260401 } from '@anthropic-ai/sdk/tools/agent-toolset/node';
import type { SessionAgent } from '../../runtime/contract/wire';
import type { ListedTool, ToolListing } from '../../runtime/store/records';
import { sandboxTool, SANDBOX_TOOLS } from '../../runtime/harness/sandbox-tools';
import { listingOf, NO_LISTING } from '../../runtime/harness/dial';
import { permissionOf, toolsFor } from '../../runtime/harness/tool-schemas';
import { agentWith } from '../support/session-agent';

type Toolset = Extract<SessionAgent['tools'][number], { type: 'agent_toolset_20260401' }>;

const allow = { type: 'always_allow' as const };
const ask = { type: 'always_ask' as const };
const auto = { type: 'auto' as const };
const toolset = (configs: Toolset['configs'] = [], more: Partial<Toolset['default_config']> = {}): Toolset => ({
  type: 'agent_toolset_20260401',
  default_config: { enabled: true, permission_policy: allow, ...more },
  configs,
});
const custom = {
  type: 'custom' as const,
  name: 'lookup',
  description: 'Looks something up',
  input_schema: { type: 'object' as const, properties: { q: { type: 'string' } } },
};
const mcp = (mcp_server_name: string) => ({
  type: 'mcp_toolset' as const,
  mcp_server_name,
  default_config: { enabled: true, permission_policy: ask },
  configs: [
    { name: 'read', enabled: true, permission_policy: allow },
    { name: 'drop', enabled: false, permission_policy: allow },
  ],
});
const namesFor = (...tools: SessionAgent['tools']): unknown[] =>
  toolsFor(agentWith({ tools }), NO_LISTING).map((tool) => ('name' in tool ? tool.name : tool.type));

describe('the tools that a model is offered', () => {
  it('have the names, descriptions and schemas of the official toolset', () => {
    const official = betaAgentToolset20260401({ workdir: '/workspace' }).map((tool) => ({
      name: tool.name,
      description: 'description' in tool ? tool.description : undefined,
      input_schema: 'input_schema' in tool ? tool.input_schema : undefined,
    }));
    expect(SANDBOX_TOOLS.map(sandboxTool)).toEqual(official);
  });

  it('come in an order that does not depend on how the agent lists their settings', () => {
    const one = namesFor(toolset([{ name: 'grep', type: 'grep', enabled: true, permission_policy: ask }]), custom);
    expect(one).toEqual(['bash', 'read', 'write', 'edit', 'glob', 'grep', 'web_search', 'web_fetch', 'lookup']);
  });

  it('leave out what is disabled, by its own entry or by default', () => {
    expect(namesFor(toolset([{ name: 'bash', type: 'bash', enabled: false, permission_policy: allow }]))).not.toContain(
      'bash',
    );
    const only = [{ name: 'read' as const, type: 'read' as const, enabled: true, permission_policy: allow }];
    expect(namesFor(toolset(only, { enabled: false }))).toEqual(['read']);
  });

  it('leave out the web tools when nobody could be asked before they run', () => {
    for (const permission_policy of [ask, auto]) {
      expect(namesFor(toolset([], { permission_policy }))).toEqual([...SANDBOX_TOOLS]);
    }
    const open = [
      { name: 'web_search' as const, type: 'web_search' as const, enabled: true, permission_policy: allow },
    ];
    expect(namesFor(toolset(open, { permission_policy: ask }))).toContain('web_search');
  });

  it('hand the settings of the web tools to the model API', () => {
    const tools = toolsFor(
      agentWith({
        tools: [
          toolset([
            {
              name: 'web_search',
              type: 'web_search',
              enabled: true,
              permission_policy: allow,
              blocked_domains: ['b.example'],
              user_location: { type: 'approximate', country: 'CH' },
            },
            {
              name: 'web_fetch',
              type: 'web_fetch',
              enabled: true,
              permission_policy: allow,
              allowed_domains: ['a.example'],
              max_content_tokens: 5000,
              url_sources: {
                user_input: { type: 'all' },
                server_tool_results: null,
                client_tool_results: { type: 'none' },
              },
            },
          ]),
        ],
      }),
      NO_LISTING,
    );
    expect(tools.slice(-2)).toEqual([
      {
        type: 'web_search_20260318',
        name: 'web_search',
        allowed_callers: ['direct'],
        blocked_domains: ['b.example'],
        user_location: { type: 'approximate', country: 'CH' },
      },
      {
        type: 'web_fetch_20260318',
        name: 'web_fetch',
        allowed_callers: ['direct'],
        allowed_domains: ['a.example'],
        max_content_tokens: 5000,
        url_sources: { user_input: { type: 'all' }, client_tool_results: { type: 'none' } },
      },
    ]);
  });

  it('include a custom tool as it was given', () => {
    expect(toolsFor(agentWith({ tools: [custom] }), NO_LISTING)).toEqual([
      { name: custom.name, description: custom.description, input_schema: custom.input_schema },
    ]);
  });
});

const tool = (name: string): ListedTool => ({ name, inputSchema: { type: 'object' } });
const listing: ToolListing = listingOf([
  { server: 'git', tools: [tool('push'), { ...tool('read'), repeatable: true }, tool('drop')] },
  { server: 'git__hub', tools: [tool('push'), tool('push a.tag')] },
  { server: 'down', failure: 'connection', message: '' },
]);

describe('what a call may do', () => {
  const agent = agentWith({
    tools: [
      toolset([
        { name: 'bash', type: 'bash', enabled: true, permission_policy: ask },
        { name: 'write', type: 'write', enabled: false, permission_policy: allow },
        { name: 'edit', type: 'edit', enabled: true, permission_policy: auto },
      ]),
      custom,
      mcp('git'),
      mcp('git__hub'),
      mcp('down'),
    ],
  });

  it.each([
    ['read', { route: 'sandbox', policy: 'always_allow', bareName: 'read', eventType: 'agent.tool_use' }],
    ['bash', { route: 'sandbox', policy: 'always_ask', bareName: 'bash', eventType: 'agent.tool_use' }],
    ['edit', { route: 'sandbox', policy: 'auto', bareName: 'edit', eventType: 'agent.tool_use' }],
    ['write', { route: 'refused', policy: 'refused', bareName: 'write', eventType: 'agent.tool_use' }],
    ['web_search', { route: 'refused', policy: 'refused', bareName: 'web_search', eventType: 'agent.tool_use' }],
    ['nonsense', { route: 'refused', policy: 'refused', bareName: 'nonsense', eventType: 'agent.tool_use' }],
    ['lookup', { route: 'custom', policy: 'always_allow', bareName: 'lookup', eventType: 'agent.custom_tool_use' }],
    [
      'mcp__git__push',
      { route: 'mcp', policy: 'always_ask', mcpServer: 'git', bareName: 'push', eventType: 'agent.mcp_tool_use' },
    ],
    [
      'mcp__git__read',
      {
        route: 'mcp',
        policy: 'always_allow',
        repeatable: true,
        mcpServer: 'git',
        bareName: 'read',
        eventType: 'agent.mcp_tool_use',
      },
    ],
    [
      'mcp__git__unheard_of',
      {
        route: 'refused',
        policy: 'refused',
        mcpServer: 'git',
        bareName: 'unheard_of',
        eventType: 'agent.mcp_tool_use',
      },
    ],
    [
      'mcp__down__push',
      { route: 'unreachable', policy: 'refused', mcpServer: 'down', bareName: 'push', eventType: 'agent.mcp_tool_use' },
    ],
    [
      'mcp__git__drop',
      { route: 'refused', policy: 'refused', mcpServer: 'git', bareName: 'drop', eventType: 'agent.mcp_tool_use' },
    ],
    [
      'mcp__git__hub__push',
      { route: 'mcp', policy: 'always_ask', mcpServer: 'git__hub', bareName: 'push', eventType: 'agent.mcp_tool_use' },
    ],
    [
      'mcp__other__push',
      { route: 'refused', policy: 'refused', bareName: 'mcp__other__push', eventType: 'agent.tool_use' },
    ],
  ])('%s', (name, expected) => {
    expect(permissionOf(agent, listing, name)).toEqual(expected);
  });

  it('is nothing for a built-in tool without its toolset', () => {
    expect(permissionOf(agentWith({ tools: [] }), NO_LISTING, 'bash')).toMatchObject({
      route: 'refused',
      policy: 'refused',
    });
  });
});
