/** What the simulated sessions do: a client, and a model that follows a script. */
import { ModelError, type ModelRequest, type ModelResponse } from '../../runtime/model/port';
import type { SessionAgent, SessionEvent } from '../../runtime/contract/wire';
import type { SessionRecord } from '../../runtime/store/records';
import { sessionRecord } from '../support/decisions';
import type { Client } from './client';

type Block = ModelResponse['blocks'][number];
type Said = { blocks: Block[]; inputTokens?: number };

export interface Scenario {
  readonly name: string;
  readonly agent: SessionAgent;
  readonly overrides?: Partial<SessionRecord>;
  /** What the model says to a request; `asked` counts the requests of this run. */
  readonly model: (request: ModelRequest, asked: number) => Said;
  readonly client: (client: Client) => Promise<void>;
  /** Whether the outcome is the same whatever the timing: interrupts and messages in the middle of a turn are a race. */
  readonly isDetermined: boolean;
}

const text = (said: string): Block => ({ type: 'text', text: said, citations: null });
const use = (id: string, name: string, input: unknown): Block => ({ type: 'tool_use', id, name, input });

type Policy = 'always_allow' | 'always_ask';
function agent(policy: Policy = 'always_allow', model = 'claude-opus-5'): SessionAgent {
  const base = sessionRecord().agent;
  return {
    ...base,
    model: { ...base.model, id: model },
    tools: [
      {
        type: 'agent_toolset_20260401',
        default_config: { enabled: true, permission_policy: { type: policy } },
        configs: [],
      },
      { type: 'custom', name: 'weather', description: 'the weather', input_schema: { type: 'object' } },
    ],
  };
}

/** How many results the model has got since the user last spoke, and what the user said then. */
function turnOf(request: ModelRequest): { said: string; results: number } {
  let said = '';
  let results = 0;
  for (const { role, content } of request.messages) {
    if (role !== 'user' || typeof content === 'string') continue;
    for (const block of content) {
      if (block.type === 'tool_result') results += 1;
      if (block.type !== 'text') continue;
      said = block.text;
      results = 0;
    }
  }
  return { said, results };
}

const openCustom = (events: SessionEvent[]): string[] => {
  const answered = new Set(
    events.flatMap((event) => (event.type === 'user.custom_tool_result' ? [event.custom_tool_use_id] : [])),
  );
  return events.flatMap((event) =>
    event.type === 'agent.custom_tool_use' && !answered.has(event.id) ? [event.id] : [],
  );
};

const asked = (events: SessionEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'agent.tool_use' && event.evaluated_permission === 'ask' ? [event.id] : [],
  );

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'two answers',
    agent: agent(),
    isDetermined: true,
    model: (request) => ({ blocks: [text(`you said ${turnOf(request).said}`)] }),
    client: async (client) => {
      for (const said of ['one', 'two']) {
        await client.message(said);
        await client.idleAfter(said);
      }
    },
  },
  {
    name: 'tools one by one and side by side',
    agent: agent(),
    isDetermined: true,
    model: (request) => {
      const { results } = turnOf(request);
      if (results === 0) return { blocks: [text('first'), use('toolu_a', 'bash', { command: 'a' })] };
      if (results === 1)
        return { blocks: [use('toolu_b', 'bash', { command: 'b' }), use('toolu_c', 'read', { file_path: 'c' })] };
      return { blocks: [text('done')] };
    },
    client: async (client) => {
      await client.message('go');
      await client.idleAfter('go');
    },
  },
  {
    name: 'a tool allowed and a tool denied',
    agent: agent('always_ask'),
    isDetermined: true,
    model: (request) => {
      if (turnOf(request).results > 0) return { blocks: [text('done')] };
      return { blocks: [use('toolu_a', 'bash', { command: 'a' }), use('toolu_b', 'bash', { command: 'b' })] };
    },
    client: async (client) => {
      await client.message('go');
      const events = await client.until((all) => asked(all).length === 2);
      const [first = '', second = ''] = asked(events);
      await client.send({ type: 'user.tool_confirmation', tool_use_id: first, result: 'allow' });
      await client.send({ type: 'user.tool_confirmation', tool_use_id: second, result: 'deny', deny_message: 'no' });
      await client.until((all) => all.some((event) => event.type === 'agent.message'));
    },
  },
  {
    name: 'custom tools answered in the wrong order, beside a sandbox tool',
    agent: agent(),
    isDetermined: true,
    model: (request) => {
      if (turnOf(request).results > 0) return { blocks: [text('done')] };
      const custom = [use('toolu_x', 'weather', { at: 'x' }), use('toolu_y', 'weather', { at: 'y' })];
      return { blocks: [...custom, use('toolu_a', 'bash', { command: 'a' })] };
    },
    client: async (client) => {
      await client.message('go');
      const events = await client.until((all) => openCustom(all).length === 2);
      for (const id of openCustom(events).toReversed()) {
        await client.send({
          type: 'user.custom_tool_result',
          custom_tool_use_id: id,
          content: [{ type: 'text', text: `answer to ${id}` }],
        });
      }
      await client.until((all) => all.some((event) => event.type === 'agent.message'));
    },
  },
  {
    name: 'an interrupt in the middle, and on',
    agent: agent(),
    isDetermined: false,
    model: (request) => {
      const { said, results } = turnOf(request);
      if (said === 'go' && results < 3) return { blocks: [use(`toolu_${results}`, 'bash', { command: 'long' })] };
      return { blocks: [text(`done with ${said}`)] };
    },
    client: async (client) => {
      await client.message('go');
      await client.until((all) => all.some(({ type }) => type === 'agent.tool_use'));
      await client.send({ type: 'user.interrupt' });
      await client.message('rather this');
      await client.idleAfter('rather this');
    },
  },
  {
    name: 'messages in the middle of a turn',
    agent: agent(),
    isDetermined: false,
    model: (request) => {
      const { results, said } = turnOf(request);
      return results === 0 && said === 'go'
        ? { blocks: [use('toolu_a', 'bash', { command: 'a' })] }
        : { blocks: [text(`heard ${said}`)] };
    },
    client: async (client) => {
      await client.message('go');
      await client.message('and this');
      await client.pause(600);
      await client.message('and that');
      await client.idleAfter('and that');
    },
  },
  {
    name: 'a model that is overloaded twice',
    agent: agent(),
    isDetermined: true,
    model: (_request, count) => {
      if (count <= 2) throw new ModelError('model_overloaded_error', true, 'Overloaded');
      return { blocks: [text('at last')] };
    },
    client: async (client) => {
      await client.message('go');
      await client.idleAfter('go');
    },
  },
  {
    name: 'a context that is compacted',
    agent: agent('always_allow', 'claude-haiku-4-5'),
    isDetermined: true,
    model: (request) => {
      const last = JSON.stringify(request.messages.at(-1));
      if (last.includes('toolu_a')) {
        const isSummary = last.includes('summar');
        return isSummary ? { blocks: [text('the summary')] } : { blocks: [text('done')] };
      }
      if (last.includes('conversation_summary')) return { blocks: [text('done')] };
      return { blocks: [use('toolu_a', 'bash', { command: 'a' })], inputTokens: 190_000 };
    },
    client: async (client) => {
      await client.message('go');
      await client.idleAfter('go');
    },
  },
  {
    name: 'a budget that is reached',
    agent: agent(),
    overrides: { budget: { type: 'limit', max_list_cost: { amount: '1', currency: 'USD' } } },
    isDetermined: true,
    model: () => ({ blocks: [use('toolu_a', 'bash', { command: 'a' })], inputTokens: 100_000 }),
    client: async (client) => {
      await client.message('go');
      await client.idleAfter('go');
    },
  },
];
