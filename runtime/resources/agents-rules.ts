/** How the parts of an agent must fit together, whether they come from a create, an update or a session's override. */
import { invalid } from '../contract/errors';
import type { Operations } from '../contract/operations';
import type { Agent } from '../contract/wire';
import { BUILT_IN_TOOLS, type AgentToolset, type CustomTool, type McpToolset } from './agents-tools';
import { namesOf } from './agents-web-tools';

type Body = Operations['agents.create']['body'];
type Servers = Agent['mcp_servers'];
type Skills = Agent['skills'];

/** MCP servers as an agent keeps them. @throws ApiError 400 for a repeated name. */
export function resolveServers(params: Body['mcp_servers'] | null): Servers {
  const names = new Set<string>();
  return (params ?? []).map(({ name, url }, i) => {
    if (names.has(name)) throw invalid(`mcp_servers.${i}.name: "${name}" is used twice`);
    names.add(name);
    return { type: 'url', name, url };
  });
}

/**
 * Skills as an agent keeps them; a version left open is stored and shown as `latest` (reference 3.3).
 *
 * @throws ApiError 400 for a custom skill: skills cannot be uploaded to this server yet, so none resolves.
 */
export function resolveSkills(params: Body['skills'] | null): Skills {
  return (params ?? []).map(({ type, skill_id, version }) => {
    const pinned = version ?? 'latest';
    if (type === 'custom') {
      throw invalid(`Agent has invalid configuration: \`skill_id\` \`${skill_id}\` version \`${pinned}\` not found`);
    }
    return { type, skill_id, version: pinned };
  });
}

/** Skills are read with tools. @throws ApiError 400 when an agent that has skills would lose all its tools (reference 5.1). */
export function refuseToolless(tools: Agent['tools'], skills: Skills): void {
  if (tools.length === 0 && skills.length > 0) throw invalid('tools: cannot be cleared while the agent has skills');
}

/** Who runs act as. It is kept and shown; runs of this server act as the harness's own role. */
export function resolveIdentity(params: Body['execution_identity']): Agent['execution_identity'] {
  return params?.type === 'aws_role' ? { type: 'aws_role', role_arn: params.role_arn } : { type: 'service_account' };
}

/** @throws ApiError 400 for a roster: this server does not run several threads in a session yet, and does not pretend to. */
export function refuseRoster(multiagent: Body['multiagent']): void {
  if (multiagent) throw invalid('multiagent: this server does not run multiagent sessions yet; omit it or send null');
}

/**
 * The rules between tools and servers (reference 3.2): every server has exactly one toolset and every toolset a server, and
 * no two tools answer to one name.
 *
 * @throws ApiError 400 naming the tool or the server.
 */
export function checkTools(tools: Agent['tools'], servers: Servers): void {
  const toolsets = tools.filter((tool): tool is AgentToolset => tool.type === 'agent_toolset_20260401');
  if (toolsets.length > 1) throw invalid('tools: may hold only one agent_toolset_20260401');
  checkToolNames(tools, toolsets.length > 0);
  checkServers(tools, servers);
  for (const toolset of toolsets) checkSources(toolset, tools);
}

function checkToolNames(tools: Agent['tools'], hasBuiltIns: boolean): void {
  const taken = new Set<string>(hasBuiltIns ? BUILT_IN_TOOLS : []);
  for (const [i, tool] of tools.entries()) {
    if (tool.type !== 'custom') continue;
    if (taken.has(tool.name)) throw invalid(`tools.${i}.custom.name: another tool is already called "${tool.name}"`);
    taken.add(tool.name);
  }
}

function checkServers(tools: Agent['tools'], servers: Servers): void {
  const declared = new Set(servers.map(({ name }) => name));
  const used = new Set<string>();
  for (const [i, tool] of tools.entries()) {
    if (tool.type !== 'mcp_toolset') continue;
    const path = `tools.${i}.mcp_toolset.mcp_server_name`;
    const name = (tool satisfies McpToolset).mcp_server_name;
    if (!declared.has(name)) throw invalid(`${path}: mcp_servers has no server named "${name}"`);
    if (used.has(name)) throw invalid(`${path}: another mcp_toolset already uses the server "${name}"`);
    used.add(name);
  }
  for (const [i, { name }] of servers.entries()) {
    if (!used.has(name)) throw invalid(`mcp_servers.${i}.name: no mcp_toolset in tools uses the server "${name}"`);
  }
}

/** Custom tools that a `web_fetch` source names must be there. */
function checkSources(toolset: AgentToolset, tools: Agent['tools']): void {
  const custom = new Set(tools.filter((tool): tool is CustomTool => tool.type === 'custom').map(({ name }) => name));
  for (const config of toolset.configs) {
    if (config.name !== 'web_fetch') continue;
    const unknown = namesOf(config.url_sources?.client_tool_results).find((name) => !custom.has(name));
    if (unknown) throw invalid(`url_sources.client_tool_results: tools has no custom tool named "${unknown}"`);
  }
}
