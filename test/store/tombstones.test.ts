import { openEngine, type Engine } from './engine';
import { session } from './values';

let engine: Engine;
beforeEach(async () => {
  engine = await openEngine();
});
afterEach(() => engine.close());

const NOW = 1_790_000_000_000_000;
const due = (now: number) => engine.store.due.due('tombstone', now, 100);

describe('a tombstone', () => {
  it('is due from the time that it was put for, and tells what belongs to its session', async () => {
    const { workspace, id, environmentId, ...rest } = session();
    await engine.store.tombstones.put({ workspace, id, environmentId, ...rest }, NOW);
    expect(await due(NOW - 1)).toEqual([]);
    const { type } = rest.environmentConfig;
    const told = { workspace, id, environmentId, environmentConfig: { type } };
    expect(await due(NOW)).toEqual([{ kind: 'tombstone', session: told, dueAt: NOW }]);
  });

  it.each(['cloud', 'self_hosted'] as const)('knows that its session was of a %s environment', async (type) => {
    await engine.store.tombstones.put({ ...session(), environmentConfig: { type } }, NOW);
    expect(await due(NOW)).toMatchObject([{ session: { environmentConfig: { type } } }]);
  });

  it('is put off when it is put again', async () => {
    const ended = session();
    await engine.store.tombstones.put(ended, NOW);
    await engine.store.tombstones.put(ended, NOW + 10);
    expect(await due(NOW + 9)).toEqual([]);
    expect(await due(NOW + 10)).toHaveLength(1);
  });

  it('is gone once it is removed, and no other with it', async () => {
    const [gone, kept] = [session(), session()];
    for (const ended of [gone, kept]) await engine.store.tombstones.put(ended, NOW);
    await engine.store.tombstones.remove(gone, NOW);
    await engine.store.tombstones.remove(gone, NOW);
    expect(await due(NOW)).toMatchObject([{ session: { id: kept.id } }]);
  });

  it('stays where it was put off after whoever removes it has found it', async () => {
    const ended = session();
    await engine.store.tombstones.put(ended, NOW);
    await engine.store.tombstones.put(ended, NOW + 10);
    await engine.store.tombstones.remove(ended, NOW + 9);
    expect(await due(NOW + 10)).toHaveLength(1);
    await engine.store.tombstones.remove(ended, NOW + 10);
    expect(await due(NOW + 10)).toEqual([]);
  });
});
