/** Sessions in which the model only speaks: what can go wrong between a message and its answer. */
import { ModelError } from '../../runtime/model/port';
import { agent, goOnce, known, text, turnOf, use, type Scenario } from './scenario';

/** Longer than a wake of `SHORT_WAKE` has. */
const LONG_ANSWER_MS = 58_000;
const SHORT_WAKE = 64;
/** So long that a harness has to renew its lease several times for each answer. */
const SLOW_ANSWER_MS = 17_000;
/** Sweeps find its lease renewed, and it ends a moment after one of them (see `sweepFor`). */
const SWEPT_ANSWER_MS = 40_300;
/** More than an item of the table takes, and hardly to be compressed. */
const BIG_BYTES = 385_000;

function noise(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
}

export const BIG = noise(BIG_BYTES).replace(/["\\]/g, '.');

export const ANSWERS: readonly Scenario[] = [
  {
    name: 'two answers',
    agent: agent(),
    outcome: ['user: one', 'agent: you said one', 'idle end_turn', 'user: two', 'agent: you said two', 'idle end_turn'],
    model: (request) => ({ blocks: [text(`you said ${turnOf(request).said}`)] }),
    client: async (client) => {
      for (const said of ['one', 'two']) {
        await client.message(said);
        await client.idleAfter(said);
      }
    },
  },
  {
    name: 'a model that is overloaded twice',
    hasErrors: true,
    agent: agent(),
    outcome: ['user: go', 'agent: at last', 'idle end_turn'],
    model: (_request, count) => {
      if (count <= 2) throw new ModelError('model_overloaded_error', true, 'Overloaded');
      return { blocks: [text('at last')] };
    },
    client: goOnce,
  },
  {
    name: 'a model that asks for a long pause',
    hasErrors: true,
    agent: agent(),
    isRevived: true,
    outcome: ['user: go', 'agent: at last', 'idle end_turn'],
    model: (_request, count) => {
      if (count === 1) throw new ModelError('model_rate_limited_error', true, 'Slow down', 12_000);
      return { blocks: [text('at last')] };
    },
    client: goOnce,
  },
  {
    name: 'an answer that takes longer than a wake has',
    agent: agent(),
    isRevived: true,
    wakeSeconds: SHORT_WAKE,
    thinkingMs: (asked) => (asked === 1 ? LONG_ANSWER_MS : 300),
    outcome: ['user: go', 'agent: at last', 'idle end_turn'],
    model: () => ({ blocks: [text('at last')] }),
    client: goOnce,
  },
  {
    name: 'a model that thinks for long, with a tool in between',
    agent: agent(),
    thinkingMs: () => SLOW_ANSWER_MS,
    outcome: ['one', 'two'].flatMap((said) => [
      `user: ${said}`,
      `call bash ${said}`,
      `result of bash ${said}`,
      `agent: done with ${said}`,
      'idle end_turn',
    ]),
    model: (request) => {
      const { said, results } = turnOf(request);
      if (results === 0) return { blocks: [use(`toolu_${said}`, 'bash', { command: said })] };
      return { blocks: [text(`done with ${said}`)] };
    },
    client: async (client) => {
      for (const said of ['one', 'two']) {
        await client.message(said);
        await client.idleAfter(said);
      }
    },
  },
  {
    name: 'an answer that takes longer than a lease',
    agent: agent(),
    thinkingMs: () => SWEPT_ANSWER_MS,
    outcome: ['user: go', 'agent: at last', 'idle end_turn'],
    model: () => ({ blocks: [text('at last')] }),
    client: goOnce,
  },
  {
    name: 'a message that does not fit into an item',
    agent: agent(),
    outcome: [`user: ${BIG}`, `agent: ${BIG.length}`, 'idle end_turn', 'user: on', 'agent: on', 'idle end_turn'],
    model: (request) => {
      const { said } = turnOf(request);
      return { blocks: [text(said === 'on' ? 'on' : String(said.length))] };
    },
    client: async (client) => {
      await client.message(BIG);
      await client.idleAfter(BIG);
      await client.message('on');
      await client.idleAfter('on');
    },
  },
  {
    name: 'a context that is compacted',
    agent: agent('always_allow', 'claude-haiku-4-5'),
    outcome: ['user: go', 'call bash a', 'result of bash a', 'compacted', 'agent: done', 'idle end_turn'],
    model: (request) => {
      const last = JSON.stringify(request.messages.at(-1));
      if (last.includes('toolu_a')) {
        const isSummary = last.includes('summar');
        return isSummary ? { blocks: [text('the summary')] } : { blocks: [text('done')] };
      }
      if (last.includes('conversation_summary')) return { blocks: [text('done')] };
      return { blocks: [use('toolu_a', 'bash', { command: 'a' })], inputTokens: 190_000 };
    },
    client: goOnce,
  },
  {
    name: 'a compaction while messages come in',
    agent: agent('always_allow', 'claude-haiku-4-5'),
    outcome: (lines) => {
      const said = lines.filter((line) => line.startsWith('user'));
      if (said.join() !== 'user: alpha,user: beta,user: gamma') return 'a message is missing, or out of order';
      if (lines.filter((line) => line === 'compacted').length !== 1) return 'it is compacted once';
      const last = lines.findLast((line) => line.startsWith('agent'));
      return last === 'agent: heard alpha beta gamma' ? undefined : 'the model has not heard all of it';
    },
    model: (request) => {
      const heard = known(request, ['alpha', 'beta', 'gamma']).join(' ');
      const last = JSON.stringify(request.messages.at(-1));
      // Of what it was not asked to answer yet, its summary says nothing.
      if (last.includes('Write a summary')) return { blocks: [text('so far: alpha')] };
      if (heard !== 'alpha' || known(request, ['tool_result', 'so far']).length > 0)
        return { blocks: [text(`heard ${heard}`)] };
      return { blocks: [use('toolu_a', 'bash', { command: 'a' })], inputTokens: 190_000 };
    },
    client: async (client) => {
      await client.message('alpha');
      await client.until((all) => all.some(({ type }) => type === 'agent.tool_use'));
      await client.message('beta');
      await client.pause(client.random() * 1_500);
      await client.message('gamma');
      await client.idleAfter('gamma');
    },
  },
];
