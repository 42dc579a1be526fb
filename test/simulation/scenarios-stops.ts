/** Sessions whose worker an operator stops: in the middle of a call, between calls, while one is allowed. */
import type { Client } from './client';
import { agent, allow, asked, LONG_CALL_MS, speaks, text, turnOf, TWO_ASKED, use, type Scenario } from './scenario';

const QUICK_CALLS = ['1', '2', '3', '4'];

/** Four calls, one after the other. */
export const QUICK: Pick<Scenario, 'model' | 'outcome'> = {
  outcome: [
    'user: go',
    ...QUICK_CALLS.flatMap((n) => [`call bash ${n}`, `result of bash ${n}`]),
    'agent: done',
    'idle end_turn',
  ],
  model: (request) => {
    const command = QUICK_CALLS[turnOf(request).results];
    if (command === undefined) return { blocks: [text('done')] };
    return { blocks: [use(`toolu_${command}`, 'bash', { command })] };
  },
};

export const called = (client: Client): Promise<unknown> =>
  client.until((all) => all.some(({ type }) => type === 'agent.tool_use'));

/** As soon as there is one to be stopped. */
export async function stopWorker(client: Client, force: boolean): Promise<void> {
  while ((await client.stopWorker(force)) === 'gone') await client.pause(500);
}

/** A long call, in the middle of which an operator stops the worker. */
export const stopped = (force: boolean): Omit<Scenario, 'name'> => ({
  agent: agent(),
  toolMs: (command) => (command === 'long' ? LONG_CALL_MS : 0),
  isRevived: true,
  outcome: [
    'user: go',
    'call bash long',
    'result of bash long',
    'call bash again',
    'result of bash again',
    'agent: done',
    'idle end_turn',
  ],
  model: (request) => {
    const { results } = turnOf(request);
    if (results > 1) return { blocks: [text('done')] };
    const command = results === 0 ? 'long' : 'again';
    return { blocks: [use(`toolu_${command}`, 'bash', { command })] };
  },
  client: async (client) => {
    await client.message('go');
    await called(client);
    await client.pause(client.random() * 4_000);
    const label = client.labelWorker('to be stopped');
    await stopWorker(client, force);
    await label;
    await client.idleAfter('go');
  },
});

/** Quick calls, between which an operator stops the worker so many times, after pauses of so many milliseconds at most. */
export const stoppedAgain = (
  times: number,
  pauseMs: number,
): Pick<Scenario, 'model' | 'outcome' | 'mayEndUnknown' | 'isRevived' | 'client'> => ({
  mayEndUnknown: true,
  isRevived: true,
  ...QUICK,
  client: async (client) => {
    await client.message('go');
    await called(client);
    for (let stops = 0; stops < times; stops += 1) {
      await client.pause(client.random() * pauseMs);
      await stopWorker(client, client.random() < 0.7);
    }
    await client.idleAfter('go');
  },
});

export const STOPS: readonly Scenario[] = [
  { name: 'a worker that an operator stops', mayEndUnknown: true, cut: 'long', ...stopped(false) },
  { name: 'a worker that an operator stops at once', mayEndUnknown: true, cut: 'long', ...stopped(true) },
  {
    name: 'quick calls, between which an operator stops the worker again and again',
    agent: agent(),
    ...stoppedAgain(3, 2_000),
  },
  {
    name: 'a call that is allowed while an operator stops its worker at once',
    ...TWO_ASKED,
    mayEndUnknown: true,
    isRevived: true,
    client: async (client) => {
      await client.message('go');
      const events = await client.until((all) => asked(all).length === 2);
      const [first = '', second = ''] = asked(events);
      await client.send(allow(first));
      await client.pause(client.random() * 3_000);
      const stop = client.pause(client.random() * 1_500).then(() => stopWorker(client, true));
      await client.send(allow(second));
      await stop;
      await client.until(speaks);
    },
  },
];
