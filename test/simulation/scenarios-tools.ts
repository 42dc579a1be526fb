/** Sessions that call tools: in the stack's sandbox, on the user's own workers, at the client. */
import type { SessionEvent } from '../../runtime/contract/wire';
import type { Client } from './client';
import {
  agent,
  allow,
  asked,
  goOnce,
  LONG_CALL_MS,
  speaks,
  text,
  turnOf,
  TWO_ASKED,
  use,
  type Scenario,
} from './scenario';

const openCustom = (events: SessionEvent[]): string[] => {
  const answered = new Set(
    events.flatMap((event) => (event.type === 'user.custom_tool_result' ? [event.custom_tool_use_id] : [])),
  );
  return events.flatMap((event) =>
    event.type === 'agent.custom_tool_use' && !answered.has(event.id) ? [event.id] : [],
  );
};

const answer = (id: string) => ({
  type: 'user.custom_tool_result' as const,
  custom_tool_use_id: id,
  content: [{ type: 'text' as const, text: `answer to ${id}` }],
});

const deny = (id: string) => ({
  type: 'user.tool_confirmation' as const,
  tool_use_id: id,
  result: 'deny' as const,
  deny_message: 'no',
});

/** A person answers at once, or when a sandbox may long be gone. */
const thinkItOver = (client: Client): Promise<void> =>
  client.pause(client.random() < 0.6 ? 0 : client.random() * 90_000);

/** First one call, then two at once. */
const ONE_AND_TWO: Pick<Scenario, 'model' | 'outcome' | 'client'> = {
  outcome: [
    'user: go',
    'agent: first',
    'call bash a',
    'result of bash a',
    'call bash b',
    'call read c',
    'result of bash b',
    'result of read c',
    'agent: done',
    'idle end_turn',
  ],
  model: (request) => {
    const { results } = turnOf(request);
    if (results === 0) return { blocks: [text('first'), use('toolu_a', 'bash', { command: 'a' })] };
    if (results === 1)
      return { blocks: [use('toolu_b', 'bash', { command: 'b' }), use('toolu_c', 'read', { file_path: 'c' })] };
    return { blocks: [text('done')] };
  },
  client: goOnce,
};

/** One call for each of these messages, `turn 1`, `turn 2` and so on. */
export const inTurns = (count: number): Pick<Scenario, 'model' | 'outcome'> => ({
  outcome: Array.from({ length: count }, (_, before) => before + 1).flatMap((turn) => [
    `user: turn ${turn}`,
    `call bash ${turn}`,
    `result of bash ${turn}`,
    `agent: done with turn ${turn}`,
    'idle end_turn',
  ]),
  model: (request) => {
    const { said, results } = turnOf(request);
    const turn = said.at(-1) ?? '';
    if (results === 0) return { blocks: [use(`toolu_${turn}`, 'bash', { command: turn })] };
    return { blocks: [text(`done with ${said}`)] };
  },
});
/** One call for each of two messages. */
export const TWO_TURNS = inTurns(2);

export const TOOLS: readonly Scenario[] = [
  { name: 'tools one by one and side by side', agent: agent(), isStreamed: true, ...ONE_AND_TWO },
  {
    name: "tools on a user's own workers",
    agent: agent(),
    overrides: { environmentConfig: { type: 'self_hosted' } },
    pollers: 2,
    ...ONE_AND_TWO,
  },
  {
    name: 'a call that takes long',
    agent: agent(),
    toolMs: () => LONG_CALL_MS,
    isRevived: true,
    outcome: ['user: go', 'call bash long', 'result of bash long', 'agent: done', 'idle end_turn'],
    model: (request) => {
      if (turnOf(request).results > 0) return { blocks: [text('done')] };
      return { blocks: [use('toolu_a', 'bash', { command: 'long' })] };
    },
    client: goOnce,
  },
  {
    name: 'a sandbox that comes back for a second turn',
    agent: agent(),
    ...TWO_TURNS,
    client: async (client) => {
      await client.message('turn 1');
      await client.idleAfter('turn 1');
      // About as long as the worker stays: the second turn meets it alive, leaving, or gone.
      await client.pause(3_000 + client.random() * 5_000);
      await client.message('turn 2');
      await client.idleAfter('turn 2');
    },
  },
  {
    name: 'a tool allowed and a tool denied',
    ...TWO_ASKED,
    client: async (client) => {
      await client.message('go');
      const events = await client.until((all) => asked(all).length === 2);
      const [first = '', second = ''] = asked(events);
      await client.send(allow(first));
      await thinkItOver(client);
      await client.send(deny(second));
      await client.until(speaks);
    },
  },
  {
    name: 'calls that are allowed one by one, while wakes take long to begin',
    agent: agent('always_ask'),
    // The worker that the first call has brought hears that the second is allowed, before the harness does, and may be gone by then.
    wakeDelayMs: 8_000,
    toolMs: (command) => (command === 'b' ? 3_000 : 0),
    isRevived: true,
    outcome: [
      'user: go',
      ...['a', 'b'].flatMap((name) => [`call bash ${name}`, `result of bash ${name}`]),
      'agent: done',
      'idle end_turn',
    ],
    model: (request) => {
      const command = ['a', 'b'][turnOf(request).results];
      if (command === undefined) return { blocks: [text('done')] };
      return { blocks: [use(`toolu_${command}`, 'bash', { command })] };
    },
    client: async (client) => {
      await client.message('go');
      for (const number of [1, 2]) {
        // Quickly, before the worker goes.
        while (asked(await client.list()).length < number) await client.pause(150);
        await client.send(allow(asked(await client.list()).at(-1) ?? ''));
      }
      await client.until(speaks);
    },
  },
  {
    name: 'confirmations in one request',
    agent: agent('always_ask'),
    outcome: [
      'user: go',
      'call bash a',
      'call bash b',
      'call bash c',
      'result of bash a',
      'result of bash b',
      'result of bash c',
      'agent: done',
      'idle end_turn',
    ],
    model: (request) => {
      if (turnOf(request).results > 0) return { blocks: [text('done')] };
      return { blocks: ['a', 'b', 'c'].map((name) => use(`toolu_${name}`, 'bash', { command: name })) };
    },
    client: async (client) => {
      await client.message('go');
      const events = await client.until((all) => asked(all).length === 3);
      const [first = '', second = '', third = ''] = asked(events);
      await client.send(deny(second), allow(first));
      await client.send(allow(third));
      await client.until(speaks);
    },
  },
  {
    name: 'custom tools answered in the wrong order, beside a sandbox tool',
    agent: agent(),
    outcome: [
      'user: go',
      'call weather x',
      'call weather y',
      'call bash a',
      'result of bash a',
      'result of weather x',
      'result of weather y',
      'agent: done',
      'idle end_turn',
    ],
    model: (request) => {
      if (turnOf(request).results > 0) return { blocks: [text('done')] };
      const custom = [use('toolu_x', 'weather', { at: 'x' }), use('toolu_y', 'weather', { at: 'y' })];
      return { blocks: [...custom, use('toolu_a', 'bash', { command: 'a' })] };
    },
    client: async (client) => {
      await client.message('go');
      const events = await client.until((all) => openCustom(all).length === 2);
      await thinkItOver(client);
      for (const id of openCustom(events).toReversed()) await client.send(answer(id));
      await client.until(speaks);
    },
  },
  {
    name: 'a custom tool that takes longer than its sandbox may be silent',
    agent: agent(),
    outcome: [
      'user: go',
      'call weather x',
      'call bash a',
      'result of bash a',
      'result of weather x',
      'agent: done',
      'idle end_turn',
    ],
    model: (request) => {
      if (turnOf(request).results > 0) return { blocks: [text('done')] };
      return { blocks: [use('toolu_x', 'weather', { at: 'x' }), use('toolu_a', 'bash', { command: 'a' })] };
    },
    client: async (client) => {
      await client.message('go');
      const events = await client.until((all) => openCustom(all).length === 1);
      await client.pause(90_000);
      for (const id of openCustom(events)) await client.send(answer(id));
      await client.until(speaks);
    },
  },
  {
    name: 'custom tools and a message in one request',
    agent: agent(),
    outcome: (lines) => {
      const said = lines.filter((line) => line.startsWith('user'));
      if (said.join() !== 'user: go,user: and on') return 'a message is missing, or out of order';
      if (lines.filter((line) => line.startsWith('result')).length !== 4) return 'each call has one result';
      return lines.at(-1) === 'idle end_turn' && lines.at(-2) === 'agent: done with and on' ? undefined : 'wrong end';
    },
    model: (request) => {
      const { said, results } = turnOf(request);
      if (said === 'go' && results === 0) {
        return { blocks: ['x', 'y', 'z', 'w'].map((at) => use(`toolu_${at}`, 'weather', { at })) };
      }
      return { blocks: [text(`done with ${said}`)] };
    },
    client: async (client) => {
      await client.message('go');
      const events = await client.until((all) => openCustom(all).length === 4);
      const [first = '', second = '', third = '', fourth = ''] = openCustom(events);
      // Results are taken up in the order of their calls, and the message after all of them: the request is used up bit by bit.
      const message = { type: 'user.message' as const, content: [{ type: 'text' as const, text: 'and on' }] };
      await client.send(answer(first), answer(third), message);
      await client.pause(client.random() * 2_000);
      await client.send(answer(second));
      await client.pause(client.random() * 2_000);
      await client.send(answer(fourth));
      await client.idleAfter('and on');
    },
  },
];
