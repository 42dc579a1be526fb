import type Anthropic from '@anthropic-ai/sdk';
import { APIError } from '@anthropic-ai/sdk';
import type { BetaManagedAgentsEventParams } from '@anthropic-ai/sdk/resources/beta/sessions/events';
import { hashOfSecret, makeSecret } from '../../runtime/resources/keys';
import { Api, WORKSPACE, type PlayedThread } from '../http/api';

let api: Api;
let client: Anthropic;
beforeAll(async () => {
  api = await Api.open();
  client = await api.client();
});
afterAll(() => api.close());

const text = (said: string) => [{ type: 'text' as const, text: said }];
const message = (said: string): BetaManagedAgentsEventParams => ({ type: 'user.message', content: text(said) });
const send = (id: string, ...events: BetaManagedAgentsEventParams[]) =>
  client.beta.sessions.events.send(id, { events });

/** How a send is refused, and that nothing of it was taken. */
async function refused(id: string, events: readonly unknown[], as: Anthropic = client) {
  const thread = api.thread(id);
  const before = await thread.store.log.readInbox(thread.ref);
  const error: unknown = await as.beta.sessions.events
    .send(id, { events: events as BetaManagedAgentsEventParams[] })
    .catch((reason: unknown) => reason);
  if (!(error instanceof APIError)) throw new Error('the events were taken');
  expect(await thread.store.log.readInbox(thread.ref)).toEqual(before);
  const body = error.error as { error: { type: string; message: string; details?: { error_code: string } } };
  return { status: error.status, ...body.error };
}

async function withCalls(
  kind: 'cloud' | 'self_hosted',
  ...calls: Parameters<PlayedThread['call']>
): Promise<{ id: string; thread: PlayedThread; environmentId: string; uses: string[] }> {
  const { id, environment_id } = await api.session(kind);
  const thread = api.thread(id);
  await send(id, message('go'));
  await thread.begin();
  return { id, thread, environmentId: environment_id, uses: await thread.call(...calls) };
}

const workerOf = async (environmentId: string) => api.client({ authToken: await api.environmentKey(environmentId) });

async function itemWorkerOf(environmentId: string, sessionId: string) {
  const token = makeSecret('session_token');
  const principal = {
    kind: 'session_token' as const,
    workspace: WORKSPACE,
    environmentId,
    sessionId,
    workId: 'work_x',
  };
  const record = { id: 'x', principal, name: null, hint: '', createdAt: 0, expiresAt: null, revokedAt: null };
  await api.store.keys.put(hashOfSecret(token), record);
  return api.client({ authToken: token });
}

describe('taking events', () => {
  test('echoes them with ids in the order sent, waiting, without a key that does not apply', async () => {
    const { id } = await api.session();
    const { data } = await send(id, { type: 'user.interrupt', session_thread_id: null }, message('hello'));
    expect(data).toEqual([
      { id: expect.stringMatching(/^sevt_01\w{22}$/), type: 'user.interrupt' },
      { id: expect.stringMatching(/^sevt_01\w{22}$/), type: 'user.message', content: text('hello') },
    ]);
    expect((await client.beta.sessions.events.list(id)).data).toEqual(data);
  });

  test('puts a request into the inbox as one item and wakes the thread', async () => {
    const { id } = await api.session();
    const { ref, store } = api.thread(id);
    const wakes = api.wakes.length;
    await send(id, message('one'), message('two'));
    expect(await store.log.readInbox(ref)).toMatchObject([
      { entries: [{ event: { content: text('one') } }, { event: { content: text('two') } }] },
    ]);
    expect(api.wakes.slice(wakes)).toEqual([ref]);
  });

  test('stands when the wake is lost, and is due', async () => {
    const lossy = await Api.open();
    const { id } = await lossy.session();
    lossy.wakes.push = () => {
      throw new Error('no wakes today');
    };
    const response = await lossy.post(`/v1/sessions/${id}/events`, { events: [message('hello')] });
    expect(response.status).toBe(200);
    const due = await lossy.store.due.due('inbox', Date.now() * 1000 + 60_000_000, 10);
    expect(due).toMatchObject([{ ref: lossy.thread(id).ref }]);
    await lossy.close();
  });

  test('is all or nothing', async () => {
    const { id } = await api.session();
    const events = [message('fine'), { type: 'user.message', content: [{ type: 'text', text: '' }] }];
    expect(await refused(id, events)).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: 'events.1.user_message.content.0.text: value is required',
    });
  });

  test('ends when the session is archived', async () => {
    const { id } = await api.session();
    await client.beta.sessions.archive(id);
    expect(await refused(id, [message('too late')])).toMatchObject({ status: 400, message: expect.stringMatching(id) });
  });

  test('ends when the session has terminated', async () => {
    const { id } = await api.session();
    await api.thread(id).commit((builder) => {
      builder.push<'session.status_terminated'>({ type: 'session.status_terminated' });
    });
    expect(await refused(id, [message('too late')])).toMatchObject({ status: 400 });
  });
});

describe('the content of a message', () => {
  const image = (source: unknown) => ({ type: 'user.message', content: [{ type: 'image', source }] });
  const document = (source: unknown) => ({ type: 'user.message', content: [{ type: 'document', source }] });

  test.each([
    ['no blocks', { type: 'user.message', content: [] }],
    ['a redacted block', { type: 'user.message', content: [{ type: 'redacted' }] }],
    ['an unknown block', { type: 'user.message', content: [{ type: 'video' }] }],
    ['a search result', { type: 'user.message', content: [{ type: 'search_result', source: 's', title: 't' }] }],
    ['an image of an unknown type', image({ type: 'base64', media_type: 'image/tiff', data: 'AAAA' })],
    ['an image that is not base64', image({ type: 'base64', media_type: 'image/png', data: '!' })],
    ['an image cut off', image({ type: 'base64', media_type: 'image/png', data: 'AAAAA' })],
    ['an image of no web address', image({ type: 'url', url: 'file:///etc/passwd' })],
    ['an image of no file', image({ type: 'file', file_id: 'file_011CNha8iCJcU1wXNR6q4V8w' })],
    ['a document of no file', document({ type: 'file', file_id: 'file_011CNha8iCJcU1wXNR6q4V8w' })],
    ['a document of an unknown type', document({ type: 'base64', media_type: 'text/html', data: 'AAAA' })],
  ])('with %s is refused, and the path says where', async (_, event) => {
    const { id } = await api.session();
    expect(await refused(id, [event])).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: expect.stringMatching(/^events\.0\.user_message\.content/),
    });
  });

  test('may be text, images and documents, and fields that nobody knows are left behind', async () => {
    const { id } = await api.session();
    const content = [
      { type: 'text', text: 'look' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      { type: 'document', title: 't', source: { type: 'text', media_type: 'text/plain', data: 'd' } },
    ];
    const event = { type: 'user.message', content: content.map((block) => ({ ...block, cache_control: 'x' })) };
    const { data } = await send(id, event as unknown as BetaManagedAgentsEventParams);
    expect(data).toEqual([{ id: expect.any(String), type: 'user.message', content }]);
  });
});

describe('an interrupt', () => {
  test('may name the primary thread and no other', async () => {
    const { id } = await api.session();
    const { threadId } = api.thread(id).ref;
    const { data } = await send(id, { type: 'user.interrupt', session_thread_id: threadId });
    expect(data).toMatchObject([{ session_thread_id: threadId }]);
    const other = { type: 'user.interrupt', session_thread_id: 'sthr_01AAAAAAAAAAAAAAAAAAAAAA' };
    expect(await refused(id, [other])).toMatchObject({
      status: 400,
      message: expect.stringMatching(/session_thread_id/),
    });
  });
});

describe('a confirmation', () => {
  const confirm = (tool_use_id: string, more = {}) => ({
    type: 'user.tool_confirmation' as const,
    tool_use_id,
    result: 'allow' as const,
    ...more,
  });

  test('is taken once for a call that asks, be the first one still waiting', async () => {
    const { id, uses } = await withCalls('cloud', { name: 'bash', kind: 'sandbox', ask: true });
    const [use = ''] = uses;
    const { data } = await send(id, confirm(use));
    expect(data).toEqual([{ id: expect.any(String), ...confirm(use) }]);
    expect(await refused(id, [confirm(use)])).toMatchObject({ status: 400 });
  });

  test('is refused twice in one request, for a call that does not ask, and for none', async () => {
    const { id, uses } = await withCalls(
      'cloud',
      { name: 'bash', kind: 'sandbox', ask: true },
      { name: 'read', kind: 'sandbox' },
    );
    const [asks = '', runs = ''] = uses;
    expect(await refused(id, [confirm(asks), confirm(asks)])).toMatchObject({ status: 400 });
    expect(await refused(id, [confirm(runs)])).toMatchObject({ status: 400 });
    expect(await refused(id, [confirm('sevt_x')])).toMatchObject({ status: 400 });
  });

  test('has a message only when it denies', async () => {
    const { id, uses } = await withCalls('cloud', { name: 'bash', kind: 'sandbox', ask: true });
    const [use = ''] = uses;
    expect(await refused(id, [confirm(use, { deny_message: 'no' })])).toMatchObject({ status: 400 });
    const denied = confirm(use, { result: 'deny', deny_message: 'no' });
    expect((await send(id, denied)).data).toMatchObject([denied]);
  });
});

describe('a custom tool’s result', () => {
  const result = (custom_tool_use_id: string, more = {}) => ({
    type: 'user.custom_tool_result' as const,
    custom_tool_use_id,
    ...more,
  });

  test('comes back processed, once for each open call', async () => {
    const { id, uses } = await withCalls('cloud', { name: 'a', kind: 'custom' }, { name: 'b', kind: 'custom' });
    const [first = '', second = ''] = uses;
    const sent = result(second, { content: text('done'), is_error: null });
    expect((await send(id, sent)).data).toEqual([
      {
        id: expect.any(String),
        type: 'user.custom_tool_result',
        custom_tool_use_id: second,
        content: text('done'),
        processed_at: expect.any(String),
      },
    ]);
    expect(await refused(id, [result(second)])).toMatchObject({ status: 400 });
    expect(await refused(id, [result(first), result(first)])).toMatchObject({ status: 400 });
    await send(id, result(first));
  });

  test('is refused for a call of another kind, for one that is answered, and with an empty text', async () => {
    const { id, thread, uses } = await withCalls(
      'cloud',
      { name: 'a', kind: 'custom' },
      { name: 'bash', kind: 'sandbox' },
    );
    const [custom = '', sandbox = ''] = uses;
    expect(await refused(id, [result(sandbox)])).toMatchObject({ status: 400 });
    expect(await refused(id, [result(custom, { content: text('') })])).toMatchObject({ status: 400 });
    await send(id, result(custom));
    await thread.begin();
    expect(await refused(id, [result(custom)])).toMatchObject({ status: 400 });
  });
});

describe('a sandbox tool’s result', () => {
  const result = (tool_use_id: string) => ({ type: 'user.tool_result' as const, tool_use_id, content: text('out') });

  test('is not a client’s to send', async () => {
    const { id, uses } = await withCalls('self_hosted', { name: 'bash', kind: 'sandbox' });
    expect(await refused(id, [message('x'), result(uses[0] ?? '')])).toMatchObject({
      status: 403,
      type: 'permission_error',
      message:
        "events[1]: `user.tool_result` may only be sent with environment credentials (the self-hosted runner's " +
        'Session-Instance JWT); an API key or Console session cannot post this event type',
    });
  });

  test('is taken from a worker of a self-hosted environment, once', async () => {
    const { id, uses, environmentId } = await withCalls('self_hosted', { name: 'bash', kind: 'sandbox' });
    const worker = await workerOf(environmentId);
    const [use = ''] = uses;
    const { data } = await worker.beta.sessions.events.send(id, { events: [result(use)] });
    expect(data).toMatchObject([{ ...result(use), processed_at: expect.any(String) }]);
    expect(await refused(id, [result(use)], worker)).toMatchObject({ status: 400 });
  });

  test('is taken in a cloud environment from the worker of the session alone, and shown to nobody else yet', async () => {
    const { id, uses, environmentId } = await withCalls('cloud', { name: 'bash', kind: 'sandbox' });
    const [use = ''] = uses;
    expect(await refused(id, [result(use)], await workerOf(environmentId))).toMatchObject({ status: 403 });
    const worker = await itemWorkerOf(environmentId, id);
    await worker.beta.sessions.events.send(id, { events: [result(use)] });
    const types = async (as: Anthropic) =>
      (await as.beta.sessions.events.list(id)).data.map(({ type }) => type).filter((type) => type.includes('result'));
    expect(await types(client)).toEqual([]);
    expect(await types(worker)).toEqual(['user.tool_result']);
  });

  test('must wait until its call is allowed', async () => {
    const { id, uses, environmentId } = await withCalls('self_hosted', { name: 'bash', kind: 'sandbox', ask: true });
    const worker = await workerOf(environmentId);
    const [use = ''] = uses;
    expect(await refused(id, [result(use)], worker)).toMatchObject({ status: 400 });
    await send(id, { type: 'user.tool_confirmation', tool_use_id: use, result: 'allow' });
    await worker.beta.sessions.events.send(id, { events: [result(use)] });
  });

  test('is, with a custom tool’s, all that a worker may send', async () => {
    const { id, uses, environmentId } = await withCalls(
      'self_hosted',
      { name: 'bash', kind: 'sandbox', ask: true },
      { name: 'c', kind: 'custom' },
    );
    const worker = await workerOf(environmentId);
    const approval = { type: 'user.tool_confirmation', tool_use_id: uses[0], result: 'allow' };
    for (const event of [approval, message('x'), { type: 'user.interrupt' }]) {
      expect(await refused(id, [event], worker)).toMatchObject({ status: 403 });
    }
    const own = { type: 'user.custom_tool_result' as const, custom_tool_use_id: uses[1] ?? '' };
    await worker.beta.sessions.events.send(id, { events: [own] });
  });
});

describe('a system message', () => {
  const system = { type: 'system.message' as const, content: text('be brief') };

  test('stands last, after a message or alone', async () => {
    const { id } = await api.session();
    await send(id, message('x'), system);
    await send(id, system);
    expect(await refused(id, [system, message('x')])).toMatchObject({ status: 400 });
    expect(await refused(id, [message('x'), system, system])).toMatchObject({ status: 400 });
    expect(await refused(id, [message('x'), { type: 'user.interrupt' }, system])).toMatchObject({ status: 400 });
  });

  test('while calls wait, only follows a result', async () => {
    const { id, uses } = await withCalls('cloud', { name: 'a', kind: 'custom' });
    expect(await refused(id, [system])).toMatchObject({ status: 400 });
    expect(await refused(id, [message('x'), system])).toMatchObject({ status: 400 });
    await send(id, { type: 'user.custom_tool_result', custom_tool_use_id: uses[0] ?? '' }, system);
  });

  test('needs a model that takes it', async () => {
    const agent = await client.beta.agents.create({ name: 'a', model: 'claude-haiku-4-5' });
    const environment = await client.beta.environments.create({ name: 'e' });
    const { id } = await client.beta.sessions.create({ agent: agent.id, environment_id: environment.id });
    expect(await refused(id, [message('x'), system])).toMatchObject({
      status: 400,
      details: { error_code: 'model_does_not_support_mid_conversation_system' },
    });
  });
});

describe('an outcome', () => {
  test('is refused, since none is served yet', async () => {
    const { id } = await api.session();
    const outcome = { type: 'user.define_outcome', description: 'd', rubric: { type: 'text', content: 'r' } };
    expect(await refused(id, [outcome])).toMatchObject({ status: 400, message: expect.stringMatching(/not served/) });
  });
});

describe('a session at its budget’s cap', () => {
  test('takes answers and interrupts only', async () => {
    const budget = { type: 'limit' as const, max_list_cost: { amount: '1', currency: 'USD' as const } };
    const { id } = await api.session('cloud', { budget });
    const thread = api.thread(id);
    await send(id, message('go'));
    await thread.begin();
    await thread.commit((builder) => {
      const usage = { ...builder.summary.usage, tokenCostNanoUsd: 10_000_000 };
      builder.summary = { ...builder.summary, usage };
    });
    const [use = ''] = await thread.call({ name: 'a', kind: 'custom' });
    expect(await refused(id, [message('more')])).toMatchObject({
      status: 400,
      message: expect.stringMatching(/budget/),
    });
    await send(id, { type: 'user.custom_tool_result', custom_tool_use_id: use });
    await send(id, { type: 'user.interrupt' });
  });
});
