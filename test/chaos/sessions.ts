/** The sessions of a run: who acts in each, and where its calls run. */
import type Anthropic from '@anthropic-ai/sdk';

const LOOKUP = {
  type: 'custom' as const,
  name: 'lookup',
  description: 'Looks a key up.',
  input_schema: { type: 'object' as const, properties: { key: { type: 'string' } }, required: ['key'] },
};
const TOOLSET = { type: 'agent_toolset_20260401' as const };
const ASKING_TOOLSET = {
  ...TOOLSET,
  configs: [{ name: 'bash' as const, permission_policy: { type: 'always_ask' as const } }],
};
/** Of three sessions two use the sandbox, one of them asking before each call. */
const AGENTS = [
  { name: 'acts', tools: [TOOLSET, LOOKUP], usesBash: true },
  { name: 'asks', tools: [ASKING_TOOLSET, LOOKUP], usesBash: true },
  { name: 'looks up', tools: [LOOKUP], usesBash: false },
];
/** Of so many sessions one is served by the user's own workers, the first for a start. */
const OWN_EVERY = 8;

/** How many of the sessions are served by the user's own workers. */
export const ownAmong = (sessions: number): number => Math.ceil(sessions / OWN_EVERY);

/** A session as the rest of the run needs to know it. */
export interface ChaosSession {
  readonly id: string;
  readonly usesBash: boolean;
  /** Served by the user's own workers. */
  readonly isOwn: boolean;
}

type Make = (number: number) => Promise<ChaosSession>;

/** Makes the agents; what it resolves with makes one session after another. */
export async function prepareSessions(client: Anthropic, cloudId: string, ownId: string): Promise<Make> {
  const { agents, sessions } = client.beta;
  const all = await Promise.all(
    AGENTS.map(async ({ usesBash, ...agent }) => {
      const { id } = await agents.create({ model: 'claude-opus-5', ...agent });
      return { id, usesBash };
    }),
  );
  const acting = all.filter(({ usesBash }) => usesBash);
  return async (number) => {
    const isOwn = number % OWN_EVERY === 0;
    // Whoever has workers of his own has them for their commands.
    const agent = isOwn ? acting[(number / OWN_EVERY) % acting.length] : all[number % all.length];
    if (!agent) throw new Error('there are no agents');
    const { id } = await sessions.create({ agent: agent.id, environment_id: isOwn ? ownId : cloudId });
    return { id, usesBash: agent.usesBash, isOwn };
  };
}
