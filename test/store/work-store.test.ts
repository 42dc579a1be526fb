import type { WorkRecord } from '../../runtime/store/work-ports';
import { openEngine, type Engine } from './engine';
import { loseAnswers } from './faults';
import { work } from './values';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const WORKSPACE = 'wrkspc_test';
let environments = 0;
const newEnvironment = (): string => `env_${(environments += 1)}`;

async function created(parts: Partial<WorkRecord>): Promise<WorkRecord> {
  const record = work(parts);
  expect(await engine.store.work.create(record)).toBe(true);
  return record;
}

const next = (record: WorkRecord, parts: Partial<WorkRecord>): WorkRecord => ({
  ...record,
  ...parts,
  revision: record.revision + 1,
});

describe('a work item', () => {
  it('is found by its session and by its id', async () => {
    const record = await created({ environmentId: newEnvironment(), metadata: { a: 'b' } });
    const { workspace, environmentId, sessionId, id } = record;
    expect(await engine.store.work.getBySession(workspace, environmentId, sessionId)).toEqual(record);
    expect(await engine.store.work.get(workspace, environmentId, id)).toEqual(record);
    expect(await engine.store.work.get(workspace, 'env_other', id)).toBeUndefined();
    expect(await engine.store.work.get(workspace, environmentId, 'work_other')).toBeUndefined();
  });

  it('is one a session, whoever else tries', async () => {
    const environmentId = newEnvironment();
    const rivals = Array.from({ length: 16 }, () => work({ environmentId, sessionId: 'sesn_1' }));
    const done = await Promise.all(rivals.map((rival) => engine.store.work.create(rival)));
    expect(done.filter(Boolean)).toHaveLength(1);
    const winner = rivals[done.indexOf(true)];
    expect(await engine.store.work.getBySession(WORKSPACE, environmentId, 'sesn_1')).toEqual(winner);
    const found = await Promise.all(rivals.map(({ id }) => engine.store.work.get(WORKSPACE, environmentId, id)));
    expect(found.filter(Boolean)).toEqual([winner]);
    const { items } = await engine.store.work.list(WORKSPACE, environmentId, { limit: 50, order: 'asc' });
    expect(items).toEqual([winner]);
  });

  it('takes exactly one of many updates to the same revision', async () => {
    const record = await created({ environmentId: newEnvironment() });
    const claims = Array.from({ length: 16 }, (_, i) => next(record, { state: 'starting', sessionTokenHash: `${i}` }));
    const done = await Promise.all(claims.map((claim) => engine.store.work.update(claim)));
    expect(done.filter(Boolean)).toHaveLength(1);
    expect(await engine.store.work.get(WORKSPACE, record.environmentId, record.id)).toEqual(claims[done.indexOf(true)]);
  });

  it('is updated although the answer was lost', async () => {
    const record = await created({ environmentId: newEnvironment() });
    const client = engine.connect();
    loseAnswers(client, (n) => n === 1);
    expect(await engine.storeOf(client).work.update(next(record, { state: 'starting' }))).toBe(true);
    client.destroy();
  });

  it('is created although the answer was lost and a worker took it before the put was sent again', async () => {
    const record = work({ environmentId: newEnvironment() });
    const client = engine.connect();
    let puts = 0;
    client.middlewareStack.add(
      (send) => async (args) => {
        const result = await send(args);
        puts += 1;
        if (puts !== 2) return result;
        expect(await engine.store.work.update(next(record, { state: 'active' }))).toBe(true);
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      },
      { step: 'deserialize', priority: 'low' },
    );
    expect(await engine.storeOf(client).work.create(record)).toBe(true);
    client.destroy();
    expect(await engine.store.work.get(WORKSPACE, record.environmentId, record.id)).toMatchObject({ state: 'active' });
  });

  it('is gone after its delete, and a late update does not bring it back', async () => {
    const record = await created({ environmentId: newEnvironment() });
    await engine.store.work.delete(record);
    await engine.store.work.delete(record);
    expect(await engine.store.work.update(next(record, {}))).toBe(false);
    expect(await engine.store.work.get(WORKSPACE, record.environmentId, record.id)).toBeUndefined();
    expect(await created({ environmentId: record.environmentId, sessionId: record.sessionId })).toBeDefined();
  });

  it('is absent where a crash left its pointer alone', async () => {
    const environmentId = newEnvironment();
    const client = engine.connect();
    let puts = 0;
    client.middlewareStack.add(
      (send) => (args) => {
        puts += 1;
        if (puts === 2) throw new Error('crash');
        return send(args);
      },
      { step: 'initialize' },
    );
    const record = work({ environmentId });
    await expect(engine.storeOf(client).work.create(record)).rejects.toThrow('crash');
    client.destroy();
    expect(await engine.store.work.get(WORKSPACE, environmentId, record.id)).toBeUndefined();
    expect((await engine.store.work.list(WORKSPACE, environmentId, { limit: 5, order: 'asc' })).items).toEqual([]);
    const second = await created({ environmentId, sessionId: record.sessionId });
    expect(await engine.store.work.get(WORKSPACE, environmentId, record.id)).toBeUndefined();
    expect(await engine.store.work.get(WORKSPACE, environmentId, second.id)).toEqual(second);
  });
});

describe('the queue of an environment', () => {
  it('gives what is queued, oldest first, and a requeued item by its new time', async () => {
    const environmentId = newEnvironment();
    const records: WorkRecord[] = [];
    for (let i = 0; i < 6; i += 1) records.push(await created({ environmentId, createdAt: 1_000 + i }));
    const [first, second, third, ...rest] = records as [WorkRecord, WorkRecord, WorkRecord, ...WorkRecord[]];
    await engine.store.work.update(next(first, { state: 'starting', leaseUntil: 9_000 }));
    const requeued = next(second, { startedAt: 5_000 });
    await engine.store.work.update(requeued);
    const reserved = next(third, { reservedAt: 4_000 });
    await engine.store.work.update(reserved);
    await created({ environmentId: newEnvironment() });
    expect(await engine.store.work.queued(WORKSPACE, environmentId, 10)).toEqual([reserved, ...rest, requeued]);
    expect(await engine.store.work.queued(WORKSPACE, environmentId, 2)).toEqual([reserved, rest[0]]);
  });

  it('hands an item to one of many pollers that claim it', async () => {
    const environmentId = newEnvironment();
    await created({ environmentId });
    const claims = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const [found] = await engine.store.work.queued(WORKSPACE, environmentId, 1);
        return found !== undefined && engine.store.work.update(next(found, { state: 'starting', reservedAt: i }));
      }),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await engine.store.work.queued(WORKSPACE, environmentId, 1)).toEqual([]);
  });
});

describe('the list of work', () => {
  it('pages both ways by id', async () => {
    const environmentId = newEnvironment();
    const ids: string[] = [];
    for (let i = 0; i < 60; i += 1) ids.push((await created({ environmentId })).id);
    const newestFirst = ids.toReversed();
    const first = await engine.store.work.list(WORKSPACE, environmentId, { limit: 55, order: 'desc' });
    expect(first.items.map(({ id }) => id)).toEqual(newestFirst.slice(0, 55));
    const second = await engine.store.work.list(WORKSPACE, environmentId, {
      limit: 55,
      order: 'desc',
      after: first.next ?? '',
    });
    expect(second.items.map(({ id }) => id)).toEqual(newestFirst.slice(55));
    expect(second.next).toBeNull();
    const back = await engine.store.work.list(WORKSPACE, environmentId, {
      limit: 55,
      order: 'desc',
      before: second.previous ?? '',
    });
    expect(back).toEqual(first);
  });
});

describe('workers', () => {
  it('are counted once each, as long as they poll', async () => {
    const environmentId = newEnvironment();
    const { work: store } = engine.store;
    const now = Date.now() * 1_000;
    for (const id of ['a', 'b', 'a', '../../x', 'é'.repeat(4_000)])
      await store.noteWorker(WORKSPACE, environmentId, id, now);
    await store.noteWorker(WORKSPACE, environmentId, 'gone', now - 60_000_000);
    expect(await store.countWorkers(WORKSPACE, environmentId, now - 30_000_000)).toBe(4);
    expect(await store.countWorkers(WORKSPACE, newEnvironment(), 0)).toBe(0);
  });
});
