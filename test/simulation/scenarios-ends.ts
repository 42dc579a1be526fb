/** Sessions that come to an end: at their budget, by a model's refusal, archived, deleted. */
import { ModelError } from '../../runtime/model/port';
import type { Client } from './client';
import { agent, goOnce, text, turnOf, use, type Scenario } from './scenario';
import { BIG } from './scenarios-answers';

const ONE_CENT = { type: 'limit', max_list_cost: { amount: '1', currency: 'USD' } } as const;
const EXPENSIVE = 100_000;
/** What is said while the session comes to its end. */
const STOP = 'stop';
const LATE = ['and on', 'and this', STOP, 'and that'];

export const oneCall: Pick<Scenario, 'model'> = {
  model: (request) => {
    const { said, results } = turnOf(request);
    if (results > 0) return { blocks: [text(`done with ${said}`)] };
    return { blocks: [use(`toolu_${said}`, 'bash', { command: said })], inputTokens: EXPENSIVE };
  },
};

/** A session at work cannot be deleted. */
export async function deleteAtRest(client: Client): Promise<void> {
  while ((await client.delete()) === 'refused') await client.pause(500);
}

/** A session of one call that is gone at the end. Who reads the log while it goes fails, and its lease is what the sweeper finds. */
export const DELETED: Pick<Scenario, 'agent' | 'model' | 'outcome' | 'isDeleted' | 'isRevived'> = {
  agent: agent(),
  isDeleted: true,
  isRevived: true,
  outcome: [],
  ...oneCall,
};

export const ENDS: readonly Scenario[] = [
  {
    name: 'a budget that is reached',
    agent: agent(),
    overrides: { budget: ONE_CENT },
    outcome: ['user: go', 'call bash go', 'result of bash go', 'idle budget_reached'],
    ...oneCall,
    client: goOnce,
  },
  {
    name: 'a budget that is reached and raised',
    agent: agent(),
    record: { title: 'rich', budget: { type: 'limit', max_list_cost: { amount: '1000', currency: 'USD' } } },
    overrides: { budget: ONE_CENT },
    outcome: (lines) => {
      const steps = lines.filter((line) => line !== 'updated').join(', ');
      const wanted =
        'user: go, call bash go, result of bash go, idle budget_reached, agent: done with go, idle end_turn';
      // A crash after the record's write loses the event `session.updated`, and nothing else.
      const updates = lines.filter((line) => line === 'updated').length;
      return steps === wanted && updates <= 2 ? undefined : 'the raise does not let it go on, once';
    },
    ...oneCall,
    client: async (client) => {
      await client.message('go');
      await client.until((all) => all.some(({ type }) => type === 'session.status_idle'));
      // Both at once, or the raise by itself: then nobody else's news wakes the thread.
      const raise = client.pause(client.random() < 0.5 ? 0 : 3_000).then(() => client.raiseBudget('1000'));
      await Promise.all([raise, client.rename('rich')]);
      await client.until((all) => all.some((event) => event.type === 'agent.message'));
    },
  },
  {
    name: 'a conversation that no longer fits',
    hasErrors: true,
    agent: agent(),
    outcome: (lines) => {
      const said = lines.filter((line) => line.startsWith('user')).length;
      if (said < 1 || said > 2 + LATE.length) return 'what was accepted before the end stands in the log';
      return lines.at(-1) === 'terminated' ? undefined : 'it does not end terminated';
    },
    model: () => {
      throw new ModelError('context_overflow', false, 'prompt is too long');
    },
    client: async (client) => {
      await client.message('go');
      await Promise.all(
        LATE.map(async (said) => {
          await client.pause(client.random() * 120);
          await (said === STOP ? client.send({ type: 'user.interrupt' }) : client.message(said));
        }),
      );
      // An interrupt may have been in time for all that came before it.
      await client.message('and at last');
      await client.until((all) => all.some(({ type }) => type === 'session.status_terminated'));
    },
  },
  {
    name: 'a model that refuses the request',
    hasErrors: true,
    agent: agent(),
    outcome: ['user: go', 'idle retries_exhausted', 'user: on', 'agent: done with on', 'idle end_turn'],
    model: (request) => {
      const { said } = turnOf(request);
      if (said === 'go') throw new ModelError('model_request_failed_error', false, 'no');
      return { blocks: [text(`done with ${said}`)] };
    },
    client: async (client) => {
      await client.message('go');
      await client.idleAfter('go');
      await client.message('on');
      await client.idleAfter('on');
    },
  },
  {
    name: 'a session that is archived while a message comes in',
    agent: agent(),
    outcome: (lines) => {
      const first = ['user: go', 'call bash go', 'result of bash go', 'agent: done with go', 'idle end_turn'];
      if (lines.slice(0, first.length).join() !== first.join()) return 'the first turn is not whole';
      const rest = lines.slice(first.length);
      // It came too late and nothing comes of it, or in time, and was answered, or cut short by the archive.
      if (rest.length === 0 || rest.join() === 'user: too late') return undefined;
      const answered = first.map((line) => line.replace('go', 'too late'));
      const isCut = rest.at(-1) === 'idle end_turn' && answered.join().startsWith(rest.slice(0, -1).join());
      return isCut ? undefined : 'it goes on after its end';
    },
    ...oneCall,
    client: async (client) => {
      await client.message('go');
      await client.idleAfter('go');
      const late = client.pause(client.random() * 40).then(() => client.message('too late'));
      // A session at work cannot be archived: the message may have come first.
      while ((await client.archive()) === 'refused') await client.pause(500);
      await late;
    },
  },
  {
    name: 'a session that is deleted',
    ...DELETED,
    client: async (client) => {
      await goOnce(client);
      await client.message(BIG);
      await client.idleAfter(BIG);
      await deleteAtRest(client);
    },
  },
  {
    name: 'a session that is deleted while a harness sleeps, which writes to it and dies',
    ...DELETED,
    isHaunted: true,
    client: async (client) => {
      await goOnce(client);
      await deleteAtRest(client);
      await client.haunt(BIG);
    },
  },
  {
    name: 'a session that is interrupted and deleted at once',
    ...DELETED,
    // How far it comes depends on the moment.
    outcome: () => undefined,
    client: async (client) => {
      await client.message('go');
      await client.pause(client.random() * 1_500);
      await client.send({ type: 'user.interrupt' });
      while ((await client.delete()) === 'refused') await client.pause(client.random() * 300);
    },
  },
];
