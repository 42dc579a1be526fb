import { systemClock } from '../../runtime/contract/time';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { Service } from './service';

let service: Service;
beforeAll(async () => {
  service = await Service.open();
});
afterAll(() => service.close());

describe('the threads of a session', () => {
  it('are its primary thread, which shows neither timing nor usage before its first turn has ended', async () => {
    const session = await service.session();
    const path = { session_id: session.id, thread_id: service.ref(session.id).threadId };
    const { multiagent: _roster, ...agent } = session.agent;
    const thread = await service.call('sessions.threads.retrieve', { path });
    expect(thread).toEqual({
      id: path.thread_id,
      type: 'session_thread',
      session_id: session.id,
      parent_thread_id: null,
      workflow_run_id: null,
      status: 'idle',
      agent,
      stats: null,
      usage: null,
      created_at: session.created_at,
      updated_at: session.updated_at,
      archived_at: null,
    });
    expect(await service.call('sessions.threads.list', { path })).toEqual({ data: [thread], next_page: null });
    await service.reach(session.id, { status: 'running', runningSince: systemClock.now() });
    expect(await service.call('sessions.threads.retrieve', { path })).toMatchObject({ status: 'running', usage: null });
  });

  it('show usage without the price of running time once a turn has ended', async () => {
    const session = await service.session();
    const usage = { ...EMPTY_SUMMARY.usage, inputTokens: 3, tokenCostNanoUsd: 20_000_000 };
    await service.reach(session.id, { status: 'idle', activeMicros: 3_600_000_000, usage });
    const path = { session_id: session.id, thread_id: service.ref(session.id).threadId };
    const thread = await service.call('sessions.threads.retrieve', { path });
    expect(thread.usage).toMatchObject({ input_tokens: 3, active_seconds: 3600, list_cost: { amount: '2' } });
    expect(thread.stats).toMatchObject({ active_seconds: 3600, startup_seconds: 0 });
    const { usage: ofSession } = await service.call('sessions.retrieve', { path });
    expect(ofSession.list_cost).toEqual({ amount: '10', currency: 'USD' });
  });

  it('can be narrowed by status', async () => {
    const session = await service.session();
    const path = { session_id: session.id };
    const list = (...statuses: string[]) =>
      service.call('sessions.threads.list', { path, query: { 'statuses[]': statuses } });
    expect((await list('idle', 'running')).data).toHaveLength(1);
    expect((await list('terminated')).data).toEqual([]);
  });

  it('cannot be archived, and an unknown one is absent', async () => {
    const session = await service.session();
    const thread_id = service.ref(session.id).threadId;
    expect(await service.refusal('sessions.threads.archive', { path: { session_id: session.id, thread_id } })).toEqual({
      status: 400,
      type: 'invalid_request_error',
      message: 'The primary thread cannot be archived; archive the session instead.',
    });
    for (const operation of ['sessions.threads.archive', 'sessions.threads.retrieve'] as const) {
      const refusal = await service.refusal(operation, { path: { session_id: session.id, thread_id: 'sthr_x' } });
      expect(refusal).toMatchObject({ status: 404, type: 'not_found_error' });
    }
  });
});
