/** Sessions that call tools of MCP servers, which the harness itself does. */
import type { SessionEvent } from '../../runtime/contract/wire';
import { agent, speaks, text, turnOf, use, type Scenario } from './scenario';

const withServer: Scenario['agent'] = {
  ...agent(),
  mcp_servers: [{ type: 'url', name: 'own', url: 'https://own.test/mcp' }],
  tools: [
    ...agent().tools,
    {
      type: 'mcp_toolset',
      mcp_server_name: 'own',
      default_config: { enabled: true, permission_policy: { type: 'always_allow' } },
      configs: [{ name: 'risk', enabled: true, permission_policy: { type: 'always_ask' } }],
    },
  ],
};

const asked = (events: SessionEvent[]): string | undefined =>
  events.find((event) => event.type === 'agent.mcp_tool_use' && event.evaluated_permission === 'ask')?.id;

export const SERVERS: readonly Scenario[] = [
  {
    name: 'tools of a server beside a sandbox tool, then one that has to be allowed',
    agent: withServer,
    outcome: [
      'user: go',
      'call note 1',
      'call look 2',
      'call bash a',
      'result of bash a',
      'result of look 2',
      'result of note 1',
      'call risk 3',
      'result of risk 3',
      'agent: done',
      'idle end_turn',
    ],
    model: (request) => {
      const { results } = turnOf(request);
      if (results === 0) {
        const served = [use('toolu_1', 'mcp__own__note', { at: 1 }), use('toolu_2', 'mcp__own__look', { at: 2 })];
        return { blocks: [...served, use('toolu_a', 'bash', { command: 'a' })] };
      }
      return results === 3 ? { blocks: [use('toolu_3', 'mcp__own__risk', { at: 3 })] } : { blocks: [text('done')] };
    },
    client: async (client) => {
      await client.message('go');
      // A server that could not be dialled is not asked for either: its calls then end as errors.
      const events = await client.until((all) => asked(all) !== undefined || speaks(all));
      const id = asked(events);
      if (id) await client.send({ type: 'user.tool_confirmation', tool_use_id: id, result: 'allow' });
      await client.until(speaks);
    },
  },
  {
    name: 'a call of a server that is interrupted, and the next turn',
    agent: withServer,
    outcome: (lines) => {
      const said = lines.filter((line) => line.startsWith('user'));
      if (said.join() !== 'user: go,user: and on') return 'a message is missing, or out of order';
      const [calls, results] = ['call', 'result'].map((what) => lines.filter((line) => line.startsWith(what)).length);
      if (calls !== results) return 'each call has one result';
      return lines.at(-1) === 'idle end_turn' && lines.at(-2) === 'agent: done with and on' ? undefined : 'wrong end';
    },
    model: (request) => {
      const { said, results } = turnOf(request);
      if (said === 'go' && results === 0) return { blocks: [use('toolu_1', 'mcp__own__note', { at: 1 })] };
      return { blocks: [text(`done with ${said}`)] };
    },
    client: async (client) => {
      await client.message('go');
      await client.pause(client.random() * 1_500);
      await client.send(
        { type: 'user.interrupt' },
        { type: 'user.message', content: [{ type: 'text', text: 'and on' }] },
      );
      await client.idleAfter('and on');
    },
  },
];
