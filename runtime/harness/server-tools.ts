/** Server tools: the MCP tools that an agent's model is offered, by the names under which it knows them. Pure. */
import { createHash } from 'node:crypto';
import type { BetaTool } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { SessionAgent } from '../contract/wire';
import type { ListedTool, ToolListing } from '../store/records';
import { settingOf } from './tool-settings';
import { inputSchemaFor } from './tool-input-schema';

export type McpToolset = Extract<SessionAgent['tools'][number], { type: 'mcp_toolset' }>;

export interface ServerTool {
  /** What the model calls it. */
  readonly name: string;
  readonly toolset: McpToolset;
  readonly tool: ListedTool;
}

const PREFIX = 'mcp__';
/** What the model API takes as a tool's name. Servers have other rules. */
const FITS = /^[a-zA-Z0-9_-]{1,128}$/;
const LONGEST_NAME = 128;
const DIGEST_CHARACTERS = 8;

/**
 * The enabled tools of an agent's MCP servers. A tool is called `mcp__{server}__{tool}` (reference 7.1); where the model API does
 * not take that, or two tools would share it, a digest stands for what is lost.
 */
export function serverTools(agent: SessionAgent, listing: ToolListing): ServerTool[] {
  const taken = new Set<string>();
  return agent.tools.flatMap((toolset) => {
    if (toolset.type !== 'mcp_toolset') return [];
    const listed = listing.servers.find(({ server }) => server === toolset.mcp_server_name)?.tools ?? [];
    return listed.flatMap((tool) => {
      if (!settingOf(toolset, tool.name).enabled) return [];
      const name = nameOf(toolset.mcp_server_name, tool.name, taken);
      taken.add(name);
      return [{ name, toolset, tool }];
    });
  });
}

function nameOf(server: string, tool: string, taken: ReadonlySet<string>): string {
  const plain = `${PREFIX}${server}__${tool}`;
  if (FITS.test(plain) && !taken.has(plain)) return plain;
  const digest = createHash('sha256').update(`${server}\n${tool}`).digest('hex').slice(0, DIGEST_CHARACTERS);
  const readable = plain.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, LONGEST_NAME - DIGEST_CHARACTERS - 1);
  return `${readable}_${digest}`;
}

/** A tool in the form in which the model API takes it, whatever its server says of its input. */
export function offered({ name, tool }: ServerTool): BetaTool {
  const { schema, note } = inputSchemaFor(tool.inputSchema);
  const description = [tool.description, note].filter(Boolean).join('\n\n');
  return { name, ...(description === '' ? {} : { description }), input_schema: schema };
}

/**
 * Which toolset a name belongs to that the model was not offered: of a server that could not be dialled, or a tool that it does not
 * list (any more), or one that is disabled. A server's name may hold `__` itself, so the longest one that fits is meant.
 */
export function toolsetMeant(agent: SessionAgent, name: string): { toolset: McpToolset; bareName: string } | undefined {
  const toolset = agent.tools
    .filter((tool): tool is McpToolset => tool.type === 'mcp_toolset' && name.startsWith(prefixOf(tool)))
    .toSorted((a, b) => b.mcp_server_name.length - a.mcp_server_name.length)[0];
  return toolset && { toolset, bareName: name.slice(prefixOf(toolset).length) };
}

const prefixOf = (toolset: McpToolset): string => `${PREFIX}${toolset.mcp_server_name}__`;
