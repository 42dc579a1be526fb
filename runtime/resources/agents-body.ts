import type { Operations } from '../contract/operations';
import type { Agent } from '../contract/wire';
import { resolveModel } from './agents-model';
import { checkTools, refuseRoster, resolveIdentity, resolveServers, resolveSkills } from './agents-rules';
import { resolveTools } from './agents-tools';
import { mergeMetadata } from './metadata';

/** An empty text says the same as none (reference 3.3). */
const textOrNull = (text: string | null | undefined): string | null => text || null;

/** The agent that a create asks for, in version 1, with every default filled. @throws ApiError 400 for what does not fit. */
export function createAgent(body: Operations['agents.create']['body'], id: string, at: string): Agent {
  refuseRoster(body.multiagent);
  const tools = resolveTools(body.tools);
  const servers = resolveServers(body.mcp_servers);
  checkTools(tools, servers);
  return {
    id,
    type: 'agent',
    version: 1,
    name: body.name,
    description: textOrNull(body.description),
    system: textOrNull(body.system),
    model: resolveModel(body.model),
    tools,
    mcp_servers: servers,
    skills: resolveSkills(body.skills),
    multiagent: null,
    execution_identity: resolveIdentity(body.execution_identity),
    metadata: mergeMetadata({}, body.metadata),
    created_at: at,
    updated_at: at,
    archived_at: null,
  };
}

/**
 * What an update makes of an agent, version and time aside: what is not named stays, lists are replaced whole and cleared by
 * null, and the rules hold for the result (reference 3.3).
 *
 * @throws ApiError 400 for a result that does not fit together.
 */
export function updateAgent(current: Agent, body: Operations['agents.update']['body']): Agent {
  refuseRoster(body.multiagent);
  const next: Agent = {
    ...current,
    name: body.name ?? current.name,
    description: body.description === undefined ? current.description : textOrNull(body.description),
    system: body.system === undefined ? current.system : textOrNull(body.system),
    model: body.model === undefined ? current.model : resolveModel(body.model, current.model),
    tools: body.tools === undefined ? current.tools : resolveTools(body.tools),
    mcp_servers: body.mcp_servers === undefined ? current.mcp_servers : resolveServers(body.mcp_servers),
    skills: body.skills === undefined ? current.skills : resolveSkills(body.skills),
    multiagent: body.multiagent === undefined ? current.multiagent : null,
    execution_identity:
      body.execution_identity === undefined ? current.execution_identity : resolveIdentity(body.execution_identity),
    metadata: mergeMetadata(current.metadata, body.metadata),
  };
  checkTools(next.tools, next.mcp_servers);
  return next;
}
