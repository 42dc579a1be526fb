/** Tool schemas: which tools an agent's model is offered, and what a call of one may do. Pure. */
import type {
  BetaToolUnion,
  BetaWebFetchTool20260318,
  BetaWebFetchURLSources,
  BetaWebSearchTool20260318,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { SessionAgent } from '../contract/wire';
import type { ToolListing, ToolRoute } from '../store/records';
import { isSandboxTool, sandboxTool, SANDBOX_TOOLS } from './sandbox-tools';
import { offered, serverTools, toolsetMeant, type McpToolset } from './server-tools';
import { settingOf } from './tool-settings';

type AgentTool = SessionAgent['tools'][number];
type Toolset = Extract<AgentTool, { type: 'agent_toolset_20260401' }>;
type ToolConfig = Toolset['configs'][number];
type ConfigOf<N extends ToolConfig['name']> = Extract<ToolConfig, { name: N }>;

/** The model calls the web tools itself; it does not let code that it writes call them, which few models can. */
const DIRECT_CALLS: NonNullable<BetaWebSearchTool20260318['allowed_callers']> = ['direct'];

/**
 * The tools of a model request, in an order that depends on the agent and its servers' listing alone, so that the request's prefix
 * stays the same from turn to turn. What is disabled is not offered.
 */
export function toolsFor(agent: SessionAgent, listing: ToolListing): BetaToolUnion[] {
  const fromServers = serverTools(agent, listing);
  return agent.tools.flatMap((tool): BetaToolUnion[] => {
    switch (tool.type) {
      case 'agent_toolset_20260401':
        return toolsOfToolset(tool);
      case 'custom':
        return [{ name: tool.name, description: tool.description, input_schema: tool.input_schema }];
      case 'mcp_toolset':
        return fromServers.filter(({ toolset }) => toolset === tool).map(offered);
    }
  });
}

/**
 * The web tools are the model API's own: they run inside the request, before anybody could be asked or could judge. So they
 * are offered only where they are always allowed; under `always_ask` and `auto` the model does without.
 */
function toolsOfToolset(toolset: Toolset): BetaToolUnion[] {
  const sandbox = SANDBOX_TOOLS.filter((name) => settingOf(toolset, name).enabled).map(sandboxTool);
  const search = isUngated(settingOf(toolset, 'web_search'));
  const fetch = isUngated(settingOf(toolset, 'web_fetch'));
  return [
    ...sandbox,
    ...(search ? [webSearch(toolset.configs.find((config) => config.name === 'web_search'))] : []),
    ...(fetch ? [webFetch(toolset.configs.find((config) => config.name === 'web_fetch'))] : []),
  ];
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
  readonly repeatable?: true;
  /** The tool's name as events show it: an MCP tool's without its server. */
  readonly bareName: string;
  readonly eventType: 'agent.tool_use' | 'agent.mcp_tool_use' | 'agent.custom_tool_use';
}

/**
 * What the agent says of a call that the harness is asked to run. A name that the model was not offered is refused; so is a
 * web tool, because a call of one that was offered never gets here: the model API has run it by then.
 */
export function permissionOf(agent: SessionAgent, listing: ToolListing, name: string): CallPermission {
  for (const tool of agent.tools) {
    if (tool.type === 'custom' && tool.name === name) {
      return { route: 'custom', policy: 'always_allow', bareName: name, eventType: 'agent.custom_tool_use' };
    }
    if (tool.type === 'agent_toolset_20260401' && isSandboxTool(name)) return inSandbox(tool, name);
  }
  return onServer(agent, listing, name) ?? { ...REFUSED, bareName: name, eventType: 'agent.tool_use' };
}

const REFUSED = { route: 'refused', policy: 'refused' } as const;

function inSandbox(toolset: Toolset, name: string): CallPermission {
  const { enabled, permission_policy } = settingOf(toolset, name);
  const shown = { bareName: name, eventType: 'agent.tool_use' } as const;
  return enabled ? { route: 'sandbox', policy: permission_policy.type, ...shown } : { ...REFUSED, ...shown };
}

/** Undefined when the name is none of an MCP tool. */
function onServer(agent: SessionAgent, listing: ToolListing, name: string): CallPermission | undefined {
  const found = serverTools(agent, listing).find((one) => one.name === name);
  if (found) {
    const { toolset, tool } = found;
    const { permission_policy } = settingOf(toolset, tool.name);
    const again = tool.repeatable ? { repeatable: tool.repeatable } : {};
    return { route: 'mcp', policy: permission_policy.type, ...again, ...shownOf(toolset, tool.name) };
  }
  const meant = toolsetMeant(agent, name);
  if (!meant) return undefined;
  const { toolset, bareName } = meant;
  const isDown = listing.servers.some(({ server, failed }) => server === toolset.mcp_server_name && failed);
  const canBeDialled = isDown && settingOf(toolset, bareName).enabled;
  return { ...REFUSED, ...(canBeDialled ? { route: 'unreachable' } : {}), ...shownOf(toolset, bareName) };
}

const shownOf = (toolset: McpToolset, bareName: string) =>
  ({ mcpServer: toolset.mcp_server_name, bareName, eventType: 'agent.mcp_tool_use' }) as const;
