import type { InboxEntry } from '../../runtime/store/records';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { Service } from './service';

let service: Service;
beforeAll(async () => {
  service = await Service.open();
});
afterAll(() => service.close());

const update = (session_id: string, body: Record<string, unknown>) =>
  service.call('sessions.update', { path: { session_id }, body });
const refusalOf = (session_id: string, body: Record<string, unknown>) =>
  service.refusal('sessions.update', { path: { session_id }, body });

/** What the thread has been told, in order. */
async function signals(sessionId: string) {
  const items = await service.store.log.readInbox(service.ref(sessionId));
  return items.flatMap(({ entries }) => entries.map((entry: InboxEntry) => entry.signal));
}

const budget = (amount: string) => ({ type: 'limit', max_list_cost: { amount, currency: 'USD' } });
const CENT = 10_000_000;
/** A log that has consumed so many cents. */
const spent = (cents: number) => ({ usage: { ...EMPTY_SUMMARY.usage, tokenCostNanoUsd: cents * CENT } });
const MESSAGE = { type: 'user.message', content: [{ type: 'text', text: 'hello' }] };
const TOOLSET = { type: 'agent_toolset_20260401' };

describe('updating a session', () => {
  it('changes title and metadata, and tells the thread the changed fields alone', async () => {
    const session = await service.session({ title: 'old', metadata: { a: '1', b: '2' } });
    const next = await update(session.id, { title: 'new' });
    expect(next).toMatchObject({ title: 'new', metadata: { a: '1', b: '2' } });
    expect(Date.parse(next.updated_at)).toBeGreaterThanOrEqual(Date.parse(session.updated_at));
    await update(session.id, { metadata: { a: null, c: '3' }, title: 'new' });
    const id = expect.stringMatching(/^sevt_/);
    expect(await signals(session.id)).toEqual([
      { type: 'session_updated', event: { id, type: 'session.updated', title: 'new' } },
      { type: 'session_updated', event: { id, type: 'session.updated', metadata: { b: '2', c: '3' } } },
    ]);
    expect(service.wakes.at(-1)).toEqual(service.ref(session.id));
  });

  it('clears the title by null, and says nothing of metadata that is empty now', async () => {
    const session = await service.session({ title: 't', metadata: { a: '1' } });
    expect(await update(session.id, { title: null, metadata: { a: null } })).toMatchObject({
      title: null,
      metadata: {},
    });
    expect(await signals(session.id)).toEqual([
      { type: 'session_updated', event: { id: expect.any(String), type: 'session.updated', title: null } },
    ]);
  });

  it('tells nobody of an update that changes nothing', async () => {
    const session = await service.session({ title: 't', metadata: { a: '1' } });
    const { stats: _before, ...same } = session;
    expect(await update(session.id, { title: 't', metadata: { a: '1' }, budget: null, agent: {} })).toMatchObject(same);
    expect(await signals(session.id)).toEqual([]);
  });

  it('refuses vaults, which can be attached only when a session is created', async () => {
    const session = await service.session();
    const refusal = await refusalOf(session.id, { vault_ids: [], title: 'x' });
    expect(refusal).toMatchObject({ status: 400, message: 'vault_ids: Not yet supported' });
    expect((await service.record(session.id)).title).toBeNull();
  });

  it('loses no update, however many write at once', async () => {
    const session = await service.session();
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    await Promise.all(keys.map((key) => update(session.id, { metadata: { [key]: key } })));
    expect(Object.keys((await service.record(session.id)).metadata).toSorted()).toEqual(keys);
    expect(await signals(session.id)).toHaveLength(keys.length);
  });
});

describe('updating the agent of a session', () => {
  it('replaces tools and servers whole, for this session alone, and announces the full agent', async () => {
    const session = await service.session();
    const mcp_servers = [{ type: 'url', name: 'w', url: 'https://w.example.com' }];
    const tools = [TOOLSET, { type: 'mcp_toolset', mcp_server_name: 'w' }];
    const { agent } = await update(session.id, { agent: { tools, mcp_servers } });
    expect(agent).toMatchObject({ version: 1, mcp_servers, tools: [{ configs: [] }, { mcp_server_name: 'w' }] });
    expect(await signals(session.id)).toEqual([
      { type: 'session_updated', event: { id: expect.any(String), type: 'session.updated', agent } },
    ]);
    const base = await service.call('agents.retrieve', { path: { agent_id: session.agent.id } });
    expect(base.tools).toEqual([]);
    expect(await refusalOf(session.id, { agent: { mcp_servers: [] } })).toMatchObject({ status: 400 });
    expect((await update(session.id, { agent: { mcp_servers: null, tools: null } })).agent.tools).toEqual([]);
  });

  it('is refused unless the session is idle, also when input is about to make it run', async () => {
    const waiting = await service.session({ initial_events: [MESSAGE] });
    const running = await service.session();
    await service.reach(running.id, { status: 'running' });
    for (const { id } of [waiting, running]) {
      expect(await refusalOf(id, { agent: { tools: [TOOLSET] } })).toEqual({
        status: 400,
        type: 'invalid_request_error',
        message: `Session ${id} cannot change its agent while its status is "running". It must be idle.`,
      });
      expect(await update(id, { title: 'still allowed' })).toMatchObject({ title: 'still allowed' });
    }
  });

  it('respects the network that the session captured', async () => {
    const environment = await service.call('environments.create', {
      body: { name: 'e', config: { type: 'cloud', networking: { type: 'limited' } } },
    });
    const session = await service.session({ environment_id: environment.id });
    const mcp_servers = [{ type: 'url', name: 'w', url: 'https://w.example.com' }];
    const tools = [{ type: 'mcp_toolset', mcp_server_name: 'w' }];
    const refusal = await refusalOf(session.id, { agent: { tools, mcp_servers } });
    expect(refusal.message).toContain('MCP server host(s) blocked by environment network policy: "w" (w.example.com).');
  });
});

describe('updating the budget of a session', () => {
  it('cannot add one', async () => {
    const session = await service.session();
    expect(await refusalOf(session.id, { budget: budget('100') })).toMatchObject({
      status: 400,
      code: 'budget_create_only',
    });
  });

  it('takes any cap above what is consumed, and none at or below', async () => {
    const session = await service.session({ budget: budget('2500') });
    await service.reach(session.id, spent(100));
    for (const amount of ['99', '100']) {
      expect(await refusalOf(session.id, { budget: budget(amount) })).toEqual({
        status: 400,
        type: 'invalid_request_error',
        code: 'budget_not_raised',
        message: "budget.max_list_cost must be greater than the session's consumed list cost",
      });
    }
    expect((await update(session.id, { budget: budget('101') })).budget).toEqual(budget('101'));
  });

  it('can be removed while the session runs, and then stays removed', async () => {
    const session = await service.session({ budget: budget('2500') });
    await service.reach(session.id, { status: 'running' });
    expect((await update(session.id, { budget: null })).budget).toBeNull();
    expect(await signals(session.id)).toMatchObject([{ event: { type: 'session.updated', budget: null } }]);
    expect(await refusalOf(session.id, { budget: budget('9999') })).toMatchObject({ code: 'budget_create_only' });
  });

  it('wakes a thread at its cap even when a repeated update finds nothing to change', async () => {
    const session = await service.session({ budget: budget('200') });
    await service.reach(session.id, { ...spent(150), stopReason: { type: 'budget_reached' }, modelOwes: true });
    const crashing = service.with({
      store: {
        ...service.store,
        log: { ...service.store.log, accept: () => Promise.reject(new Error('the power is gone')) },
      },
    });
    const request = { path: { session_id: session.id }, body: { budget: budget('300') } };
    await expect(crashing.call('sessions.update', request)).rejects.toThrow('power');
    const before = service.wakes.length;
    expect((await service.call('sessions.update', request)).budget).toEqual(budget('300'));
    expect(service.wakes.slice(before)).toEqual([service.ref(session.id)]);
  });

  it('does not touch a session that has terminated', async () => {
    const session = await service.session({ budget: budget('200') });
    await service.reach(session.id, { status: 'terminated' });
    expect(await refusalOf(session.id, { budget: budget('300') })).toMatchObject({ status: 400 });
    expect(await update(session.id, { title: 'for the record' })).toMatchObject({ title: 'for the record' });
  });
});

describe('upgrading a session', () => {
  const first = { harness: '1', sandbox: { task: 'task:1', systemTask: 'system:1' } };
  const second = { harness: '2', sandbox: { task: 'task:2', systemTask: 'system:2' } };
  const upgrade = (on: Service, session_id: string, runtime = 'latest') =>
    on.call('sessions.update', { path: { session_id }, query: { runtime }, body: {} });
  const stored = async (id: string) => (await service.store.sessions.get('home', id))?.runtime;

  it('moves it to what new sessions begin with, and records that in its log', async () => {
    const before = service.with({ runtime: first });
    const after = service.with({ runtime: second });
    const old = await before.session();
    const young = await after.session();
    expect([await stored(old.id), await stored(young.id)]).toEqual([first, second]);
    await update(old.id, { title: 'renamed' });
    expect(await stored(old.id)).toEqual(first);
    await upgrade(after, old.id);
    expect(await stored(old.id)).toEqual(second);
    expect((await signals(old.id)).at(-1)).toEqual({
      type: 'session_updated',
      event: { id: expect.any(String), type: 'session.updated' },
      runtime: second,
    });
  });

  it('changes nothing where it has the latest already, or where there is only one', async () => {
    const session = await service.with({ runtime: first }).session();
    await upgrade(service.with({ runtime: first }), session.id);
    await upgrade(service, session.id);
    expect(await signals(session.id)).toEqual([]);
    expect(await stored(session.id)).toEqual(first);
  });

  it('is refused for any other name', async () => {
    const { id } = await service.session();
    await expect(upgrade(service, id, 'oldest')).rejects.toThrow('runtime: must be `latest`');
  });
});
