import type { WarmAssignment } from '../../runtime/store/warm-ports';
import { openEngine, type Engine } from './engine';
import { loseAnswers } from './faults';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const assignmentOf = (workId: string): WarmAssignment => ({
  workspace: 'home',
  environmentId: 'env_1',
  workId,
  sessionId: `sesn_of_${workId}`,
  claim: 'sk-ant-clm-1',
});

let made = 0;
/** A sandbox that was asked for at 100. */
async function added(pool: string): Promise<string> {
  const ticketHash = `ticket-${(made += 1)}`;
  await engine.store.warm.add({ ticketHash, pool, startedAt: 100 });
  return ticketHash;
}

describe('a sandbox of the warm pool', () => {
  it('is ready from its first question on, and keeps what is known of it', async () => {
    const name = await added('p1');
    expect(await engine.store.warm.get(name)).toEqual({
      ticketHash: name,
      pool: 'p1',
      state: 'starting',
      startedAt: 100,
      seenAt: null,
      claimedAt: null,
      task: null,
      assignment: null,
    });
    expect(await engine.store.warm.ready('p1', 10)).toEqual([]);
    await engine.store.warm.noteTask(name, 'task-1');
    expect(await engine.store.warm.noteSeen(name, 200)).toMatchObject({ state: 'ready', seenAt: 200, task: 'task-1' });
    expect(await engine.store.warm.noteSeen(name, 300)).toMatchObject({ state: 'ready', seenAt: 300 });
    expect(await engine.store.warm.ready('p1', 10)).toMatchObject([{ ticketHash: name }]);
    expect(await engine.store.warm.ready('p2', 10)).toEqual([]);
  });

  it('is claimed once, whoever else tries, and even if the answer was lost', async () => {
    const name = await added('p3');
    await engine.store.warm.noteSeen(name, 200);
    const claims = Array.from({ length: 16 }, (_, i) =>
      engine.store.warm.claim(name, assignmentOf(`work_${i}`), 300, 200),
    );
    const done = await Promise.all(claims);
    expect(done.filter(Boolean)).toHaveLength(1);
    const winner = assignmentOf(`work_${done.findIndex(Boolean)}`);
    expect(await engine.store.warm.noteSeen(name, 400)).toMatchObject({ state: 'claimed', assignment: winner });
    expect(await engine.store.warm.ready('p3', 10)).toEqual([]);

    const other = await added('p3');
    await engine.store.warm.noteSeen(other, 200);
    const client = engine.connect();
    loseAnswers(client, (n) => n === 1);
    const claimed = await engine.storeOf(client).warm.claim(other, assignmentOf('work_a'), 300, 200);
    expect(claimed).toMatchObject({ state: 'claimed', claimedAt: 300, assignment: { workId: 'work_a' } });
    client.destroy();
  });

  it('is not claimed where it was not heard of for too long, or never', async () => {
    const [silent, starting] = [await added('p4'), await added('p4')];
    await engine.store.warm.noteSeen(silent, 200);
    for (const name of [silent, starting, 'ticket-unknown']) {
      expect(await engine.store.warm.claim(name, assignmentOf('work_1'), 300, 201)).toBeUndefined();
    }
    expect(await engine.store.warm.get('ticket-unknown')).toBeUndefined();
  });

  it('is retired or claimed, and never both', async () => {
    for (let round = 0; round < 10; round += 1) {
      const name = await added('p5');
      await engine.store.warm.noteSeen(name, 200);
      const [claimed, retired] = await Promise.all([
        engine.store.warm.claim(name, assignmentOf('work_1'), 300, 200),
        engine.store.warm.retire(name),
      ]);
      expect([claimed !== undefined, retired].filter(Boolean)).toHaveLength(1);
      expect(await engine.store.warm.noteSeen(name, 400)).toMatchObject({ state: retired ? 'retired' : 'claimed' });
    }
  });

  it('is gone after its delete, and no late word brings it back', async () => {
    const name = await added('p6');
    await engine.store.warm.delete(name);
    await engine.store.warm.delete(name);
    await engine.store.warm.noteTask(name, 'task-1');
    expect(await engine.store.warm.noteSeen(name, 200)).toBeUndefined();
    expect(await engine.store.warm.retire(name)).toBe(false);
    expect((await engine.store.warm.list()).map(({ ticketHash }) => ticketHash)).not.toContain(name);
    expect((await engine.store.warm.list()).length).toBeGreaterThan(5);
  });
});
