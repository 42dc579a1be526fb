import { MICROS_PER_SECOND, systemClock } from '../../runtime/contract/time';
import { clearSession, forgetSession } from '../../runtime/resources/session-clearing';
import { workspaceBlob } from '../../runtime/store/keys';
import type { EndedSession } from '../../runtime/store/records';
import type { DueItem } from '../../runtime/store/due-ports';
import type { Store } from '../../runtime/store/ports';
import { commit, message, record } from '../store/values';
import { Service } from './service';

let service: Service;
beforeAll(async () => {
  service = await Service.open();
});
afterAll(() => service.close());

const ended: EndedSession[] = [];
const workQueue = { end: async (session: EndedSession) => void ended.push(session) };
const powerFails = () => Promise.reject(new Error('the power is gone'));
const remove = (session_id: string, by = service) => by.call('sessions.delete', { path: { session_id } });

/** The tombstones that are due some minutes from now. */
async function tombstones(minutes: number): Promise<EndedSession[]> {
  const items: DueItem[] = await service.store.due.due(
    'tombstone',
    systemClock.now() + minutes * 60 * MICROS_PER_SECOND,
    100,
  );
  return items.flatMap((item) => (item.kind === 'tombstone' ? [item.session] : []));
}
const tombstoneOf = async (id: string, minutes = 21): Promise<EndedSession | undefined> =>
  (await tombstones(minutes)).find((session) => session.id === id);
/** What the sweeper does at its time. */
const forget = (tombstone: EndedSession, minutes = 21, store: Store = service.store): Promise<void> =>
  forgetSession({ store, workQueue }, tombstone, systemClock.now() + minutes * 60 * MICROS_PER_SECOND);

async function buried(id: string): Promise<EndedSession> {
  const tombstone = await tombstoneOf(id);
  if (!tombstone) throw new Error('there is no tombstone');
  return tombstone;
}

describe('a deleted session', () => {
  it('is looked at once more when no function can run any more that knew it', async () => {
    const { id } = await service.session();
    await remove(id);
    expect((await tombstones(16)).map((session) => session.id)).not.toContain(id);
    expect(await tombstoneOf(id)).toMatchObject({ workspace: 'home', environmentConfig: { type: 'cloud' } });
  });

  it('has nothing left then of what a harness wrote that slept through its end and died', async () => {
    const { id } = await service.session();
    const ref = service.ref(id);
    await remove(id);
    const { log } = service.store;
    await log.append(ref, commit(7, { records: [record('x'.repeat(700_000))] }));
    await log.accept(ref, [message('late')], 1, 1);
    await log.acquireLease(ref, 'late', 1, 2);
    const tombstone = await buried(id);
    await forget(tombstone);
    expect(await service.rowsOf(ref)).toEqual([]);
    expect(ended.at(-1)).toEqual(tombstone);
    expect(await tombstoneOf(id)).toBeUndefined();
  });

  it('goes as well where whoever was deleting it died, and nobody asks again', async () => {
    const { log, sessions } = service.store;
    const crashes: Partial<Store>[] = [
      { log: { ...log, deleteThread: powerFails } },
      { sessions: { ...sessions, delete: powerFails } },
    ];
    for (const crash of crashes) {
      const { id } = await service.session();
      await service.reach(id, { status: 'idle' });
      await expect(remove(id, service.with({ store: { ...service.store, ...crash } }))).rejects.toThrow('power');
      const tombstone = await buried(id);
      await forget(tombstone);
      expect(await service.rowsOf(service.ref(id))).toEqual([]);
      // Until now, somebody may have come to know it. Another sweep that found it due as well may be late.
      await forget(tombstone);
      expect(await tombstoneOf(id, 40)).toBeUndefined();
      expect(await tombstoneOf(id, 42)).toBeDefined();
      await forget(tombstone, 42);
      expect(await tombstoneOf(id, 100)).toBeUndefined();
    }
  });

  it('has no files left either, though an archive of them arrived when nothing named it any more', async () => {
    const { id } = await service.session();
    await remove(id);
    const key = workspaceBlob('home', id, 'late');
    await service.store.blobs.put(key, new Uint8Array(3));
    const tombstone = await buried(id);
    await forget(tombstone);
    expect(await service.store.blobs.get(key)).toBeUndefined();
  });

  it('keeps its tombstone for as long as it could not be cleared', async () => {
    const { id } = await service.session();
    await remove(id);
    const tombstone = await buried(id);
    const store: Store = { ...service.store, log: { ...service.store.log, deleteThread: powerFails } };
    await expect(forget(tombstone, 21, store)).rejects.toThrow('power');
    expect(await tombstoneOf(id)).toEqual(tombstone);
  });

  it('is not deleted at all where its tombstone cannot be put', async () => {
    const session = await service.session();
    await service.reach(session.id, { status: 'idle' });
    const store: Store = { ...service.store, tombstones: { ...service.store.tombstones, put: powerFails } };
    await expect(remove(session.id, service.with({ store }))).rejects.toThrow('power');
    expect(await service.store.log.lastCommit(service.ref(session.id))).toBeDefined();
  });
});

it('clears a session as often as one likes, however little of it there is', async () => {
  const { id } = await service.session();
  const session = await service.store.sessions.get('home', id);
  if (!session) throw new Error('there is no session');
  for (let times = 0; times < 2; times += 1) await clearSession({ store: service.store, workQueue }, session);
  expect(await service.rowsOf(service.ref(id))).toEqual([]);
});
