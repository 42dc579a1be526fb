import { setTimeout as pause } from 'node:timers/promises';
import { systemIds } from '../../runtime/contract/ids';
import { MICROS_PER_SECOND, systemClock } from '../../runtime/contract/time';
import { ModelError } from '../../runtime/model/port';
import type { ThreadRef } from '../../runtime/store/records';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { checkHistory } from '../../runtime/thread/invariants';
import { eventually } from '../support/eventually';
import { calls, says, World } from '../support/harness-world';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
const types = async (session: Parameters<World['history']>[0]) =>
  (await world.history(session)).map(({ type }) => type);

it('answers a message, leaves no inbox item and no lease behind, and projects the status', async () => {
  const session = await world.session();
  await world.message(session);
  await world.wake(session);
  expect(checkHistory(await world.history(session))).toEqual([]);
  expect(await world.store.log.readInbox(world.ref(session))).toEqual([]);
  expect(await world.store.due.due('lease', systemClock.now() + 3_600 * MICROS_PER_SECOND, 10)).toEqual([]);
  expect(await world.store.due.due('inbox', systemClock.now() + 3_600 * MICROS_PER_SECOND, 10)).toEqual([]);
  expect((await world.store.sessions.get(session.workspace, session.id))?.status).toBe('idle');
});

it('tells the lists of a status that the last harness could not tell them before it died', async () => {
  const session = await world.session();
  const { sessions } = world.store;
  const status = async () => (await sessions.get(session.workspace, session.id))?.status;
  const project: typeof sessions.project = async (workspace, id, news, n) => {
    if (news === 'running') await sessions.project(workspace, id, news, n);
  };
  await world.message(session);
  await world.wake(session, { deps: { ...world.deps, sessions: { get: sessions.get, project } } });
  expect(await status()).toBe('running');
  await world.wake(session);
  expect(await status()).toBe('idle');
});

it('leaves nothing of a session that was deleted while it was out of its senses', async () => {
  const session = await world.session();
  const { log, sessions } = world.store;
  world.script = async (_request, { signal }) => {
    // Somebody deletes the session. The next renewal of the lease finds none.
    await log.deleteThread(world.ref(session));
    await sessions.delete(session.workspace, session.id);
    await aborted(signal);
    await log.append(world.ref(session), late);
    return says('too late');
  };
  await world.message(session);
  const late = { n: 9, at: 1, by: 'sleeper', records: [], consumed: [], summary: EMPTY_SUMMARY };
  await world.wake(session);
  expect(await log.lastCommit(world.ref(session))).toBeUndefined();
});

it('is due for as long as it clears up after a session that is gone', async () => {
  const session = await world.session();
  const { log, sessions } = world.store;
  await world.message(session);
  await sessions.delete(session.workspace, session.id);
  const powerFails = () => Promise.reject(new Error('the power is gone'));
  const dying = { ...world.deps, log: { ...log, deleteThread: powerFails } };
  await expect(world.wake(session, { deps: dying })).rejects.toThrow('power');
  const due = await world.store.due.due('lease', systemClock.now() + 60 * MICROS_PER_SECOND, 10);
  expect(due).toMatchObject([{ ref: world.ref(session) }]);
});

it('stays due when it broke off because it could not tell whether the thread was still its own', async () => {
  const session = await world.session();
  const { log } = world.store;
  world.script = async (_request, { signal }) => {
    await aborted(signal);
    return says('nobody hears this');
  };
  await world.message(session);
  await world.wake(session, { deps: { ...world.deps, log: { ...log, renewLease: async () => undefined } } });
  const due = await world.store.due.due('lease', systemClock.now() + 60 * MICROS_PER_SECOND, 10);
  expect(due).toMatchObject([{ ref: world.ref(session) }]);
});

it('asks for a wake when another harness took the thread from it, and for none when the session is gone', async () => {
  const { log, sessions } = world.store;
  const wakes: ThreadRef[] = [];
  const deps = { ...world.deps, waker: { wake: async (ref: ThreadRef) => void wakes.push(ref) } };
  const [taken, deleted] = [await world.session(), await world.session()];
  world.script = async ({ messages }) => {
    if (JSON.stringify(messages).includes('delete')) {
      await log.deleteThread(world.ref(deleted));
      await sessions.delete(deleted.workspace, deleted.id);
      return says('too late');
    }
    await log.acquireLease(world.ref(taken), 'another', Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER);
    return says('done');
  };
  await world.message(taken, 'go');
  await world.wake(taken, { deps });
  expect(wakes).toEqual([world.ref(taken)]);

  await world.message(deleted, 'delete');
  await world.wake(deleted, { deps });
  expect(wakes).toHaveLength(1);
  expect(await log.lastCommit(world.ref(deleted))).toBeUndefined();
});

it('asks for a wake when another harness has added to the log meanwhile', async () => {
  const session = await world.session();
  const { log } = world.store;
  const wakes: ThreadRef[] = [];
  const deps = {
    ...world.deps,
    waker: { wake: async (ref: ThreadRef) => void wakes.push(ref) },
    log: {
      ...log,
      releaseLease: async (...args: Parameters<typeof log.releaseLease>) => {
        const last = await log.lastCommit(world.ref(session));
        if (last) await log.append(world.ref(session), { ...last, n: last.n + 1, by: 'another', consumed: [] });
        return log.releaseLease(...args);
      },
    },
  };
  world.script = async () => says('done');
  await world.message(session);
  await world.wake(session, { deps });
  expect(wakes).toEqual([world.ref(session)]);
});

it('runs a tool in the sandbox and goes on with its result', async () => {
  const session = await world.session();
  world.script = (request) =>
    request.messages.length === 1 ? calls({ id: 'toolu_1', name: 'bash', input: { command: 'ls' } }) : says('done');
  world.onWant = async () => {
    const last = await world.store.log.lastCommit(world.ref(session));
    const [call] = last?.summary.openCalls ?? [];
    await world.send(session, {
      type: 'user.tool_result',
      tool_use_id: call?.id,
      content: [{ type: 'text', text: 'a.txt' }],
    });
  };
  await world.message(session);
  await world.wake(session);
  expect(checkHistory(await world.history(session))).toEqual([]);
  expect(JSON.stringify(world.requests[1]?.messages.at(-1))).toContain('a.txt');
  expect(JSON.stringify(world.requests[1]?.messages.at(-1))).toContain('toolu_1');
});

it('asks for a sandbox again when the start that failed is due, and says so to the model when none can be had', async () => {
  const session = await world.session();
  world.script = (request) =>
    request.messages.length === 1 ? calls({ id: 'toolu_1', name: 'bash', input: { command: 'ls' } }) : says('done');
  let asked = 0;
  world.onWant = async () => {
    asked += 1;
    if (asked < 3) return systemClock.now() + MICROS_PER_SECOND / 20;
    const call = (await world.store.log.lastCommit(world.ref(session)))?.summary.openCalls[0]?.id ?? '';
    const signal = {
      type: 'sandbox_lost',
      workId: 'work_1',
      calls: [call],
      reason: 'no room',
      neverRan: true,
    } as const;
    const now = systemClock.now();
    await world.store.log.accept(world.ref(session), [{ id: systemIds.make('event'), signal }], now, now);
    return undefined;
  };
  await world.message(session);
  await world.wake(session);
  expect(asked).toBe(3);
  expect(checkHistory(await world.history(session))).toEqual([]);
  const result = JSON.stringify(world.requests[1]?.messages.at(-1));
  expect(result).toContain('no room');
  expect(result).toContain('did not run');
});

it('repeats the bytes of one turn at the start of the next, so that the prompt cache holds', async () => {
  const session = await world.session();
  for (const text of ['one', 'two', 'three']) {
    await world.message(session, text);
    await world.wake(session);
  }
  const [first, second, third] = world.requests.map(({ messages }) =>
    messages.map((message) => JSON.stringify(message)),
  );
  expect(second?.slice(0, first?.length)).toEqual(first);
  expect(third?.slice(0, second?.length)).toEqual(second);
  const heads = new Set(world.requests.map(({ system, tools }) => JSON.stringify({ system, tools })));
  expect(heads.size).toBe(1);
});

it('makes one history of many wakes at once', async () => {
  const session = await world.session();
  await Promise.all([world.message(session, 'a'), world.message(session, 'b'), world.message(session, 'c')]);
  await Promise.all(Array.from({ length: 8 }, () => world.wake(session)));
  while (world.wakes.length > 0) {
    world.wakes.pop();
    await world.wake(session);
  }
  const history = await world.history(session);
  expect(checkHistory(history)).toEqual([]);
  expect(history.filter(({ type }) => type === 'user.message')).toHaveLength(3);
});

it('makes one history of two harnesses at work without the protection of the lease', async () => {
  const session = await world.session();
  const { log } = world.store;
  const unguarded = { ...world.deps, log: { ...log, acquireLease: async () => ({}), renewLease: async () => ({}) } };
  world.script = async () => {
    await pause(Math.random() * 20);
    return says('hi');
  };
  for (let i = 0; i < 2; i += 1) {
    await world.message(session, `message ${i}`);
    await Promise.all(Array.from({ length: 4 }, () => world.wake(session, { deps: unguarded })));
  }
  await world.wake(session);
  await pause(1_100);
  await world.wake(session);
  const history = await world.history(session);
  expect(checkHistory(history, { finished: false })).toEqual([]);
  expect(history.filter(({ type }) => type === 'user.message')).toHaveLength(2);
});

it('stops a model stream at once when it is interrupted, keeps what was said, and ends the turn', async () => {
  const session = await world.session();
  let stopped = 0;
  world.script = async (_request, { signal }) => {
    await Promise.all([aborted(signal), world.send(session, { type: 'user.interrupt' })]);
    stopped = Date.now();
    return { blocks: [{ type: 'text', text: 'I was about to', citations: null }], stopReason: 'interrupted' };
  };
  await world.message(session);
  await world.wake(session);
  expect(stopped).toBeGreaterThan(0);
  expect((await types(session)).slice(-6)).toEqual([
    'agent.message',
    'span.model_request_end',
    'user.interrupt',
    'session.thread_status_idle',
    'session.usage',
    'session.status_idle',
  ]);
});

it('tries a failing model again after a pause', async () => {
  const session = await world.session();
  let tries = 0;
  world.script = () => {
    tries += 1;
    return tries === 1 ? new ModelError('model_overloaded_error', true, 'Overloaded') : says('at last');
  };
  await world.message(session);
  await world.wake(session);
  expect(tries).toBe(2);
  expect(await types(session)).toContain('session.status_rescheduled');
  expect(checkHistory(await world.history(session))).toEqual([]);
});

it('lets go of a request that its time does not suffice for, and asks for a successor', async () => {
  const session = await world.session();
  world.script = async (_request, { signal }) => {
    await aborted(signal);
    return { stopReason: 'interrupted' };
  };
  await world.message(session);
  const shutdown = new AbortController();
  const wake = world.wake(session, { signal: shutdown.signal });
  await eventually(() => world.requests.length === 1);
  shutdown.abort();
  await wake;
  expect(world.wakes).toHaveLength(1);
  // The wish also stands in the due index, should the wake be lost.
  expect(await world.store.due.due('lease', systemClock.now(), 10)).toHaveLength(1);
  world.script = () => says('done by the successor');
  await world.wake(session);
  expect(checkHistory(await world.history(session))).toEqual([]);
});

it('leaves the thread to the due index when it fails in a way it did not foresee', async () => {
  const session = await world.session();
  world.script = () => {
    throw new TypeError('a bug');
  };
  await world.message(session);
  await expect(world.wake(session)).rejects.toThrow('a bug');
  expect(await world.store.due.due('lease', systemClock.now() + 60 * MICROS_PER_SECOND, 10)).toHaveLength(1);
});

it('writes previews while somebody watches: an announcement, then pieces that make up the text', async () => {
  const session = await world.session();
  const began = systemClock.now();
  await world.store.log.watch(world.ref(session), began + 60 * MICROS_PER_SECOND);
  world.script = async (_request, { say }) => {
    for (const word of ['one ', 'two ', 'three']) {
      say({ type: 'text', block: 0, text: word });
      await pause(70);
    }
    return says('one two three');
  };
  await world.message(session);
  await world.wake(session);
  const chunks = await world.store.log.readPreviews(world.ref(session), began);
  expect('one two three'.startsWith(chunks.map(({ text }) => text).join(''))).toBe(true);
  expect(chunks.length).toBeGreaterThan(1);
  const message = (await world.history(session)).find(({ type }) => type === 'agent.message');
  expect(new Set(chunks.map(({ eventId }) => eventId))).toEqual(new Set([message?.id]));
});

it('stores the digest of each request with its start, and no private part in the event', async () => {
  const session = await world.session();
  await world.message(session);
  await world.wake(session);
  for await (const commit of world.store.log.readCommits(world.ref(session), { from: 1, to: 1 })) {
    const start = commit.records.find(({ event }) => event.type === 'span.model_request_start');
    expect(start?.private?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(start?.event ?? {}).toSorted()).toEqual(['id', 'processed_at', 'type']);
  }
});
