import { toTimestamp } from '../../runtime/contract/time';
import type { SessionRecord } from '../../runtime/store/records';
import { environmentKey, operator, sessionToken, tokenOf, WorkWorld } from './work-world';

let world: WorkWorld;
let session: SessionRecord;
let environment: { environment_id: string };

beforeAll(async () => void (world = await WorkWorld.open()));
afterAll(() => world.close());
beforeEach(async () => {
  session = await world.session('self_hosted');
  environment = { environment_id: session.environmentId };
});

const poll = (query: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  world.call('environments.work.poll', { path: environment, query, headers });
const item = (work_id: string) => ({ ...environment, work_id });
const beat = (id: string, query: Record<string, string> = {}) =>
  world.call('environments.work.heartbeat', { path: item(id), query });

/** An item in a worker's hands: acknowledged and beating. */
async function active(): Promise<{ id: string; last: string }> {
  await world.queue.want(session);
  const work = await poll();
  const id = work?.id ?? '';
  await world.call('environments.work.ack', { path: item(id) });
  const { last_heartbeat } = await beat(id, { expected_last_heartbeat: 'NO_HEARTBEAT' });
  return { id, last: last_heartbeat };
}

describe('a poll', () => {
  it('answers null where nothing waits', async () => {
    expect(await poll()).toBeNull();
  });

  it('hands out an item with a secret that holds a working token', async () => {
    await world.queue.want(session);
    const work = await poll();
    expect(work).toMatchObject({
      id: expect.stringMatching(/^work_01/) as string,
      type: 'work',
      environment_id: session.environmentId,
      data: { type: 'session', id: session.id },
      state: 'queued',
      metadata: {},
      acknowledged_at: null,
      latest_heartbeat_at: null,
      stop_requested_at: null,
      stopped_at: null,
    });
    expect(work?.started_at).toBe(work?.created_at);
    expect(tokenOf(work?.secret ?? '').sessions_token).toMatch(/^sk-ant-req-/);
    expect(await world.works(work?.secret ?? '')).toBe(true);
  });

  it('reserves what it hands out, and offers it again when it was not acknowledged', async () => {
    await world.queue.want(session);
    const first = await poll();
    expect(await poll()).toBeNull();
    world.pass(4);
    expect(await poll()).toBeNull();
    expect((await poll({ reclaim_older_than_ms: '1000' }))?.id).toBe(first?.id);
    world.pass(6);
    const third = await poll();
    expect(third?.id).toBe(first?.id);
    expect(await world.works(first?.secret ?? '')).toBe(false);
    expect(await world.works(third?.secret ?? '')).toBe(true);
  });

  it('hands out the oldest first, and each item to one of many', async () => {
    const others = [await world.session('self_hosted', session.environmentId)];
    others.push(await world.session('self_hosted', session.environmentId));
    for (const one of [session, ...others]) await world.queue.want(one);
    const got = await Promise.all(Array.from({ length: 6 }, () => poll()));
    const ids = got.flatMap((work) => (work ? [work.data.id] : []));
    expect(ids.toSorted()).toEqual([session, ...others].map(({ id }) => id).toSorted());
  });

  it('waits for work to arrive, as long as it was told to', async () => {
    const waiting = poll({ block_ms: '999' });
    await world.queue.want(session);
    expect((await waiting)?.data.id).toBe(session.id);
  });

  it.each([
    ['0', 'less than the least'],
    ['1000', 'more than the most'],
  ])('refuses block_ms=%s', async (block_ms) => {
    const refusal = await world.refusal('environments.work.poll', { path: environment, query: { block_ms } });
    expect(refusal).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(refusal.message).toContain('block_ms');
  });

  it('is refused for a cloud environment', async () => {
    const cloud = await world.session('cloud');
    const path = { environment_id: cloud.environmentId };
    expect(await world.refusal('environments.work.poll', { path })).toMatchObject({ status: 400 });
  });

  it('takes environment keys alone, and only of that environment', async () => {
    expect(await world.refusal('environments.work.poll', { path: environment, as: operator })).toMatchObject({
      status: 403,
      type: 'permission_error',
    });
    const as = environmentKey('env_01another');
    expect(await world.refusal('environments.work.poll', { path: environment, as })).toEqual({
      status: 403,
      type: 'permission_error',
      message: 'Token not authorized for this environment',
    });
  });
});

describe('an acknowledgement', () => {
  it('takes the item out of the queue', async () => {
    await world.queue.want(session);
    const id = (await poll())?.id ?? '';
    const work = await world.call('environments.work.ack', { path: item(id) });
    expect(work).toMatchObject({ state: 'starting', secret: null });
    expect(work.acknowledged_at).not.toBeNull();
    world.pass(30);
    expect(await poll()).toBeNull();
  });

  it('is refused when the item is not queued, in the recorded words', async () => {
    const { id } = await active();
    expect(await world.refusal('environments.work.ack', { path: item(id) })).toEqual({
      status: 409,
      type: 'invalid_request_error',
      message: `Work item ${session.id} must be in QUEUED state to acknowledge. Current state: active.`,
    });
  });

  it('is 404 for an item that is not there', async () => {
    expect(await world.refusal('environments.work.ack', { path: item('work_01nothing') })).toMatchObject({
      status: 404,
      type: 'not_found_error',
    });
  });
});

describe('a heartbeat', () => {
  it('claims the lease with NO_HEARTBEAT and extends it with the value of the last one', async () => {
    const { id, last } = await active();
    expect(await world.work(session)).toMatchObject({
      state: 'active',
      latestHeartbeatAt: expect.any(Number) as number,
    });
    const next = await beat(id, { expected_last_heartbeat: last });
    expect(next).toMatchObject({ type: 'work_heartbeat', lease_extended: true, state: 'active', ttl_seconds: 60 });
    expect(next.last_heartbeat).not.toBe(last);
  });

  it('without an expectation claims a free lease and extends a held one', async () => {
    await world.queue.want(session);
    const id = (await poll())?.id ?? '';
    await world.call('environments.work.ack', { path: item(id) });
    expect(await beat(id)).toMatchObject({ lease_extended: true, state: 'active' });
    expect(await beat(id)).toMatchObject({ lease_extended: true, state: 'active' });
  });

  it('is refused with the lease as it is when another has beaten since', async () => {
    const { id, last } = await active();
    const refusal = await world.refusal('environments.work.heartbeat', {
      path: item(id),
      query: { expected_last_heartbeat: 'NO_HEARTBEAT' },
    });
    expect(refusal).toEqual({
      status: 412,
      type: 'invalid_request_error',
      message: `Heartbeat precondition failed: expected NO_HEARTBEAT, actual was ${last}`,
      details: {
        error_code: 'heartbeat_precondition_failed',
        current_state: { state: 'active', last_heartbeat: last, lease_extended: false, ttl_seconds: 60 },
      },
    });
  });

  it('is refused when nobody has beaten and a value was expected', async () => {
    await world.queue.want(session);
    const id = (await poll())?.id ?? '';
    const expected = toTimestamp(world.now);
    const refusal = await world.refusal('environments.work.heartbeat', {
      path: item(id),
      query: { expected_last_heartbeat: expected },
    });
    expect(refusal.message).toBe(`Heartbeat precondition failed: expected ${expected}, actual was NO_HEARTBEAT`);
    expect(refusal.details?.current_state).toMatchObject({ state: 'queued', last_heartbeat: null });
  });

  it('gives the lease the length that was asked for, within bounds', async () => {
    const { id } = await active();
    expect(await beat(id, { desired_ttl_seconds: '120' })).toMatchObject({ ttl_seconds: 120 });
    expect(await beat(id, { desired_ttl_seconds: '86400' })).toMatchObject({ ttl_seconds: 600 });
    expect(await beat(id, { desired_ttl_seconds: '1' })).toMatchObject({ ttl_seconds: 5 });
  });

  it.each([
    [false, 'stopping'],
    [true, 'stopped'],
  ])('compares nothing and extends nothing after a stop with force=%s', async (force, state) => {
    const { id, last } = await active();
    await world.call('environments.work.stop', { path: item(id), body: { force }, as: operator });
    expect(await beat(id, { expected_last_heartbeat: 'whatever' })).toEqual({
      type: 'work_heartbeat',
      last_heartbeat: last,
      lease_extended: false,
      state,
      ttl_seconds: 60,
    });
  });

  it('lets one of two workers have a lease that both claim', async () => {
    await world.queue.want(session);
    const id = (await poll())?.id ?? '';
    const claims = Array.from({ length: 4 }, () => beat(id, { expected_last_heartbeat: 'NO_HEARTBEAT' }));
    const results = await Promise.allSettled(claims);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('takes the token of its item and of no other', async () => {
    const { id } = await active();
    const work = await world.work(session);
    const path = item(id);
    await world.call('environments.work.heartbeat', { path, as: sessionToken(work) });
    const as = sessionToken({ ...work, id: 'work_01another' });
    expect(await world.refusal('environments.work.heartbeat', { path, as })).toMatchObject({ status: 403 });
  });
});

describe('a stop', () => {
  it('with force ends the item at once', async () => {
    const { id } = await active();
    const work = await world.call('environments.work.stop', { path: item(id), body: { force: true } });
    expect(work).toMatchObject({ state: 'stopped' });
    expect(work.stopped_at).not.toBeNull();
    expect(work.stop_requested_at).not.toBeNull();
  });

  it('without force asks the worker to end it', async () => {
    const { id } = await active();
    const work = await world.call('environments.work.stop', { path: item(id), body: {} });
    expect(work).toMatchObject({ state: 'stopping', stopped_at: null });
    const forced = await world.call('environments.work.stop', { path: item(id), body: { force: true } });
    expect(forced.state).toBe('stopped');
  });

  it('is 409 for what is past already', async () => {
    const { id } = await active();
    const path = item(id);
    await world.call('environments.work.stop', { path, body: {} });
    expect(await world.refusal('environments.work.stop', { path, body: {} })).toMatchObject({
      status: 409,
      type: 'invalid_request_error',
    });
    await world.call('environments.work.stop', { path, body: { force: true } });
    expect(await world.refusal('environments.work.stop', { path, body: { force: true } })).toMatchObject({
      status: 409,
    });
  });

  it('of an item that nobody has taken needs nobody to end it', async () => {
    await world.queue.want(session);
    const { id } = await world.work(session);
    const work = await world.call('environments.work.stop', { path: item(id), body: {}, as: operator });
    expect(work.state).toBe('stopped');
    expect(await poll()).toBeNull();
  });
});

describe('what operators see', () => {
  it('counts what waits, what was handed out, and the workers of the last 30 seconds', async () => {
    const other = await world.session('self_hosted', session.environmentId);
    const stats = () => world.call('environments.work.stats', { path: environment, as: operator });
    const none = { depth: 0, pending: 0, oldest_queued_at: null, workers_polling: 0 };
    expect(await stats()).toEqual({ type: 'work_queue_stats', ...none });
    await world.queue.want(session);
    await world.queue.want(other);
    await poll({}, { 'Anthropic-Worker-ID': 'w1' });
    await poll({}, { 'Anthropic-Worker-ID': 'w2' });
    await poll({}, { 'Anthropic-Worker-ID': 'w2' });
    const oldest = toTimestamp((await world.work(session)).startedAt ?? 0);
    expect(await stats()).toMatchObject({ depth: 0, pending: 2, oldest_queued_at: oldest, workers_polling: 2 });
    world.pass(31);
    expect(await stats()).toMatchObject({ workers_polling: 0 });
  });

  it('knows of no workers that poll a cloud environment', async () => {
    const cloud = await world.session('cloud');
    const path = { environment_id: cloud.environmentId };
    expect(await world.call('environments.work.stats', { path, as: operator })).toMatchObject({
      workers_polling: null,
    });
  });

  it('lists the items newest first, page by page, without their secrets', async () => {
    const sessions = [session];
    for (let i = 0; i < 2; i += 1) sessions.push(await world.session('self_hosted', session.environmentId));
    for (const one of sessions) await world.queue.want(one);
    const list = (query: Record<string, string>) => world.call('environments.work.list', { path: environment, query });
    const first = await list({ limit: '2' });
    const second = await list({ limit: '2', page: first.next_page ?? '' });
    expect([...first.data, ...second.data].map(({ data }) => data.id)).toEqual(
      sessions.map(({ id }) => id).toReversed(),
    );
    expect(second.next_page).toBeNull();
    expect(first.data.every(({ secret }) => secret === null)).toBe(true);
  });

  it('reads an item and merges its metadata', async () => {
    await world.queue.want(session);
    const { id } = await world.work(session);
    const path = item(id);
    const update = (metadata: Record<string, string | null>) =>
      world.call('environments.work.update', { path, body: { metadata }, as: operator });
    await update({ a: '1', b: '2' });
    await update({ a: null, c: '3' });
    const read = await world.call('environments.work.retrieve', { path, as: operator });
    expect(read).toMatchObject({ id, metadata: { b: '2', c: '3' }, secret: null });
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, '']));
    expect(
      await world.refusal('environments.work.update', { path, body: { metadata: many }, as: operator }),
    ).toMatchObject({ status: 400, details: { error_code: 'invalid_metadata' } });
  });

  it.each(['environments.work.retrieve', 'environments.work.update'] as const)(
    '%s is refused to an environment key',
    async (operation) => {
      await world.queue.want(session);
      const { id } = await world.work(session);
      const body = operation === 'environments.work.update' ? { metadata: {} } : undefined;
      expect(await world.refusal(operation, { path: item(id), body })).toMatchObject({
        status: 403,
        type: 'permission_error',
      });
    },
  );

  it('is nothing of another workspace', async () => {
    await world.queue.want(session);
    const { id } = await world.work(session);
    const as = { ...operator, workspace: 'elsewhere' };
    const absent = { status: 404, type: 'not_found_error' };
    expect(await world.refusal('environments.work.retrieve', { path: item(id), as })).toMatchObject(absent);
    expect(await world.refusal('environments.work.stats', { path: environment, as })).toMatchObject(absent);
    expect(await world.refusal('environments.work.stop', { path: item(id), body: {}, as })).toMatchObject(absent);
  });
});
