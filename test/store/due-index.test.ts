import { headKey, threadPartition } from '../../runtime/store/keys';
import type { DueItem, HeldLease } from '../../runtime/store/due-ports';
import type { ThreadRef } from '../../runtime/store/records';
import { openEngine, type Engine } from './engine';
import { loseAnswers, repeatHints } from './faults';
import { message, newThread, work } from './values';

/** Each test has the whole index to itself. */
let engine: Engine;
beforeEach(async () => {
  engine = await openEngine();
});
afterEach(() => engine.close());

const NOW = 1_790_000_000_000_000;
const due = (kind: DueItem['kind'], now = NOW, limit = 100): Promise<DueItem[]> =>
  engine.store.due.due(kind, now, limit);
const threads = (items: readonly DueItem[]): (string | undefined)[] =>
  items.map((item) => ('ref' in item ? item.ref.threadId : undefined));
const threadIds = (refs: readonly ThreadRef[]): string[] => refs.map(({ threadId }) => threadId);

describe('an inbox', () => {
  it('is due from the time of the wake that it asked for, oldest first', async () => {
    const refs = Array.from({ length: 12 }, () => newThread());
    for (const [i, ref] of refs.entries())
      await engine.store.log.accept(ref, [message('m')], NOW, NOW + ((i * 5) % 12));
    const byTime = refs.map((_, i) => refs[(i * 5) % 12]?.threadId);
    expect(await due('inbox', NOW - 1)).toEqual([]);
    expect(threads(await due('inbox', NOW + 5))).toEqual(byTime.slice(0, 6));
    expect(threads(await due('inbox', NOW + 50))).toEqual(byTime);
    expect(threads(await due('inbox', NOW + 50, 3))).toEqual(byTime.slice(0, 3));
  });

  it('is due once, however much waits in it, and until the last item is parked or settled', async () => {
    const { log } = engine.store;
    const ref = newThread();
    const keys: string[] = [];
    for (let i = 0; i < 9; i += 1) keys.push((await log.accept(ref, [message('m')], NOW + i, NOW + i)).key);
    expect(await due('inbox', NOW + 50)).toEqual([{ kind: 'inbox', ref, dueAt: NOW }]);
    await log.park(ref, keys.slice(0, 4));
    expect(await due('inbox', NOW + 50)).toEqual([{ kind: 'inbox', ref, dueAt: NOW + 4 }]);
    await log.settle(ref, keys.slice(4));
    expect(await due('inbox', NOW + 50)).toEqual([]);
    expect(await log.readInbox(ref)).toHaveLength(4);
  });
});

describe('a lease', () => {
  it('is due when it lapses, and not after its release', async () => {
    const { log } = engine.store;
    const ref = newThread();
    await log.acquireLease(ref, 'me', NOW, NOW + 10);
    expect(await due('lease', NOW + 9)).toEqual([]);
    expect(await due('lease', NOW + 10)).toEqual([{ kind: 'lease', ref, dueAt: NOW + 10 }]);
    await log.renewLease(ref, 'me', NOW + 20);
    const held: HeldLease = { kind: 'lease', ref, dueAt: NOW + 10, heldUntil: NOW + 20 };
    expect(await due('lease', NOW + 10)).toEqual([held]);
    await engine.store.due.rearm(held);
    expect(await due('lease', NOW + 10)).toEqual([]);
    expect(await due('lease', NOW + 19)).toEqual([]);
    expect(await due('lease', NOW + 20)).toEqual([{ kind: 'lease', ref, dueAt: NOW + 20 }]);
    await log.releaseLease(ref, 'me');
    expect(await due('lease', NOW + 100)).toEqual([]);
  });

  it('is due once a renewed lease has lapsed, although nobody made it due anew', async () => {
    const { log } = engine.store;
    const ref = newThread();
    await log.acquireLease(ref, 'me', NOW, NOW + 10);
    await log.renewLease(ref, 'me', NOW + 20);
    expect(await due('lease', NOW + 19)).toEqual([{ kind: 'lease', ref, dueAt: NOW + 10, heldUntil: NOW + 20 }]);
    expect(await due('lease', NOW + 20)).toEqual([{ kind: 'lease', ref, dueAt: NOW + 10 }]);
  });

  it('that is held does not hide one that has lapsed, however many there are', async () => {
    const { log } = engine.store;
    const [held, lapsed] = [40, 9].map((count) => Array.from({ length: count }, () => newThread()));
    for (const ref of held ?? []) {
      await log.acquireLease(ref, 'me', NOW, NOW + 1);
      await log.renewLease(ref, 'me', NOW + 90);
    }
    for (const [i, ref] of (lapsed ?? []).entries()) await log.acquireLease(ref, 'dead', NOW, NOW + 2 + i);
    const found = await due('lease', NOW + 50, 5);
    expect(threads(found.slice(0, 5))).toEqual(lapsed?.slice(0, 5).map(({ threadId }) => threadId));
    expect(found.slice(5).every((item) => 'heldUntil' in item && item.heldUntil === NOW + 90)).toBe(true);
    const all = await due('lease', NOW + 50);
    expect(threads(all).toSorted()).toEqual([held, lapsed].flatMap((some = []) => threadIds(some)).toSorted());
  });

  it('leaves a time behind when the thread wants to be woken', async () => {
    const { log } = engine.store;
    const ref = newThread();
    await log.acquireLease(ref, 'me', NOW, NOW + 10);
    await log.releaseLease(ref, 'me', NOW + 30);
    expect(await due('lease', NOW + 29)).toEqual([]);
    expect(await due('lease', NOW + 30)).toEqual([{ kind: 'lease', ref, dueAt: NOW + 30 }]);
    await log.acquireLease(ref, 'next', NOW + 30, NOW + 60);
    expect(await due('lease', NOW + 59)).toEqual([]);
  });

  it('does not make the thread of somebody who only watches due', async () => {
    await engine.store.log.watch(newThread(), NOW);
    expect(await due('lease', NOW * 2)).toEqual([]);
  });
});

describe('making a held lease due anew', () => {
  const FOUND = { dueAt: NOW + 10, heldUntil: NOW + 20 };

  async function found(): Promise<HeldLease> {
    const ref = newThread();
    await engine.store.log.acquireLease(ref, 'me', NOW, FOUND.dueAt);
    await engine.store.log.renewLease(ref, 'me', FOUND.heldUntil);
    const lease: HeldLease = { kind: 'lease', ref, ...FOUND };
    expect(await due('lease', FOUND.dueAt)).toEqual([lease]);
    return lease;
  }

  it('leaves one alone that was let go meanwhile', async () => {
    const lease = await found();
    await engine.store.log.releaseLease(lease.ref, 'me');
    await engine.store.due.rearm(lease);
    expect(await due('lease', NOW + 100)).toEqual([]);
  });

  it.each([
    ['earlier', NOW + 5],
    ['at the same time', FOUND.dueAt],
    ['later', NOW + 40],
  ])('leaves a time alone at which the thread wants to be woken: %s', async (_when, at) => {
    const lease = await found();
    await engine.store.log.releaseLease(lease.ref, 'me', at);
    await engine.store.due.rearm(lease);
    expect(await due('lease', NOW + 100)).toEqual([{ kind: 'lease', ref: lease.ref, dueAt: at }]);
  });

  it("leaves a new owner's lease alone", async () => {
    const lease = await found();
    const { log } = engine.store;
    await log.releaseLease(lease.ref, 'me');
    await log.acquireLease(lease.ref, 'next', NOW + 15, NOW + 30);
    await engine.store.due.rearm(lease);
    expect(await due('lease', NOW + 100)).toEqual([{ kind: 'lease', ref: lease.ref, dueAt: NOW + 30 }]);
    expect(await log.renewLease(lease.ref, 'next', NOW + 40)).toMatchObject({ leaseOwner: 'next' });
  });

  it('leaves one to the next sweep that was renewed again, and it is never due after its end', async () => {
    const lease = await found();
    await engine.store.log.renewLease(lease.ref, 'me', NOW + 35);
    await engine.store.due.rearm(lease);
    expect(await due('lease', NOW + 34)).toEqual([{ ...lease, heldUntil: NOW + 35 }]);
    expect(await due('lease', NOW + 35)).toEqual([{ kind: 'lease', ref: lease.ref, dueAt: NOW + 10 }]);
  });

  it('does nothing where two sweeps found it, or the answer to one was lost', async () => {
    const lease = await found();
    const client = engine.connect();
    loseAnswers(client, (n) => n === 1);
    await engine.storeOf(client).due.rearm(lease);
    await engine.store.due.rearm(lease);
    expect(await due('lease', NOW + 100)).toEqual([{ kind: 'lease', ref: lease.ref, dueAt: FOUND.heldUntil }]);
    client.destroy();
  });

  it('does not bring back the head of a thread that was deleted', async () => {
    const lease = await found();
    await engine.store.log.deleteThread(lease.ref);
    await engine.store.due.rearm(lease);
    expect(await engine.raw.sessions.get(headKey(lease.ref))).toBeUndefined();
  });
});

describe('a work item', () => {
  it('is due while it has a deadline, whatever its state', async () => {
    const { work: store } = engine.store;
    const record = work({ leaseUntil: NOW });
    await store.create(record);
    const { workspace, environmentId, sessionId, id } = record;
    expect(await due('work', NOW - 1)).toEqual([]);
    expect(await due('work')).toEqual([{ kind: 'work', workspace, environmentId, sessionId, workId: id, dueAt: NOW }]);
    await store.update({ ...record, state: 'active', leaseUntil: NOW + 5, revision: 2 });
    expect(await due('work')).toEqual([]);
    expect(await due('work', NOW + 5)).toHaveLength(1);
    await store.update({ ...record, state: 'stopped', leaseUntil: null, revision: 3 });
    expect(await due('work', NOW * 2)).toEqual([]);
  });
});

describe('the index', () => {
  it('keeps the kinds apart', async () => {
    await engine.store.log.accept(newThread(), [message('m')], NOW, NOW);
    await engine.store.log.acquireLease(newThread(), 'me', NOW, NOW);
    await engine.store.work.create(work({ leaseUntil: NOW }));
    for (const kind of ['inbox', 'lease', 'work'] as const) {
      expect((await due(kind)).map((item) => item.kind)).toEqual([kind]);
    }
  });

  it('finds all of many, in pages of any size', async () => {
    const refs = Array.from({ length: 150 }, () => newThread());
    await Promise.all(refs.map((ref, i) => engine.store.log.acquireLease(ref, 'me', NOW, NOW + i)));
    const ids = refs.map(({ threadId }) => threadId);
    expect(threads(await due('lease', NOW + 500, 1_000))).toEqual(ids);
    expect(threads(await due('lease', NOW + 500, 7))).toEqual(ids.slice(0, 7));
  });

  it('holds an item once, though the index may name it twice', async () => {
    const client = engine.connect();
    repeatHints(client);
    const store = engine.storeOf(client);
    const waiting = work();
    const ref = newThread();
    await store.log.acquireLease(ref, 'me', NOW, NOW);
    await store.work.create(waiting);
    expect(await store.due.due('lease', NOW, 100)).toEqual([{ kind: 'lease', ref, dueAt: NOW }]);
    expect(await store.work.queued(waiting.workspace, waiting.environmentId, 100)).toEqual([waiting]);
    client.destroy();
  });

  it('names threads by whatever their ids are made of', async () => {
    const ref: ThreadRef = { workspace: 'a/b #%', sessionId: 'sesn_é', threadId: '../x' };
    await engine.store.log.accept(ref, [message('m')], NOW, NOW);
    expect(await due('inbox')).toEqual([{ kind: 'inbox', ref, dueAt: NOW }]);
    expect(threadPartition(ref).split('/')).toHaveLength(3);
  });
});
