/** Sessions whose only tool is a shell: what is sent to one runs in its sandbox. */
import type Anthropic from '@anthropic-ai/sdk';
import { setTimeout as pause } from 'node:timers/promises';
import type { SessionEvent } from '../../../runtime/contract/wire';
import type { Respond } from '../../../runtime/local/offline-model/plan';

const LOOK_EVERY_MS = 100;
const IDLE_WITHIN_MS = 180_000;

/** A model that calls bash with the words of each message, and is done when it has the result. */
export const shellModel: Respond = ({ messages }) => {
  const content = messages.at(-1)?.content ?? '';
  const blocks = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content;
  if (blocks.some(({ type }) => type === 'tool_result')) return { blocks: [{ type: 'text', text: 'Done.' }] };
  const command = blocks.flatMap((block) => (block.type === 'text' ? block.text : [])).at(-1) ?? '';
  return { blocks: [{ type: 'tool_use', name: 'bash', input: { command } }] };
};

/** What a command printed, or how its call failed. */
export interface ShellResult {
  readonly text: string;
  readonly isError: boolean;
}

/** An environment's network and packages, as they are created. */
export type Config = Omit<Extract<Anthropic.Beta.BetaCloudConfigParams, { type: 'cloud' }>, 'type'>;

/** A session in an environment of its own. */
export class ShellSession {
  private constructor(
    private readonly client: Anthropic,
    readonly id: string,
  ) {}

  static async create(client: Anthropic, name: string, config: Config, vaults: string[] = []): Promise<ShellSession> {
    const environment = await client.beta.environments.create({ name, config: { type: 'cloud', ...config } });
    const tools = [{ type: 'agent_toolset_20260401' as const }];
    const agent = await client.beta.agents.create({ name, model: 'claude-opus-5', tools });
    const session = await client.beta.sessions.create({
      agent: agent.id,
      environment_id: environment.id,
      vault_ids: vaults,
    });
    return new ShellSession(client, session.id);
  }

  /** A session that is there already. */
  static open(client: Anthropic, id: string): ShellSession {
    return new ShellSession(client, id);
  }

  /** Runs a command and gives what came of it. */
  async run(command: string): Promise<ShellResult> {
    await this.begin(command);
    return this.result();
  }

  async begin(command: string): Promise<void> {
    const content = [{ type: 'text' as const, text: command }];
    await this.client.beta.sessions.events.send(this.id, { events: [{ type: 'user.message', content }] });
  }

  /** The result of the last command, when the session has become idle. */
  async result(): Promise<ShellResult> {
    const deadline = Date.now() + IDLE_WITHIN_MS;
    for (;;) {
      await pause(LOOK_EVERY_MS);
      const events = await this.history();
      const messages = events.filter(({ type }) => type === 'user.message').length;
      const idles = events.filter(({ type }) => type === 'session.status_idle').length;
      if (idles >= messages) return resultIn(events);
      if (Date.now() > deadline) throw new Error(`${this.id} did not become idle`);
    }
  }

  private async history(): Promise<SessionEvent[]> {
    const events: SessionEvent[] = [];
    for await (const event of this.client.beta.sessions.events.list(this.id, { limit: 1_000 })) events.push(event);
    return events;
  }
}

function resultIn(events: readonly SessionEvent[]): ShellResult {
  const result = events.findLast((event) => event.type === 'agent.tool_result');
  if (result?.type !== 'agent.tool_result') throw new Error('no tool was called');
  const text = (result.content ?? []).flatMap((block) => (block.type === 'text' ? block.text : [])).join('\n');
  return { text, isError: result.is_error ?? false };
}
