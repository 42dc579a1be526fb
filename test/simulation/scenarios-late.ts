/** Sessions in which somebody is late in the same way in each run: too much has to come together for schedules to draw it. */
import { MICROS_PER_SECOND } from '../../runtime/contract/time';
import {
  agent,
  allow,
  asked,
  goOnce,
  inTurn,
  LONG_CALL_MS,
  speaks,
  text,
  turnOf,
  use,
  type Scenario,
} from './scenario';
import { BIG } from './scenarios-answers';
import { DELETED, deleteAtRest } from './scenarios-ends';

/** When a worker that had nothing to do has left, and nothing of its item is due. */
const LONG_GONE_MS = 90_000;
const LONG_ANSWER_MS = 20_000;
const SHORT_LEASE_SECONDS = 20;
/** So long that a harness that sleeps through most of it wakes before it ends, or right after. */
const SLEPT_THROUGH_MS = 25_000;

/** The first starts of a sandbox come to nothing. */
const failingStarts = (times: number): Pick<Scenario, 'always' | 'client'> => ({
  always: { plot: Array.from({ length: times }, (_, n) => ['harness RunTask', n + 1, 'fail_before'] as const) },
  client: goOnce,
});

/** Something of a deleted session's worker comes back, and its maker dies: it goes again long before its tombstone. */
const hauntedByWork = (isStopped: boolean): Omit<Scenario, 'name'> => ({
  ...DELETED,
  client: async (client) => {
    await goOnce(client);
    await deleteAtRest(client);
    await client.hauntWork(isStopped);
  },
});

export const LATE: readonly Scenario[] = [
  {
    name: 'a lease that cannot be renewed until it has lapsed',
    agent: agent(),
    always: { plot: [2, 3, 4].map((nth) => ['harness UpdateItem lease', nth, 'fail_before'] as const) },
    thinkingMs: (count) => (count === 1 ? LONG_ANSWER_MS : 300),
    outcome: ['user: go', 'agent: at last', 'idle end_turn'],
    model: () => ({ blocks: [text('at last')] }),
    client: goOnce,
  },
  { name: 'a sandbox that can be started at the third try', agent: agent(), ...failingStarts(2), ...inTurn('a') },
  { name: 'a sandbox that cannot be started', agent: agent(), ...failingStarts(4), ...inTurn('a') },
  {
    name: 'a worker whose heartbeat comes at the moment in which it is given up',
    agent: agent(),
    isRevived: true,
    leaseSeconds: SHORT_LEASE_SECONDS,
    always: {
      plot: [
        ['worker ask heartbeat', 1, 'sleep_after'],
        ['sweeper PutItem work', 1, 'overtaken'],
      ],
    },
    toolMs: () => LONG_CALL_MS,
    ...inTurn('long'),
    client: goOnce,
  },
  {
    name: 'a call that runs before its harness knows that it may, and whose worker is stopped at once',
    agent: agent('always_ask'),
    wakeDelayMs: 8_000,
    toolMs: (command) => (command === 'b' ? 3_000 : 0),
    mayEndUnknown: true,
    isRevived: true,
    ...inTurn('a', 'b'),
    client: async (client) => {
      await client.message('go');
      for (const number of [1, 2]) {
        while (asked(await client.list()).length < number) await client.pause(400);
        await client.send(allow(asked(await client.list()).at(-1) ?? ''));
      }
      await client.pause(500 + client.random() * 2_000);
      await client.stopWorker(true);
      await client.until(speaks);
    },
  },
  {
    name: 'a worker that dies between two calls, before its harness knows that they may run',
    agent: agent('always_ask'),
    wakeDelayMs: 8_000,
    isWatched: true,
    mayEndUnknown: true,
    isRevived: true,
    always: { plot: [['worker run bash', 3, 'crash_after']] },
    outcome: [
      'user: go',
      'call bash a',
      'result of bash a',
      'call bash b',
      'call bash c',
      'result of bash b',
      'result of bash c',
      'agent: done',
      'idle end_turn',
    ],
    model: (request) => {
      const { results } = turnOf(request);
      if (results > 1) return { blocks: [text('done')] };
      const commands = results === 0 ? ['a'] : ['b', 'c'];
      return { blocks: commands.map((command) => use(`toolu_${command}`, 'bash', { command })) };
    },
    client: async (client) => {
      await client.message('go');
      let answered = 0;
      for (const number of [1, 3]) {
        while (asked(await client.list()).length < number) await client.pause(400);
        const open = asked(await client.list()).slice(answered);
        await client.send(...open.map(allow));
        answered = number;
      }
      await client.until(speaks);
    },
  },
  {
    name: 'a result that comes while a harness sleeps, which dies when it has taken that up',
    agent: agent(),
    isRevived: true,
    // Nobody else hears of the result, and whoever had the thread meanwhile has let it go.
    always: {
      plot: [
        ['harness GetItem work', 2, 'sleep_after'],
        ['api invoke', 3, 'crash_before'],
        ['harness invoke', 1, 'crash_before'],
      ],
    },
    toolMs: (command) => (command === 'b' ? SLEPT_THROUGH_MS : 0),
    ...inTurn('a', 'b'),
    client: goOnce,
  },
  {
    name: 'a session with a big record that is deleted when its worker is long gone',
    ...DELETED,
    agent: { ...agent(), system: BIG },
    isHeavy: true,
    client: async (client) => {
      await goOnce(client);
      await client.pause(LONG_GONE_MS);
      await deleteAtRest(client);
    },
  },
  {
    name: 'a delete that is cut short and not asked for again, and a harness that slept through the end of it',
    ...DELETED,
    isHaunted: true,
    always: { plot: [['api DeleteItem work', 1, 'crash_before']] },
    patience: 30 * 60 * MICROS_PER_SECOND,
    client: async (client) => {
      await goOnce(client);
      await client.pause(LONG_GONE_MS);
      await client.beginDelete();
      // Its tombstone is due, and what is left of it goes, before the sleeper wakes.
      await client.pause(22 * 60_000);
      await client.haunt('late');
    },
  },
  { name: 'a work item that is made when its session is gone', ...hauntedByWork(false) },
  { name: 'a work item that is made and stopped when its session is gone', ...hauntedByWork(true) },
];
