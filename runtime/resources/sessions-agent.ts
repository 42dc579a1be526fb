import { invalid } from '../contract/errors';
import type { Operations } from '../contract/operations';
import type { Agent, SessionAgent } from '../contract/wire';
import type { Store } from '../store/ports';
import { loadAgent } from './agents';
import { resolveModel } from './agents-model';
import { checkTools, refuseToolless, resolveServers, resolveSkills } from './agents-rules';
import { resolveTools } from './agents-tools';

type AgentParams = Operations['sessions.create']['body']['agent'];
type Overrides = Extract<AgentParams, { type: 'agent_with_overrides' }>;

/**
 * The agent that a session runs: the configuration as it is now, with the overrides of this session (reference 5.1). Later
 * changes of the agent do not reach it.
 *
 * @throws ApiError 404 when there is no such agent or version, 400 when it is archived or an override does not fit.
 */
export async function resolveSessionAgent(
  deps: { readonly store: Pick<Store, 'agents'> },
  workspace: string,
  params: AgentParams,
): Promise<SessionAgent> {
  const reference: Exclude<AgentParams, string> = typeof params === 'string' ? { type: 'agent', id: params } : params;
  const agent = await loadAgent(deps, workspace, reference.id, reference.version);
  if (agent.archived_at !== null) throw invalid(`Agent ${agent.id} is archived.`);
  return reference.type === 'agent_with_overrides' ? override(snapshotOf(agent), reference) : snapshotOf(agent);
}

function snapshotOf(agent: Agent): SessionAgent {
  const { id, version, name, description, system, model, tools, mcp_servers, skills, execution_identity } = agent;
  return {
    id,
    type: 'agent',
    version,
    name,
    description,
    system,
    model,
    tools,
    mcp_servers,
    skills,
    multiagent: null,
    execution_identity,
  };
}

/** What is left out is inherited, an empty value clears, and any other replaces the whole (reference 5.1). */
function override(base: SessionAgent, given: Overrides): SessionAgent {
  const agent: SessionAgent = {
    ...base,
    model: given.model === undefined ? base.model : resolveModel(given.model),
    system: given.system === undefined ? base.system : given.system || null,
    tools: given.tools === undefined ? base.tools : resolveTools(given.tools),
    mcp_servers: given.mcp_servers === undefined ? base.mcp_servers : resolveServers(given.mcp_servers),
    skills: given.skills === undefined ? base.skills : resolveSkills(given.skills),
  };
  if (given.tools !== undefined) refuseToolless(agent.tools, agent.skills);
  checkTools(agent.tools, agent.mcp_servers);
  return agent;
}
