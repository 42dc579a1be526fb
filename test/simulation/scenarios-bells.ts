/** Sessions whose sandbox is told by a bell: in time while that works, and sooner or later whatever becomes of it. */
import { LARGEST_RING_BYTES } from '../../runtime/contract/ring';
import type { Client } from './client';
import { agent, allow, asked, LONG_CALL_MS, speaks, text, turnOf, TWO_ASKED, use, type Scenario } from './scenario';
import { interrupted, INTERRUPTIBLE } from './scenarios-races';
import { called, QUICK, stoppedAgain } from './scenarios-stops';
import { TWO_TURNS } from './scenarios-tools';

/** So long that the sandbox looks by itself about when the call stands in the log. */
const LONG_THOUGHT_MS = 59_300;

/** Calls that fit into a ring, and calls that do not. */
const COMMANDS = ['a', 'b'.repeat(LARGEST_RING_BYTES), 'c', 'd'.repeat(LARGEST_RING_BYTES)];

/** A moment, or so long that the sandbox has left. */
const hesitate = (client: Client): Promise<void> =>
  client.pause(client.random() * (client.random() < 0.7 ? 4_000 : 60_000));

const go = async (client: Client): Promise<void> => {
  await client.message('go');
  await client.idleAfter('go');
};

export const BELLS: readonly Scenario[] = [
  { name: 'told by the bell: quick calls', agent: agent(), bell: 'sound', ...QUICK, client: go },
  { name: 'told by a bell that never works: quick calls', agent: agent(), bell: 'dead', ...QUICK, client: go },
  {
    name: 'told by the bell: calls that are too large for a ring, and have to be allowed',
    agent: agent('always_ask'),
    bell: 'sound',
    outcome: [
      'user: go',
      ...COMMANDS.flatMap((command) => [`call bash ${command}`, `result of bash ${command}`]),
      'agent: done',
      'idle end_turn',
    ],
    model: (request) => {
      const command = COMMANDS[turnOf(request).results];
      if (command === undefined) return { blocks: [text('done')] };
      return { blocks: [use(`toolu_${command[0]}`, 'bash', { command })] };
    },
    client: async (client) => {
      await client.message('go');
      for (const turn of COMMANDS.keys()) {
        const events = await client.until((all) => asked(all).length > turn);
        await client.pause(client.random() * 4_000);
        await client.send(allow(asked(events)[turn] ?? ''));
      }
      await client.until(speaks);
    },
  },
  {
    name: 'told by the bell: calls that come when the sandbox looks',
    agent: agent(),
    bell: 'sound',
    ...QUICK,
    thinkingMs: (times) => (times === 2 || times === 3 ? LONG_THOUGHT_MS : 300),
    client: go,
  },
  {
    name: 'told by the bell: calls that are allowed one by one',
    bell: 'sound',
    ...TWO_ASKED,
    client: async (client) => {
      await client.message('go');
      const events = await client.until((all) => asked(all).length === 2);
      for (const id of asked(events)) {
        await hesitate(client);
        await client.send(allow(id));
      }
      await client.until(speaks);
    },
  },
  {
    name: 'told by the bell: an interrupt during a call',
    agent: agent(),
    bell: 'sound',
    toolMs: () => LONG_CALL_MS,
    ...INTERRUPTIBLE,
    outcome: interrupted,
    client: async (client) => {
      await client.message('go');
      await called(client);
      await hesitate(client);
      await client.send({ type: 'user.interrupt' });
      await client.message('rather this');
      await client.idleAfter('rather this');
    },
  },
  {
    name: 'told by the bell: a sandbox that is replaced',
    agent: agent(),
    bell: 'sound',
    ...stoppedAgain(2, 1_500),
  },
  {
    name: 'told by the bell: a second turn',
    agent: agent(),
    bell: 'sound',
    ...TWO_TURNS,
    client: async (client) => {
      await client.message('turn 1');
      await client.idleAfter('turn 1');
      await hesitate(client);
      await client.message('turn 2');
      await client.idleAfter('turn 2');
    },
  },
];
