import Anthropic from '@anthropic-ai/sdk';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

const secrets = new SecretsManagerClient({});

/** The official client, with the key that the grant lets this function read. The base URL comes from the environment. */
async function connect(): Promise<Anthropic> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: process.env.API_KEY_SECRET }));
  return new Anthropic({ apiKey: SecretString });
}

/** Begins a session and asks for something; whoever wants the answer reads the session's events. */
export const handler = async ({ task }: { readonly task: string }): Promise<{ sessionId: string }> => {
  const client = await connect();
  const environment = await client.beta.environments.create({ name: 'another-team' });
  const agent = await client.beta.agents.create({
    name: 'Helper',
    model: 'claude-sonnet-5-5',
    tools: [{ type: 'agent_toolset_20260401' }],
  });
  const session = await client.beta.sessions.create({
    agent: agent.id,
    environment_id: environment.id,
    initial_events: [{ type: 'user.message', content: [{ type: 'text', text: task }] }],
  });
  return { sessionId: session.id };
};
