import { invalid } from '../contract/errors';
import type { Operations } from '../contract/operations';
import type { Agent } from '../contract/wire';
import { resolveWebFetch, resolveWebSearch } from './agents-web-tools';

export type ToolParams = NonNullable<Operations['agents.create']['body']['tools']>[number];
export type Tool = Agent['tools'][number];
export type AgentToolset = Extract<Tool, { type: 'agent_toolset_20260401' }>;
export type McpToolset = Extract<Tool, { type: 'mcp_toolset' }>;
export type CustomTool = Extract<Tool, { type: 'custom' }>;

type AgentToolsetParams = Extract<ToolParams, { type: 'agent_toolset_20260401' }>;
type McpToolsetParams = Extract<ToolParams, { type: 'mcp_toolset' }>;
type ToolConfig = AgentToolset['configs'][number];
type ToolSetting = AgentToolset['default_config'];
type SettingParams = { enabled?: boolean | null; permission_policy?: ToolSetting['permission_policy'] | null };

/** The built-in tools, in the order in which a model is offered them (reference 3.2). */
export const BUILT_IN_TOOLS = ['bash', 'read', 'write', 'edit', 'glob', 'grep', 'web_fetch', 'web_search'] as const;

/** What a toolset's tools are, unless it says otherwise (reference 3.2). */
const BUILT_IN_SETTING: ToolSetting = { enabled: true, permission_policy: { type: 'always_allow' } };
const MCP_SETTING: ToolSetting = { enabled: true, permission_policy: { type: 'always_ask' } };

/** What the names of MCP tools begin with when they are shown to the model. */
const MCP_TOOL_PREFIX = 'mcp__';

/**
 * Tools as an agent keeps them: every default filled, and of each toolset those entries that were sent (reference 3.2).
 *
 * @throws ApiError 400 for what is wrong with a tool by itself; `checkTools` looks at how they fit together.
 */
export function resolveTools(params: readonly ToolParams[] | null | undefined): Agent['tools'] {
  return (params ?? []).map((tool, i) => {
    switch (tool.type) {
      case 'agent_toolset_20260401':
        return resolveAgentToolset(tool, `tools.${i}.${tool.type}`);
      case 'mcp_toolset':
        return resolveMcpToolset(tool, `tools.${i}.${tool.type}`);
      case 'custom':
        return resolveCustomTool(tool);
    }
  });
}

/** An entry's own word comes first, then its toolset's default, then the default of the kind. */
function resolveSetting(params: SettingParams | null | undefined, fallback: ToolSetting): ToolSetting {
  return {
    enabled: params?.enabled ?? fallback.enabled,
    permission_policy: { type: (params?.permission_policy ?? fallback.permission_policy).type },
  };
}

function resolveAgentToolset(params: AgentToolsetParams, path: string): AgentToolset {
  const fallback = resolveSetting(params.default_config, BUILT_IN_SETTING);
  const configs = (params.configs ?? []).map((config, i): ToolConfig => {
    const at = `${path}.configs.${i}`;
    if (config.type !== undefined && config.type !== config.name) throw invalid(`${at}.type: must equal name`);
    const setting = resolveSetting(config, fallback);
    if (config.name === 'web_fetch') return resolveWebFetch(config, setting, at);
    if (config.name === 'web_search') return resolveWebSearch(config, setting, at);
    // The name and the type are the same literal, which the compiler cannot follow through a union.
    return { name: config.name, type: config.name, ...setting } as ToolConfig;
  });
  refuseRepeats(configs, `${path}.configs`);
  return { type: params.type, default_config: fallback, configs };
}

function resolveMcpToolset(params: McpToolsetParams, path: string): McpToolset {
  const fallback = resolveSetting(params.default_config, MCP_SETTING);
  const configs = (params.configs ?? []).map((config) => ({ name: config.name, ...resolveSetting(config, fallback) }));
  refuseRepeats(configs, `${path}.configs`);
  return { type: params.type, mcp_server_name: params.mcp_server_name, default_config: fallback, configs };
}

function resolveCustomTool({ type, name, description, input_schema }: CustomTool): CustomTool {
  if (name.startsWith(MCP_TOOL_PREFIX)) throw invalid(`custom tool name "${name}" uses reserved MCP tool prefix`);
  return { type, name, description, input_schema };
}

function refuseRepeats(configs: readonly { name: string }[], path: string): void {
  const seen = new Set<string>();
  for (const [i, { name }] of configs.entries()) {
    if (seen.has(name)) throw invalid(`${path}.${i}.name: "${name}" is configured twice`);
    seen.add(name);
  }
}
