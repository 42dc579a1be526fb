import { systemIds } from '../../runtime/contract/ids';
import type { Page, PageRequest } from '../../runtime/store/page';
import type { SessionFilter } from '../../runtime/store/ports';
import type { SessionRecord } from '../../runtime/store/records';
import { openEngine, type Engine } from './engine';
import { loseAnswers } from './faults';
import { agentNamed, commit, noise, session } from './values';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

let workspaces = 0;
const newWorkspace = (): string => `wrkspc_${(workspaces += 1)}`;

async function createMany(workspace: string, count: number, parts: Partial<SessionRecord> = {}): Promise<string[]> {
  const all = Array.from({ length: count }, () => session({ workspace, ...parts }));
  await Promise.all(all.map((each) => engine.store.sessions.create(each)));
  return all.map(({ id }) => id);
}

const idsOf = (page: Page<SessionRecord>): string[] => page.items.map(({ id }) => id);
const list = (
  workspace: string,
  filter: SessionFilter,
  page: Partial<PageRequest> = {},
): Promise<Page<SessionRecord>> => engine.store.sessions.list(workspace, filter, { limit: 100, order: 'asc', ...page });

describe('a session record', () => {
  it('comes back as it was created, whatever its size', async () => {
    const { sessions } = engine.store;
    for (const title of ['short', noise(2_000), noise(700_000)]) {
      const record = session({ title, metadata: { 'k ü': '✂️' }, vaultIds: ['v1'] });
      await sessions.create(record);
      expect(await sessions.get(record.workspace, record.id)).toEqual(record);
    }
  });

  it('is created once', async () => {
    const record = session();
    await engine.store.sessions.create(record);
    await expect(engine.store.sessions.create({ ...record, title: 'again' })).rejects.toThrow(record.id);
    expect(await engine.store.sessions.get(record.workspace, record.id)).toEqual(record);
  });

  it('takes exactly one of many updates to the same revision', async () => {
    const { sessions } = engine.store;
    const record = session();
    await sessions.create(record);
    const titles = Array.from({ length: 16 }, (_, i) => `title ${i}`);
    const done = await Promise.all(titles.map((title) => sessions.update({ ...record, title, revision: 2 })));
    expect(done.filter(Boolean)).toHaveLength(1);
    expect(await sessions.get(record.workspace, record.id)).toEqual({
      ...record,
      title: titles[done.indexOf(true)],
      revision: 2,
    });
    expect(await sessions.update({ ...record, revision: 4 })).toBe(false);
  });

  it('is updated although the answer was lost', async () => {
    const record = session();
    await engine.store.sessions.create(record);
    const client = engine.connect();
    loseAnswers(client, (n) => n === 1);
    expect(await engine.storeOf(client).sessions.update({ ...record, title: 'new', revision: 2 })).toBe(true);
    client.destroy();
  });

  it('shrinks and grows over the sizes of a body', async () => {
    const { sessions } = engine.store;
    const record = session();
    await sessions.create(record);
    for (const [i, title] of [noise(700_000), 'short', noise(3_000), noise(700_000), 'end'].entries()) {
      expect(await sessions.update({ ...record, title, revision: i + 2 })).toBe(true);
      expect((await sessions.get(record.workspace, record.id))?.title).toBe(title);
    }
  });

  it('keeps its status through updates, and its revision through projections', async () => {
    const { sessions } = engine.store;
    const record = session();
    const { workspace, id } = record;
    await sessions.create(record);
    await sessions.project(workspace, id, 'running', 3);
    expect(await sessions.get(workspace, id)).toEqual({ ...record, status: 'running' });
    await sessions.project(workspace, id, 'idle', 2);
    expect((await sessions.get(workspace, id))?.status).toBe('running');
    expect(await sessions.update({ ...record, title: 't', status: 'idle', revision: 2 })).toBe(true);
    expect(await sessions.get(workspace, id)).toEqual({ ...record, title: 't', status: 'running', revision: 2 });
    await sessions.project(workspace, id, 'terminated', 4);
    expect((await sessions.get(workspace, id))?.status).toBe('terminated');
  });

  it('is not brought back by an update or a projection that comes too late', async () => {
    const { sessions } = engine.store;
    const record = session();
    await sessions.create(record);
    await sessions.delete(record.workspace, record.id);
    expect(await sessions.update({ ...record, revision: 2 })).toBe(false);
    await sessions.project(record.workspace, record.id, 'running', 1);
    expect(await sessions.get(record.workspace, record.id)).toBeUndefined();
    expect(
      await engine.raw.sessions.get({ pk: `${record.workspace}/${record.id}/${record.threadId}`, sk: 'SESSION' }),
    ).toBeUndefined();
  });
});

describe('a session being deleted', () => {
  it('is gone for everybody at once, and what is left of it is found by a repeated delete', async () => {
    const { sessions, log } = engine.store;
    const workspace = newWorkspace();
    const record = session({ workspace });
    await sessions.create(record);
    await log.append({ workspace, sessionId: record.id, threadId: record.threadId }, commit(1));
    expect(await sessions.update({ ...record, deleting: true, revision: 2 })).toBe(true);
    expect(await sessions.get(workspace, record.id)).toBeUndefined();
    expect((await list(workspace, { includeArchived: true })).items).toEqual([]);
    expect(await sessions.anyInEnvironment(workspace, record.environmentId)).toBe(false);
    await sessions.delete(workspace, record.id);
    await sessions.delete(workspace, record.id);
  });

  it('loses its blobs', async () => {
    const { sessions } = engine.store;
    const record = session({ title: noise(700_000) });
    await sessions.create(record);
    const key = { pk: `${record.workspace}/${record.id}/${record.threadId}`, sk: 'SESSION' };
    const blob = String((await engine.raw.sessions.get(key))?.body_blob);
    expect(await engine.blobs.get(blob)).toBeDefined();
    await sessions.delete(record.workspace, record.id);
    expect(await engine.blobs.get(blob)).toBeUndefined();
  });
});

describe('the list of sessions', () => {
  it('pages through all of them both ways, in the order of creation', async () => {
    const workspace = newWorkspace();
    const ids = await createMany(workspace, 130);
    for (const order of ['asc', 'desc'] as const) {
      const expected = order === 'asc' ? ids : ids.toReversed();
      const pages: Page<SessionRecord>[] = [];
      for (let after: string | null | undefined; after !== null; after = pages.at(-1)?.next) {
        pages.push(await list(workspace, {}, { limit: 20, order, ...(after ? { after } : {}) }));
      }
      expect(pages.flatMap(idsOf)).toEqual(expected);
      expect(pages.map(({ items }) => items.length)).toEqual([20, 20, 20, 20, 20, 20, 10]);
      expect(pages[0]?.previous).toBeNull();
      let page = pages.at(-1);
      for (let i = pages.length - 2; i >= 0; i -= 1) {
        page = await list(workspace, {}, { limit: 20, order, before: page?.previous ?? '' });
        expect(idsOf(page)).toEqual(idsOf(pages[i] ?? { items: [], next: null, previous: null }));
        expect(page.next).toBe(pages[i]?.next);
      }
      expect(page?.previous).toBeNull();
    }
  });

  it('shows each session of before exactly once, whatever is created meanwhile', async () => {
    const workspace = newWorkspace();
    const ids = await createMany(workspace, 30);
    for (const order of ['asc', 'desc'] as const) {
      const seen: string[] = [];
      let after: string | null | undefined;
      do {
        const page = await list(workspace, {}, { limit: 7, order, ...(after ? { after } : {}) });
        seen.push(...idsOf(page));
        after = page.next;
        if (seen.length < 30) await createMany(workspace, 1);
      } while (after);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => ids.includes(id))).toEqual(order === 'asc' ? ids : ids.toReversed());
    }
  });

  it('goes on from a position that is gone', async () => {
    const workspace = newWorkspace();
    const ids = await createMany(workspace, 5);
    await engine.store.sessions.delete(workspace, ids[2] ?? '');
    expect(idsOf(await list(workspace, {}, { after: ids[2] }))).toEqual(ids.slice(3));
    expect(idsOf(await list(workspace, {}, { before: ids[2] }))).toEqual(ids.slice(0, 2));
  });

  it('fills pages past sessions that a filter drops', async () => {
    const workspace = newWorkspace();
    const wanted: string[] = [];
    for (let i = 0; i < 12; i += 1) {
      await createMany(workspace, 9, { agent: agentNamed('agent_other') });
      wanted.push(...(await createMany(workspace, 1, { agent: agentNamed('agent_rare', 2) })));
    }
    const first = await list(workspace, { agentId: 'agent_rare', agentVersion: 2 }, { limit: 10 });
    expect(idsOf(first)).toEqual(wanted.slice(0, 10));
    const second = await list(workspace, { agentId: 'agent_rare' }, { limit: 10, after: first.next ?? '' });
    expect(idsOf(second)).toEqual(wanted.slice(10));
    expect(second.next).toBeNull();
    expect((await list(workspace, { agentId: 'agent_rare', agentVersion: 1 })).items).toEqual([]);
  });

  it('hides archived and terminated sessions unless asked for', async () => {
    const workspace = newWorkspace();
    const [idle] = await createMany(workspace, 1);
    const [archived] = await createMany(workspace, 1, { archivedAt: 5, status: 'terminated' });
    const [terminated] = await createMany(workspace, 1, { status: 'terminated' });
    expect(idsOf(await list(workspace, {}))).toEqual([idle]);
    expect(idsOf(await list(workspace, { includeArchived: true }))).toEqual([idle, archived, terminated]);
    expect(idsOf(await list(workspace, { statuses: ['terminated'] }))).toEqual([terminated]);
    expect(idsOf(await list(workspace, { statuses: ['terminated', 'idle'], includeArchived: true }))).toEqual([
      idle,
      archived,
      terminated,
    ]);
  });

  it('knows statuses as projected, times of creation, memory stores and deployments', async () => {
    const workspace = newWorkspace();
    const [early] = await createMany(workspace, 1, { createdAt: 100 });
    const [late] = await createMany(workspace, 1, {
      createdAt: 200,
      resources: [
        {
          id: 'r',
          type: 'memory_store',
          memory_store_id: 'memstore_1',
        } as unknown as SessionRecord['resources'][number],
      ],
    });
    await engine.store.sessions.project(workspace, late ?? '', 'running', 1);
    const found = async (filter: SessionFilter): Promise<string[]> => idsOf(await list(workspace, filter));
    expect(await found({ statuses: ['running'] })).toEqual([late]);
    expect(await found({ createdAt: { gt: 100 } })).toEqual([late]);
    expect(await found({ createdAt: { gte: 100, lt: 200 } })).toEqual([early]);
    expect(await found({ createdAt: { lte: 200 } })).toEqual([early, late]);
    expect(await found({ memoryStoreId: 'memstore_1' })).toEqual([late]);
    expect(await found({ deploymentId: 'depl_1' })).toEqual([]);
  });

  it('answers a position that is no id with an end of the list', async () => {
    const workspace = newWorkspace();
    const ids = await createMany(workspace, 2);
    expect(idsOf(await list(workspace, {}, { after: '~~~' }))).toEqual([]);
    expect(idsOf(await list(workspace, {}, { before: '~~~' }))).toEqual(ids);
  });

  it('does not believe an index entry without its item', async () => {
    const workspace = newWorkspace();
    const [kept] = await createMany(workspace, 1);
    const orphan = systemIds.make('session');
    await engine.raw.sessions.set({
      pk: 'nowhere',
      sk: 'SESSION',
      deleting: true,
      list_of: workspace,
      list_id: orphan,
    });
    expect(idsOf(await list(workspace, {}))).toEqual([kept]);
  });
});

describe('sessions of an environment', () => {
  it('are found among many others, until they are deleted', async () => {
    const { sessions } = engine.store;
    const workspace = newWorkspace();
    await createMany(workspace, 60, { environmentId: 'env_busy' });
    const [only] = await createMany(workspace, 1, { environmentId: 'env_rare', archivedAt: 1 });
    expect(await sessions.anyInEnvironment(workspace, 'env_rare')).toBe(true);
    expect(await sessions.anyInEnvironment(workspace, 'env_none')).toBe(false);
    expect(await sessions.anyInEnvironment(newWorkspace(), 'env_rare')).toBe(false);
    await sessions.delete(workspace, only ?? '');
    expect(await sessions.anyInEnvironment(workspace, 'env_rare')).toBe(false);
  });
});

describe('sessions pinned to a version of the harness', () => {
  it('are known until the last one is archived, deleted or moved to another', async () => {
    const { sessions } = engine.store;
    const workspace = newWorkspace();
    const version = `${workspace}-1`;
    const pinned = Array.from({ length: 3 }, () => session({ workspace, runtime: { harness: version } }));
    const [archived, deleted, moved] = pinned;
    if (!archived || !deleted || !moved) throw new Error('there are three');
    for (const each of pinned) await sessions.create(each);
    expect(await sessions.anyOnHarness(version)).toBe(true);
    await sessions.update({ ...archived, archivedAt: 1, revision: archived.revision + 1 });
    await sessions.delete(workspace, deleted.id);
    expect(await sessions.anyOnHarness(version)).toBe(true);
    await sessions.update({ ...moved, runtime: { harness: `${workspace}-2` }, revision: moved.revision + 1 });
    expect(await sessions.anyOnHarness(version)).toBe(false);
    expect(await sessions.anyOnHarness(`${workspace}-2`)).toBe(true);
  });

  it('are none where sessions are pinned to nothing', async () => {
    await engine.store.sessions.create(session({ workspace: newWorkspace() }));
    expect(await engine.store.sessions.anyOnHarness('undefined')).toBe(false);
  });
});
