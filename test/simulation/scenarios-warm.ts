/** Sessions that are served by sandboxes which stood ready. */
import { MICROS_PER_SECOND } from '../../runtime/contract/time';
import type { Client } from './client';
import { agent, goOnce, inTurn, LONG_CALL_MS, text, turnOf, use, type Scenario } from './scenario';
import { called, stopWorker } from './scenarios-stops';

/** Until the first sweep has filled the pool, and its sandboxes have asked for work. */
const FILLED_MS = 32_000;
/** Until a worker that has nothing to do has gone. */
const GONE_MS = 15_000;
/** Until a sandbox that fell silent when the pool was filled is given to nobody, and before it is replaced. */
const SILENT_MS = 28_000;
/** From when the pool is filled until the next sweep has looked at it. */
const SWEPT_MS = 9_000;
/** From the call of a tool to the moment in which its sandbox is taken. */
const TAKEN_WITHIN_MS = 1_000;

const whenFilled =
  (act: (client: Client) => Promise<void>): Scenario['client'] =>
  async (client) => {
    await client.pause(FILLED_MS);
    await act(client);
  };

const oneSession: Pick<Scenario, 'agent' | 'toolMs' | 'outcome' | 'model' | 'client'> = {
  agent: agent(),
  toolMs: (command) => (command === 'long' ? 8_000 : 0),
  ...inTurn('a', 'long'),
  client: whenFilled(goOnce),
};

/** Ten minutes and more, in which whoever tends the pool comes by. */
const LONG_CALLS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

export const WARM: readonly Scenario[] = [
  { name: 'a warm sandbox that serves a session', warm: 2, ...oneSession },
  {
    name: 'a session that comes back for a second warm sandbox',
    warm: 1,
    isWatched: true,
    agent: agent(),
    outcome: ['go', 'on'].flatMap((said) => [
      `user: ${said}`,
      `call bash ${said}`,
      `result of bash ${said}`,
      'agent: done',
      'idle end_turn',
    ]),
    model: (request) => {
      const { said, results } = turnOf(request);
      if (results > 0) return { blocks: [text('done')] };
      return { blocks: [use(`toolu_${said}`, 'bash', { command: said })] };
    },
    client: whenFilled(async (client) => {
      await goOnce(client);
      await client.pause(GONE_MS);
      await client.message('on');
      await client.idleAfter('on');
    }),
  },
  {
    name: 'two sessions that want a warm sandbox at once',
    warm: 2,
    ...oneSession,
    client: whenFilled(async (client) => {
      const asked = goOnce(client);
      await called(client);
      await client.pause(client.random() * TAKEN_WITHIN_MS);
      client.wantAnother();
      await asked;
    }),
  },
  {
    name: 'a warm sandbox that somebody sees who is slower to take it',
    warm: 2,
    always: { plot: [['rival UpdateItem warm', 1, 'pause_before']] },
    ...oneSession,
    client: whenFilled(async (client) => {
      client.wantAnother();
      await goOnce(client);
    }),
  },
  {
    name: 'a warm sandbox that is taken when it was found to be one too many',
    warm: 2,
    always: { plot: [['sweeper Query warm', 2, 'sleep_after']] },
    ...oneSession,
    client: whenFilled(async (client) => {
      client.resizePool(1);
      await client.pause(SWEPT_MS);
      client.wantAnother();
      await goOnce(client);
    }),
  },
  {
    name: 'a warm sandbox that is said to be ready once more when it is taken',
    warm: 1,
    always: { plot: [['api UpdateItem warm', 2, 'outrun']] },
    ...oneSession,
  },
  {
    name: 'a warm sandbox that asks although its start was answered with an error',
    warm: 1,
    always: {
      plot: [
        ['sweeper RunTask', 1, 'fail_after'],
        ['api GetItem warm', 1, 'sleep_after'],
      ],
    },
    ...oneSession,
  },
  {
    name: 'a warm sandbox whose maker dies before it has noted the task',
    warm: 1,
    always: { plot: [['sweeper UpdateItem warm', 1, 'crash_before']] },
    ...oneSession,
  },
  {
    name: 'warm sandboxes that die when they have been given work',
    warm: 1,
    isWatched: true,
    always: { plot: [['spare ask claim', 1, 'crash_before']] },
    ...oneSession,
  },
  {
    name: 'a warm sandbox that dies in the middle of a call',
    warm: 1,
    isWatched: true,
    mayEndUnknown: true,
    always: { plot: [['spare run bash', 2, 'crash_before']] },
    ...oneSession,
  },
  {
    name: 'a warm sandbox that dies before anybody wants it',
    warm: 1,
    always: { plot: [['spare ask assignment', 3, 'crash_before']] },
    ...oneSession,
    client: whenFilled(async (client) => {
      await client.pause(SILENT_MS);
      await goOnce(client);
    }),
  },
  {
    name: 'a warm sandbox that an operator stops at once',
    warm: 1,
    mayEndUnknown: true,
    isRevived: true,
    ...oneSession,
    client: whenFilled(async (client) => {
      await client.message('go');
      await called(client);
      await client.pause(client.random() * 4_000);
      await stopWorker(client, true);
      await client.idleAfter('go');
    }),
  },
  {
    name: 'a warm sandbox that works for longer than claims are remembered',
    warm: 1,
    patience: 700 * MICROS_PER_SECOND,
    ...oneSession,
    toolMs: () => LONG_CALL_MS,
    ...inTurn(...LONG_CALLS),
    client: whenFilled(async (client) => {
      await client.message('go');
      await client.pause(LONG_CALLS.length * LONG_CALL_MS);
      await client.idleAfter('go');
    }),
  },
];
