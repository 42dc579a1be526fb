import type { Store } from '../../runtime/store/ports';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { Service } from './service';

let service: Service;
beforeAll(async () => {
  service = await Service.open();
});
afterAll(() => service.close());

const MESSAGE = { type: 'user.message', content: [{ type: 'text', text: 'hello' }] };
const archive = (session_id: string) => service.call('sessions.archive', { path: { session_id } });
const remove = (session_id: string) => service.call('sessions.delete', { path: { session_id } });
const retrieve = (session_id: string) => service.call('sessions.retrieve', { path: { session_id } });

async function sessionWithWork() {
  const environment = await service.call('environments.create', {
    body: { name: 'e', config: { type: 'self_hosted' } },
  });
  return service.session({ environment_id: environment.id });
}
const workOf = (session: { id: string; environment_id: string }) =>
  service.store.work.getBySession('home', session.environment_id, session.id);

/** The service whose power fails when it comes to this write. */
const failing = (changed: Partial<Store>) => service.with({ store: { ...service.store, ...changed } });
const powerFails = () => Promise.reject(new Error('the power is gone'));

describe('archiving a session', () => {
  it('is the last word in the lists, whatever a late harness still says', async () => {
    const { id } = await sessionWithWork();
    await archive(id);
    await service.store.sessions.project('home', id, 'idle', 1_000);
    expect(await service.store.sessions.get('home', id)).toMatchObject({ status: 'terminated' });
  });

  it('tells the lists of it when it is repeated, if it could not the first time', async () => {
    const { id } = await sessionWithWork();
    const { sessions } = service.store;
    const broken = failing({ sessions: { ...sessions, project: powerFails } });
    await expect(broken.call('sessions.archive', { path: { session_id: id } })).rejects.toThrow('power');
    expect(await sessions.get('home', id)).toMatchObject({ status: 'idle' });
    await archive(id);
    expect(await sessions.get('home', id)).toMatchObject({ status: 'terminated' });
  });

  it('ends it: terminated, read only, and its worker is told to go', async () => {
    const session = await sessionWithWork();
    const archived = await archive(session.id);
    expect(archived).toMatchObject({ status: 'terminated', archived_at: expect.any(String) });
    expect(await retrieve(session.id)).toEqual(archived);
    expect(await workOf(session)).toMatchObject({ state: 'stopped' });
    const refusal = await service.refusal('sessions.update', {
      path: { session_id: session.id },
      body: { title: 'x' },
    });
    expect(refusal).toMatchObject({ status: 400 });
  });

  it('leaves the log without an extra event, and the primary thread idle', async () => {
    const session = await service.session();
    await archive(session.id);
    expect(await service.store.log.lastCommit(service.ref(session.id))).toBeUndefined();
    const { data } = await service.call('sessions.threads.list', { path: { session_id: session.id } });
    expect(data).toMatchObject([{ status: 'idle', archived_at: null }]);
  });

  it('tells a thread that a message set to work at that very moment', async () => {
    const session = await service.session();
    const ref = service.ref(session.id);
    const { log } = service.store;
    const sessions: Store['sessions'] = {
      ...service.store.sessions,
      update: async (next) => {
        const event = { id: 'sevt_1', type: 'user.message' as const, content: [] };
        await log.accept(ref, [{ event }], 1, 1);
        return service.store.sessions.update(next);
      },
    };
    await failing({ sessions }).call('sessions.archive', { path: { session_id: session.id } });
    const entries = (await log.readInbox(ref)).flatMap((item) => item.entries);
    expect(entries).toMatchObject([{ event: { id: 'sevt_1' } }, { signal: { type: 'session_archived' } }]);
  });

  it('stops its clock', async () => {
    const session = await service.session();
    const { stats } = await archive(session.id);
    expect((await retrieve(session.id)).stats).toEqual(stats);
  });

  it('is refused while it runs or waits for a retry, and before queued input has been taken up', async () => {
    const states = [
      ['running', 'running'],
      ['rescheduling', 'rescheduling'],
    ] as const;
    for (const [status, shown] of states) {
      const session = await service.session();
      await service.reach(session.id, { status });
      expect(await service.refusal('sessions.archive', { path: { session_id: session.id } })).toEqual({
        status: 400,
        type: 'invalid_request_error',
        message: `Session ${session.id} cannot be archived while its status is "${shown}". Only pending or idle sessions may be archived.`,
      });
    }
    const waiting = await service.session({ initial_events: [MESSAGE] });
    expect(await service.refusal('sessions.archive', { path: { session_id: waiting.id } })).toMatchObject({
      status: 400,
    });
  });

  it('changes nothing the second time, but ends a worker that a crash has left', async () => {
    const session = await sessionWithWork();
    const crashing = failing({ work: { ...service.store.work, update: powerFails } });
    const path = { session_id: session.id };
    await expect(crashing.call('sessions.archive', { path })).rejects.toThrow('power');
    expect(await workOf(session)).toMatchObject({ state: 'queued' });
    const first = await retrieve(session.id);
    expect(await archive(session.id)).toEqual(first);
    expect(await workOf(session)).toMatchObject({ state: 'stopped' });
  });

  it('happens once, however many ask at once', async () => {
    const session = await service.session();
    const answers = await Promise.all([1, 2, 3, 4].map(() => archive(session.id)));
    expect(new Set(answers.map(({ archived_at }) => archived_at)).size).toBe(1);
  });
});

describe('deleting a session', () => {
  it('leaves no lease of a harness that came by before the record was gone', async () => {
    const { id } = await service.session();
    const ref = service.ref(id);
    const { log, sessions } = service.store;
    const late: Store['sessions'] = {
      ...sessions,
      delete: async (workspace, sessionId) => {
        await log.acquireLease(ref, 'late', 1, 2);
        await log.releaseLease(ref, 'late');
        return sessions.delete(workspace, sessionId);
      },
    };
    await failing({ sessions: late }).call('sessions.delete', { path: { session_id: id } });
    expect(await service.rowsOf(ref)).toEqual([]);
  });

  it('leaves nothing behind', async () => {
    const session = await sessionWithWork();
    await service.reach(session.id, { status: 'idle' });
    expect(await remove(session.id)).toEqual({ id: session.id, type: 'session_deleted' });
    for (const action of ['retrieve', 'update', 'archive', 'delete'] as const) {
      const refusal = await service.refusal(`sessions.${action}`, { path: { session_id: session.id }, body: {} });
      expect(refusal).toMatchObject({ status: 404, type: 'not_found_error' });
    }
    expect(await service.store.log.lastCommit(service.ref(session.id))).toBeUndefined();
    expect(await workOf(session)).toBeUndefined();
  });

  it('throws the files of a cloud sandbox away', async () => {
    const session = await service.session();
    await remove(session.id);
    expect(service.stopped).toContainEqual({ id: session.id, discard: true });
  });

  it('takes archived and terminated sessions too', async () => {
    const [archived, terminated] = [await service.session(), await service.session()];
    await archive(archived.id);
    await service.reach(terminated.id, { status: 'terminated' });
    for (const { id } of [archived, terminated]) expect(await remove(id)).toMatchObject({ type: 'session_deleted' });
  });

  it('is refused while it runs', async () => {
    const session = await service.session();
    await service.reach(session.id, { status: 'running' });
    expect(await service.refusal('sessions.delete', { path: { session_id: session.id } })).toEqual({
      status: 400,
      type: 'invalid_request_error',
      message:
        'Cannot delete session while it is running. Send an interrupt event or wait for the session to complete.',
    });
    expect((await retrieve(session.id)).archived_at).toBeNull();
  });

  it('is finished by a second delete, wherever a crash cut the first short', async () => {
    const { log, sessions, work } = service.store;
    const crashes: Partial<Store>[] = [
      { work: { ...work, delete: powerFails } },
      { log: { ...log, deleteThread: powerFails } },
      { sessions: { ...sessions, delete: powerFails } },
    ];
    for (const crash of crashes) {
      const session = await sessionWithWork();
      await service.reach(session.id, { status: 'idle', usage: EMPTY_SUMMARY.usage });
      const path = { session_id: session.id };
      await expect(failing(crash).call('sessions.delete', { path })).rejects.toThrow('power');
      expect(await retrieve(session.id)).toMatchObject({ status: 'terminated' });
      expect(await remove(session.id)).toMatchObject({ type: 'session_deleted' });
      expect(await service.refusal('sessions.retrieve', { path })).toMatchObject({ status: 404 });
      expect(await workOf(session)).toBeUndefined();
    }
  });
});
