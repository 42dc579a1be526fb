/** Sessions whose client does not wait its turn. What comes of them depends on the timing, within limits. */
import { agent, text, turnOf, use, type Scenario } from './scenario';

/** One call at first, and then it says what it has heard. */
const hears: Scenario['model'] = (request) => {
  const { results, said } = turnOf(request);
  return results === 0 && said === 'go'
    ? { blocks: [use('toolu_a', 'bash', { command: 'a' })] }
    : { blocks: [text(`heard ${said}`)] };
};

const users = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith('user'));

/** Each call has one result, and the session's last words are these. */
function endsWith(lines: readonly string[], said: readonly string[], last: string): string | undefined {
  if (users(lines).join() !== said.map((one) => `user: ${one}`).join()) return 'a message is missing, or out of order';
  const calls = lines.filter((line) => line.startsWith('call'));
  const results = lines.filter((line) => line.startsWith('result'));
  if (calls.length !== results.length) return 'each call has one result';
  if (lines.at(-1) !== 'idle end_turn') return 'it does not end idle';
  return lines.at(-2) === `agent: ${last}` ? undefined : `it does not end with "${last}"`;
}

/** Calls, one after the other, until the user says something else. */
export const INTERRUPTIBLE: Pick<Scenario, 'model'> = {
  model: (request) => {
    const { said, results } = turnOf(request);
    if (said === 'go' && results < 3) return { blocks: [use(`toolu_${results}`, 'bash', { command: 'long' })] };
    return { blocks: [text(`done with ${said}`)] };
  },
};

/** After an interrupt, nothing of the old turn is done any more, but for what was under way. */
export function interrupted(lines: readonly string[]): string | undefined {
  const at = lines.indexOf('interrupt');
  if (at < 0) return 'the interrupt is missing';
  if (lines.indexOf('interrupt', at + 1) >= 0) return 'the interrupt stands twice';
  if (lines.slice(at).some((line) => line.startsWith('call'))) return 'the turn goes on after its interrupt';
  return endsWith(lines, ['go', 'rather this'], 'done with rather this');
}

const CHANGES_OF_MIND = ['this', 'rather that', 'no, this', 'or that'];

export const RACES: readonly Scenario[] = [
  {
    name: 'an interrupt in the middle, and on',
    agent: agent(),
    ...INTERRUPTIBLE,
    outcome: interrupted,
    client: async (client) => {
      await client.message('go');
      await client.until((all) => all.some(({ type }) => type === 'agent.tool_use'));
      await client.send({ type: 'user.interrupt' });
      await client.message('rather this');
      await client.idleAfter('rather this');
    },
  },
  {
    name: 'an interrupt and a message in one request',
    agent: agent(),
    ...INTERRUPTIBLE,
    outcome: interrupted,
    client: async (client) => {
      await client.message('go');
      await client.pause(client.random() * 2_500);
      const content = [{ type: 'text' as const, text: 'rather this' }];
      await client.send({ type: 'user.interrupt' }, { type: 'user.message', content });
      await client.idleAfter('rather this');
    },
  },
  {
    name: 'one interrupt after the other',
    agent: agent(),
    thinkingMs: () => 700,
    outcome: (lines) => endsWith(lines, ['go', ...CHANGES_OF_MIND], `done with ${CHANGES_OF_MIND.at(-1)}`),
    model: (request) => ({ blocks: [text(`done with ${turnOf(request).said}`)] }),
    client: async (client) => {
      await client.message('go');
      for (const said of CHANGES_OF_MIND) {
        await client.pause(client.random() * 1_000);
        await client.send(
          { type: 'user.interrupt' },
          { type: 'user.message', content: [{ type: 'text', text: said }] },
        );
      }
      await client.idleAfter(CHANGES_OF_MIND.at(-1) ?? '');
    },
  },
  {
    name: 'an interrupt while the model speaks',
    agent: agent(),
    thinkingMs: (_asked, request) => (turnOf(request).said === 'go' ? 20_000 : 300),
    outcome: (lines, { hasZombies }) => {
      if (lines.filter((line) => line === 'interrupt').length !== 1) return 'one interrupt stands in the log';
      // A harness that sleeps does not hear of it in time. Any other does, or its successor asks for something else.
      if (!hasZombies && lines.includes('agent: done with go')) return 'the model was not stopped';
      return endsWith(lines, ['go', 'rather this'], 'done with rather this');
    },
    model: (request) => ({ blocks: [text(`done with ${turnOf(request).said}`)] }),
    client: async (client) => {
      await client.message('go');
      await client.until((all) => all.some(({ type }) => type === 'span.model_request_start'));
      await client.pause(client.random() * 1_000);
      await client.send({ type: 'user.interrupt' });
      await client.message('rather this');
      await client.idleAfter('rather this');
    },
  },
  {
    name: 'an answer that comes with the interrupt of its call',
    agent: agent(),
    outcome: (lines) => {
      // The interrupt answers the call, unless the client was first; what came second is recorded and changes nothing.
      const counted = lines.filter((line) => line.startsWith('result')).length;
      if (counted < 1 || counted > 2) return 'the call is answered once, and perhaps once more too late';
      return lines.at(-1) === 'idle end_turn' && lines.at(-2) === 'agent: done with on' ? undefined : 'wrong end';
    },
    model: (request) => {
      const { said, results } = turnOf(request);
      if (said === 'go' && results === 0) return { blocks: [use('toolu_x', 'weather', { at: 'x' })] };
      return { blocks: [text(`done with ${said}`)] };
    },
    client: async (client) => {
      await client.message('go');
      const events = await client.until((all) => all.some(({ type }) => type === 'agent.custom_tool_use'));
      const id = events.find(({ type }) => type === 'agent.custom_tool_use')?.id ?? '';
      const content = [{ type: 'text' as const, text: 'late' }];
      await Promise.all([
        client.send({ type: 'user.interrupt' }),
        client.send({ type: 'user.custom_tool_result', custom_tool_use_id: id, content }),
      ]);
      await client.message('on');
      await client.idleAfter('on');
    },
  },
  {
    name: 'messages in the middle of a turn',
    agent: agent(),
    isStreamed: true,
    outcome: (lines) => endsWith(lines, ['go', 'and this', 'and that'], 'heard and that'),
    model: hears,
    client: async (client) => {
      await client.message('go');
      await client.message('and this');
      await client.pause(600);
      await client.message('and that');
      await client.idleAfter('and that');
    },
  },
  {
    name: 'two harnesses that wait for one result',
    agent: agent(),
    // The first has the thread for almost as long as it can without asking again, when a second one comes that takes it away.
    always: { ahead: 1 },
    thinkingMs: (asked) => (asked === 1 ? 4_300 : 1_500),
    toolMs: () => 400,
    outcome: (lines) => endsWith(lines, ['go', 'and this'], 'heard and this'),
    model: hears,
    client: async (client) => {
      await client.message('go');
      while (!(await client.list()).some(({ type }) => type === 'agent.tool_use')) await client.pause(150);
      await client.message('and this');
      await client.idleAfter('and this');
    },
  },
  {
    name: 'a message whenever one likes',
    agent: agent(),
    outcome: (lines) => endsWith(lines, ['1', '2', '3', '4', '5'], 'heard 5'),
    model: (request) => ({ blocks: [text(`heard ${turnOf(request).said}`)] }),
    client: async (client) => {
      for (const said of ['1', '2', '3', '4', '5']) {
        await client.message(said);
        await client.pause(client.random() * 700);
      }
      await client.idleAfter('5');
    },
  },
];
