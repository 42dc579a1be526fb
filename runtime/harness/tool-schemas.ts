/** Tool schemas: which tools an agent's model is offered, and what a call of one may do. Pure. */
import type {
  BetaToolUnion,
  BetaWebFetchTool20260318,
  BetaWebFetchURLSources,
  BetaWebSearchTool20260318,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { SessionAgent } from '../contract/wire';
import type { ToolRoute } from '../store/records';
import { isSandboxTool, sandboxTool, SANDBOX_TOOLS } from './sandbox-tools';

type AgentTool = SessionAgent['tools'][number];
type Toolset = Extract<AgentTool, { type: 'agent_toolset_20260401' }>;
type McpToolset = Extract<AgentTool, { type: 'mcp_toolset' }>;
type ToolConfig = Toolset['configs'][number];
type ConfigOf<N extends ToolConfig['name']> = Extract<ToolConfig, { name: N }>;

const MCP_PREFIX = 'mcp__';
/** The model calls the web tools itself; it does not let code that it writes call them, which few models can. */
const DIRECT_CALLS: NonNullable<BetaWebSearchTool20260318['allowed_callers']> = ['direct'];

/**
 * The tools of a model request, in an order that depends on the agent alone, so that the request's prefix stays the same
 * from turn to turn. What is disabled is not offered.
 */
export function toolsFor(agent: SessionAgent): BetaToolUnion[] {
  return agent.tools.flatMap((tool) => {
    switch (tool.type) {
      case 'agent_toolset_20260401':
        return toolsOfToolset(tool);
      case 'custom':
        return [{ name: tool.name, description: tool.description, input_schema: tool.input_schema }];
      case 'mcp_toolset':
        // Their definitions come from the servers, which this service does not call yet.
        return [];
    }
  });
}

/**
 * The web tools are the model API's own: they run inside the request, before anybody could be asked or could judge. So they
 * are offered only where they are always allowed; under `always_ask` and `auto` the model does without.
 */
function toolsOfToolset(toolset: Toolset): BetaToolUnion[] {
  const sandbox = SANDBOX_TOOLS.filter((name) => configOf(toolset, name).enabled).map(sandboxTool);
  const search = isUngated(configOf(toolset, 'web_search'));
  const fetch = isUngated(configOf(toolset, 'web_fetch'));
  return [
    ...sandbox,
    ...(search ? [webSearch(toolset.configs.find((config) => config.name === 'web_search'))] : []),
    ...(fetch ? [webFetch(toolset.configs.find((config) => config.name === 'web_fetch'))] : []),
  ];
}

/** What applies to a tool of a toolset: its own entry, or the toolset's default (reference 3.2). */
function configOf<C extends { name: string; enabled: boolean; permission_policy: { type: string } }>(
  toolset: { configs: C[]; default_config: Pick<C, 'enabled' | 'permission_policy'> },
  name: string,
): Pick<C, 'enabled' | 'permission_policy'> {
  return toolset.configs.find((config) => config.name === name) ?? toolset.default_config;
}

const isUngated = (config: { enabled: boolean; permission_policy: { type: string } }): boolean =>
  config.enabled && config.permission_policy.type === 'always_allow';

function webSearch(config?: ConfigOf<'web_search'>): BetaWebSearchTool20260318 {
  return {
    type: 'web_search_20260318',
    name: 'web_search',
    allowed_callers: DIRECT_CALLS,
    ...domainsOf(config),
    ...(config?.user_location ? { user_location: config.user_location } : {}),
  };
}

function webFetch(config?: ConfigOf<'web_fetch'>): BetaWebFetchTool20260318 {
  const sources = config?.url_sources;
  return {
    type: 'web_fetch_20260318',
    name: 'web_fetch',
    allowed_callers: DIRECT_CALLS,
    ...domainsOf(config),
    ...(config?.max_content_tokens ? { max_content_tokens: config.max_content_tokens } : {}),
    ...(sources ? { url_sources: urlSourcesOf(sources) } : {}),
  };
}

function domainsOf(config?: { allowed_domains?: string[]; blocked_domains?: string[] }) {
  return {
    ...(config?.allowed_domains ? { allowed_domains: config.allowed_domains } : {}),
    ...(config?.blocked_domains ? { blocked_domains: config.blocked_domains } : {}),
  };
}

/** The agent's `null` means every source, which the model API says by leaving the key out. */
function urlSourcesOf(sources: NonNullable<ConfigOf<'web_fetch'>['url_sources']>): BetaWebFetchURLSources {
  const { client_tool_results, server_tool_results, user_input } = sources;
  return {
    ...(client_tool_results ? { client_tool_results } : {}),
    ...(server_tool_results ? { server_tool_results } : {}),
    ...(user_input ? { user_input } : {}),
  };
}

/** What a call of the model may do, who answers it, and as which event it is shown. */
export interface CallPermission {
  readonly route: ToolRoute;
  readonly policy: 'always_allow' | 'always_ask' | 'auto' | 'refused';
  readonly mcpServer?: string;
  /** The tool's name as events show it: an MCP tool's without its server. */
  readonly bareName: string;
  readonly eventType: 'agent.tool_use' | 'agent.mcp_tool_use' | 'agent.custom_tool_use';
}

/**
 * What the agent says of a call that the harness is asked to run. A name that the model was not offered is refused; so is a
 * web tool, because a call of one that was offered never gets here: the model API has run it by then.
 */
export function permissionOf(agent: SessionAgent, call: { name: string }): CallPermission {
  const { name } = call;
  for (const tool of agent.tools) {
    if (tool.type === 'custom' && tool.name === name) {
      return { route: 'custom', policy: 'always_allow', bareName: name, eventType: 'agent.custom_tool_use' };
    }
    if (tool.type === 'agent_toolset_20260401' && isSandboxTool(name)) return inSandbox(tool, name);
  }
  if (name.startsWith(MCP_PREFIX)) return onServer(agent, name);
  return { route: 'refused', policy: 'refused', bareName: name, eventType: 'agent.tool_use' };
}

function inSandbox(toolset: Toolset, name: string): CallPermission {
  const { enabled, permission_policy } = configOf(toolset, name);
  const shown = { bareName: name, eventType: 'agent.tool_use' } as const;
  return enabled
    ? { route: 'sandbox', policy: permission_policy.type, ...shown }
    : { route: 'refused', policy: 'refused', ...shown };
}

/** `mcp__{server}__{tool}`. A server's name may hold `__` itself, so the longest one that fits is meant. */
function onServer(agent: SessionAgent, name: string): CallPermission {
  const toolset = agent.tools
    .filter((tool): tool is McpToolset => tool.type === 'mcp_toolset' && name.startsWith(prefixOf(tool)))
    .toSorted((a, b) => b.mcp_server_name.length - a.mcp_server_name.length)[0];
  if (!toolset) return { route: 'refused', policy: 'refused', bareName: name, eventType: 'agent.tool_use' };
  const bareName = name.slice(prefixOf(toolset).length);
  const { enabled, permission_policy } = configOf(toolset, bareName);
  const shown = { mcpServer: toolset.mcp_server_name, bareName, eventType: 'agent.mcp_tool_use' } as const;
  return enabled
    ? { route: 'mcp', policy: permission_policy.type, ...shown }
    : { route: 'refused', policy: 'refused', ...shown };
}

const prefixOf = (toolset: McpToolset): string => `${MCP_PREFIX}${toolset.mcp_server_name}__`;
