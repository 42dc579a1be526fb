import type { SessionAgent } from '../../runtime/contract/wire';

/** A session's agent with the built-in tools, all allowed, and whatever else is given. */
export function agentWith(more: Partial<SessionAgent> = {}): SessionAgent {
  return {
    type: 'agent',
    id: 'agent_01AAAAAAAAAAAAAAAAAAAAAA',
    version: 1,
    name: 'Tester',
    description: null,
    system: 'You are a tester.',
    model: { id: 'claude-opus-5-5', effort: { type: 'high' }, speed: 'standard' },
    tools: [
      {
        type: 'agent_toolset_20260401',
        default_config: { enabled: true, permission_policy: { type: 'always_allow' } },
        configs: [],
      },
    ],
    mcp_servers: [],
    skills: [],
    multiagent: null,
    execution_identity: { type: 'service_account' },
    ...more,
  };
}
