import { createStore } from '../../runtime/store/store';
import { openEngine, type Engine } from './engine';
import { collect, commit, message, newThread, noise, record, session } from './values';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const NOW = 1_790_000_000_000_000;

async function fill(ref: ReturnType<typeof newThread>): Promise<void> {
  const { log } = engine.store;
  for (let n = 1; n <= 30; n += 1) await log.append(ref, commit(n));
  await log.append(ref, commit(31, { records: [record(noise(600_000))] }));
  await log.accept(ref, [message(noise(600_000))], NOW, NOW);
  await log.accept(ref, [message('small')], NOW, NOW);
  await log.acquireLease(ref, 'wake', NOW, NOW);
  await log.putPreview(ref, { eventId: 'e', eventType: 'agent.message', index: 0, text: '' }, NOW, NOW * 2);
}

describe('deleting a thread', () => {
  it('leaves nothing of it but the session record, and nothing of it due', async () => {
    const ref = newThread();
    const { log, sessions, due, blobs } = engine.store;
    await sessions.create(session({ id: ref.sessionId, workspace: ref.workspace }));
    await fill(ref);
    const deletedPrefixes: string[] = [];
    const recording = {
      ...blobs,
      deletePrefix: (prefix: string) => (deletedPrefixes.push(prefix), blobs.deletePrefix(prefix)),
    };
    const store = createStore({ client: engine.client, tables: engine.tables, blobs: recording });
    await store.log.deleteThread(ref);
    const left = await collect(
      engine.raw.sessions.query({ partition: `${ref.workspace}/${ref.sessionId}/${ref.threadId}` }),
    );
    expect(left.map(({ sk }) => sk)).toEqual(['SESSION']);
    expect(deletedPrefixes).toEqual([`${ref.workspace}/${ref.sessionId}/${ref.threadId}/`]);
    expect(await log.readInbox(ref)).toEqual([]);
    for (const kind of ['inbox', 'lease'] as const) {
      const items = await due.due(kind, NOW + 1, 1_000);
      expect(items.filter((item) => 'ref' in item && item.ref.threadId === ref.threadId)).toEqual([]);
    }
    expect(await sessions.get(ref.workspace, ref.sessionId)).toBeDefined();
  });

  it('is finished by a repeated call after a crash at any of its requests', async () => {
    for (let survived = 0; survived < 3; survived += 1) {
      const ref = newThread();
      await fill(ref);
      const client = engine.connect();
      let sent = 0;
      client.middlewareStack.add(
        (next) => (args) => {
          sent += 1;
          if (sent > survived) throw new Error('crash');
          return next(args);
        },
        { step: 'initialize' },
      );
      await expect(engine.storeOf(client).log.deleteThread(ref)).rejects.toThrow('crash');
      client.destroy();
      await engine.store.log.deleteThread(ref);
      const partition = `${ref.workspace}/${ref.sessionId}/${ref.threadId}`;
      expect(await collect(engine.raw.sessions.query({ partition }))).toEqual([]);
    }
  });

  it('does not touch the thread beside it', async () => {
    const [gone, kept] = [newThread(), newThread()];
    const sibling = { ...gone, threadId: `${gone.threadId}2` };
    for (const ref of [gone, kept, sibling])
      await engine.store.log.append(ref, commit(1, { records: [record(noise(600_000))] }));
    await engine.store.log.deleteThread(gone);
    expect(await engine.store.log.lastCommit(gone)).toBeUndefined();
    expect(await engine.store.log.lastCommit(kept)).toMatchObject({ n: 1 });
    expect(await engine.store.log.lastCommit(sibling)).toMatchObject({ n: 1 });
  });
});
