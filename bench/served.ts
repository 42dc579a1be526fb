/** The system as `npm start` runs it, in a process of its own, with a scripted model and the official client. */
import Anthropic from '@anthropic-ai/sdk';
import type { AgentCreateParams } from '@anthropic-ai/sdk/resources/beta/agents/agents';
import type { Respond } from '../runtime/local/offline-model/plan';
import { startModelServer, type ModelServer } from '../runtime/local/offline-model/server';
import { ServerProcess } from '../test/support/server-process';

export interface Served {
  readonly client: Anthropic;
  readonly model: ModelServer;
  readonly server: ServerProcess;
  close(): Promise<void>;
}

/** Starts both. The model answers from this process, so what it is asked and when can be seen. */
export async function serve(respond: Respond): Promise<Served> {
  const model = await startModelServer({ respond });
  const server = await ServerProcess.start(model.url);
  const { base_url: baseURL, api_key: apiKey } = await server.connection();
  return {
    // A request that is sent again would hide what the first one cost.
    client: new Anthropic({ baseURL, apiKey, maxRetries: 0 }),
    model,
    server,
    async close() {
      await server.close();
      await model.close();
    },
  };
}

type Tools = AgentCreateParams['tools'];

/** The whole toolset, every call allowed. */
export const ALL_TOOLS: Tools = [
  { type: 'agent_toolset_20260401', default_config: { permission_policy: { type: 'always_allow' } } },
];

/** Makes sessions of one agent in one environment, by its tools. */
export async function sessionMaker(client: Anthropic, tools: Tools = []): Promise<() => Promise<string>> {
  const name = `bench-${process.pid}-${Date.now()}-${Math.floor(Math.random() * 1e6)}`;
  const agent = await client.beta.agents.create({ name, model: 'claude-opus-5', tools });
  const environment = await client.beta.environments.create({ name });
  return async () => {
    const session = await client.beta.sessions.create({ agent: agent.id, environment_id: environment.id });
    return session.id;
  };
}

/** Sends a message. */
export async function tell(client: Anthropic, sessionId: string, text: string): Promise<void> {
  await client.beta.sessions.events.send(sessionId, {
    events: [{ type: 'user.message', content: [{ type: 'text', text }] }],
  });
}
