import type { Agent, Environment } from '../../runtime/contract/wire';
import type { ThreadRef } from '../../runtime/store/records';
import { openEngine, type Engine } from './engine';
import { collect, commit, message, newThread, session, work } from './values';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const NOW = 1_790_000_000_000_000;
/** Workspaces that could be taken for one another if keys were put together carelessly. */
const OURS = 'ws';
const THEIRS = ['ws2', 'w', 'ws/x', 'ws#', 'WS', 'other'];
const PAGE = { limit: 10, order: 'asc' } as const;

describe.each(THEIRS)('the workspace %j', (theirs) => {
  let ours: ThreadRef;
  let foreign: ThreadRef;
  beforeEach(() => {
    ours = newThread(OURS);
    foreign = { ...ours, workspace: theirs };
  });

  it("sees and changes nothing of another's thread", async () => {
    const { log } = engine.store;
    const item = await log.accept(ours, [message('m')], NOW, NOW);
    await log.append(ours, commit(1));
    await log.acquireLease(ours, 'us', NOW, NOW + 10);
    await log.watch(ours, NOW * 2);
    await log.putPreview(ours, { eventId: 'e', eventType: 'agent.message', index: 0, text: 't' }, NOW, NOW * 2);

    expect(await log.readInbox(foreign)).toEqual([]);
    expect(await log.lastCommit(foreign)).toBeUndefined();
    expect(await collect(log.readCommits(foreign, { from: 1 }))).toEqual([]);
    expect(await log.readPreviews(foreign, 0)).toEqual([]);
    expect(await log.renewLease(foreign, 'us', NOW + 20)).toBeUndefined();
    expect(await log.acquireLease(foreign, 'them', NOW, NOW + 10)).toEqual({
      leaseOwner: 'them',
      leaseUntil: NOW + 10,
    });
    expect(await log.append(foreign, commit(1, { by: 'them' }))).toBe('written');
    await log.settle(foreign, [item.key]);
    await log.park(foreign, [item.key]);
    await log.releaseLease(foreign, 'us');
    await log.deleteThread(foreign);

    expect(await log.readInbox(ours)).toEqual([item]);
    expect(await log.lastCommit(ours)).toEqual(commit(1));
    expect(await log.readPreviews(ours, 0)).toHaveLength(1);
    expect(await log.renewLease(ours, 'us', NOW + 20)).toMatchObject({ leaseOwner: 'us', watchedUntil: NOW * 2 });
    const due = await engine.store.due.due('inbox', NOW, 1_000);
    expect(due).toContainEqual({ kind: 'inbox', ref: ours, dueAt: NOW });
  });

  it("sees and changes nothing of another's sessions", async () => {
    const { sessions } = engine.store;
    const record = session({ workspace: OURS });
    await sessions.create(record);
    expect(await sessions.get(theirs, record.id)).toBeUndefined();
    expect(await sessions.update({ ...record, workspace: theirs, revision: 2 })).toBe(false);
    await sessions.project(theirs, record.id, 'terminated', 9);
    await sessions.delete(theirs, record.id);
    expect((await sessions.list(theirs, { includeArchived: true }, PAGE)).items).toEqual([]);
    expect(await sessions.anyInEnvironment(theirs, record.environmentId)).toBe(false);
    expect(await sessions.get(OURS, record.id)).toEqual(record);
  });

  it("sees and changes nothing of another's agents and environments", async () => {
    const { agents, environments } = engine.store;
    const agent = { id: 'agent_1', name: 'ours' } as Agent;
    const environment = { id: 'env_1', name: 'ours' } as Environment;
    const id = ours.threadId;
    await agents.create(OURS, id, agent);
    await agents.putVersion(OURS, id, 1, agent);
    await environments.create(OURS, id, environment);
    for (const catalog of [agents, environments]) {
      expect(await catalog.get(theirs, id)).toBeUndefined();
      expect((await catalog.list(theirs, PAGE)).items).toEqual([]);
      await catalog.delete(theirs, id);
    }
    expect(await agents.replace(theirs, id, agent, 1)).toBe(false);
    expect(await environments.replace(theirs, id, environment, 1)).toBe(false);
    expect(await agents.getVersion(theirs, id, 1)).toBeUndefined();
    expect((await agents.listVersions(theirs, id, PAGE)).items).toEqual([]);
    expect(await agents.get(OURS, id)).toMatchObject({ value: agent });
    expect(await agents.getVersion(OURS, id, 1)).toEqual(agent);
    expect(await environments.get(OURS, id)).toMatchObject({ value: environment });
  });

  it("sees and changes nothing of another's work", async () => {
    const store = engine.store.work;
    const record = work({ workspace: OURS });
    await store.create(record);
    await store.noteWorker(OURS, record.environmentId, 'worker', NOW * 2);
    expect(await store.get(theirs, record.environmentId, record.id)).toBeUndefined();
    expect(await store.getBySession(theirs, record.environmentId, record.sessionId)).toBeUndefined();
    expect(await store.queued(theirs, record.environmentId, 10)).toEqual([]);
    expect((await store.list(theirs, record.environmentId, PAGE)).items).toEqual([]);
    expect(await store.countWorkers(theirs, record.environmentId, 0)).toBe(0);
    expect(await store.update({ ...record, workspace: theirs, revision: 2 })).toBe(false);
    await store.delete({ ...record, workspace: theirs });
    expect(await store.get(OURS, record.environmentId, record.id)).toEqual(record);
  });

  it("does not list another's keys", async () => {
    const principal = { kind: 'api_key', workspace: OURS, keyId: ours.threadId } as const;
    const key = {
      id: principal.keyId,
      principal,
      name: null,
      hint: 'h',
      createdAt: NOW,
      expiresAt: null,
      revokedAt: null,
    };
    await engine.store.keys.put(ours.threadId, key);
    expect(await engine.store.keys.list('api_key', theirs)).toEqual([]);
    expect(await engine.store.keys.list('api_key', OURS)).toContainEqual(key);
  });
});
