/** Sessions whose files are kept while they have no sandbox. */
import { agent, type Scenario } from './scenario';
import { deleteAtRest } from './scenarios-ends';
import { stopped } from './scenarios-stops';
import { inTurns } from './scenarios-tools';

/** One message after the other. A sandbox stays for five seconds: each turn meets it alive, saving its files, or gone. */
const turns = (count: number): Pick<Scenario, 'agent' | 'model' | 'outcome' | 'client'> => ({
  agent: agent(),
  ...inTurns(count),
  client: async (client) => {
    for (let turn = 1; turn <= count; turn += 1) {
      await client.message(`turn ${turn}`);
      await client.idleAfter(`turn ${turn}`);
      await client.pause(4_500 + client.random() * 4_000);
    }
  },
});

const { client: inTwoTurns, ...twoTurns } = turns(2);

export const FILES: readonly Scenario[] = [
  { name: 'kept files of one sandbox after the other', keepsFiles: true, ...turns(4) },
  {
    name: 'kept files that do not come at first',
    keepsFiles: true,
    // By then there are older ones, which would be to hand.
    always: { plot: [2, 3, 4].map((nth) => ['worker get archive', nth, 'fail_before'] as const) },
    ...turns(4),
  },
  {
    name: 'kept files of a sandbox that dies when it has sent them',
    keepsFiles: true,
    isRevived: true,
    always: { plot: [['worker put archive', 1, 'crash_after']] },
    ...turns(3),
  },
  {
    name: 'kept files of a worker whose item is labelled again and again',
    ...twoTurns,
    keepsFiles: true,
    // Who finds the item changed too often leaves it to the sweeper.
    isRevived: true,
    client: async (client) => {
      for (const said of ['turn 1', 'turn 2']) {
        await client.message(said);
        await client.idleAfter(said);
        for (let labels = 0; labels < 20; labels += 1) {
          await client.labelWorker(`label ${labels} after ${said}`);
          await client.pause(client.random() * 600);
        }
      }
    },
  },
  {
    name: 'kept files of a worker that an operator stops',
    keepsFiles: true,
    mayEndUnknown: true,
    cut: 'long',
    ...stopped(false),
  },
  {
    name: 'kept files of a session that is deleted',
    ...twoTurns,
    keepsFiles: true,
    isDeleted: true,
    isRevived: true,
    outcome: [],
    client: async (client) => {
      await inTwoTurns(client);
      await deleteAtRest(client);
    },
  },
];
