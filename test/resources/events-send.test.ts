import type { BetaManagedAgentsEventParams } from '@anthropic-ai/sdk/resources/beta/sessions/events';
import { Api } from '../http/api';
import { message, Sending, text } from './sending';

let service: Sending;
beforeAll(async () => {
  service = await Sending.open();
});
afterAll(() => service.api.close());

describe('taking events', () => {
  test('echoes them with ids in the order sent, waiting, without a key that does not apply', async () => {
    const { id } = await service.api.session();
    const { data } = await service.send(id, { type: 'user.interrupt', session_thread_id: null }, message('hello'));
    expect(data).toEqual([
      { id: expect.stringMatching(/^sevt_01\w{22}$/), type: 'user.interrupt' },
      { id: expect.stringMatching(/^sevt_01\w{22}$/), type: 'user.message', content: text('hello') },
    ]);
    expect((await service.client.beta.sessions.events.list(id)).data).toEqual(data);
  });

  test('puts a request into the inbox as one item and wakes the thread', async () => {
    const { id } = await service.api.session();
    const { ref, store } = service.api.thread(id);
    const wakes = service.api.wakes.length;
    await service.send(id, message('one'), message('two'));
    expect(await store.log.readInbox(ref)).toMatchObject([
      { entries: [{ event: { content: text('one') } }, { event: { content: text('two') } }] },
    ]);
    expect(service.api.wakes.slice(wakes)).toEqual([ref]);
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
    const { id } = await service.api.session();
    const events = [message('fine'), { type: 'user.message', content: [{ type: 'text', text: '' }] }];
    expect(await service.refused(id, events)).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: 'events.1.user_message.content.0.text: value is required',
    });
  });

  test('ends when the session is archived', async () => {
    const { id } = await service.api.session();
    await service.client.beta.sessions.archive(id);
    expect(await service.refused(id, [message('too late')])).toMatchObject({
      status: 400,
      message: expect.stringMatching(id),
    });
  });

  test('ends when the session has terminated', async () => {
    const { id } = await service.api.session();
    await service.api.thread(id).commit((builder) => {
      builder.push<'session.status_terminated'>({ type: 'session.status_terminated' });
    });
    expect(await service.refused(id, [message('too late')])).toMatchObject({ status: 400 });
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
    const { id } = await service.api.session();
    expect(await service.refused(id, [event])).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: expect.stringMatching(/^events\.0\.user_message\.content/),
    });
  });

  test('may be text, images and documents, and fields that nobody knows are left behind', async () => {
    const { id } = await service.api.session();
    const content = [
      { type: 'text', text: 'look' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      { type: 'document', title: 't', source: { type: 'text', media_type: 'text/plain', data: 'd' } },
    ];
    const event = { type: 'user.message', content: content.map((block) => ({ ...block, cache_control: 'x' })) };
    const { data } = await service.send(id, event as unknown as BetaManagedAgentsEventParams);
    expect(data).toEqual([{ id: expect.any(String), type: 'user.message', content }]);
  });
});

describe('an interrupt', () => {
  test('may name the primary thread and no other', async () => {
    const { id } = await service.api.session();
    const { threadId } = service.api.thread(id).ref;
    const { data } = await service.send(id, { type: 'user.interrupt', session_thread_id: threadId });
    expect(data).toMatchObject([{ session_thread_id: threadId }]);
    const other = { type: 'user.interrupt', session_thread_id: 'sthr_01AAAAAAAAAAAAAAAAAAAAAA' };
    expect(await service.refused(id, [other])).toMatchObject({
      status: 400,
      message: expect.stringMatching(/session_thread_id/),
    });
  });
});

describe('a system message', () => {
  const system = { type: 'system.message' as const, content: text('be brief') };

  test('stands last, after a message or alone', async () => {
    const { id } = await service.api.session();
    await service.send(id, message('x'), system);
    await service.send(id, system);
    expect(await service.refused(id, [system, message('x')])).toMatchObject({ status: 400 });
    expect(await service.refused(id, [message('x'), system, system])).toMatchObject({ status: 400 });
    expect(await service.refused(id, [message('x'), { type: 'user.interrupt' }, system])).toMatchObject({
      status: 400,
    });
  });

  test('while calls wait, only follows a result', async () => {
    const { id, uses } = await service.withCalls('cloud', { name: 'a', kind: 'custom' });
    expect(await service.refused(id, [system])).toMatchObject({ status: 400 });
    expect(await service.refused(id, [message('x'), system])).toMatchObject({ status: 400 });
    await service.send(id, { type: 'user.custom_tool_result', custom_tool_use_id: uses[0] ?? '' }, system);
  });

  test('needs a model that takes it', async () => {
    const agent = await service.client.beta.agents.create({ name: 'a', model: 'claude-haiku-4-5' });
    const environment = await service.client.beta.environments.create({ name: 'e' });
    const { id } = await service.client.beta.sessions.create({ agent: agent.id, environment_id: environment.id });
    expect(await service.refused(id, [message('x'), system])).toMatchObject({
      status: 400,
      details: { error_code: 'model_does_not_support_mid_conversation_system' },
    });
  });
});

describe('an outcome', () => {
  test('is refused, since none is served yet', async () => {
    const { id } = await service.api.session();
    const outcome = { type: 'user.define_outcome', description: 'd', rubric: { type: 'text', content: 'r' } };
    expect(await service.refused(id, [outcome])).toMatchObject({
      status: 400,
      message: expect.stringMatching(/not served/),
    });
  });
});

describe('a session at its budget’s cap', () => {
  test('takes answers and interrupts only', async () => {
    const budget = { type: 'limit' as const, max_list_cost: { amount: '1', currency: 'USD' as const } };
    const { id } = await service.api.session('cloud', { budget });
    const thread = service.api.thread(id);
    await service.send(id, message('go'));
    await thread.begin();
    await thread.commit((builder) => {
      const usage = { ...builder.summary.usage, tokenCostNanoUsd: 10_000_000 };
      builder.summary = { ...builder.summary, usage };
    });
    const [use = ''] = await thread.call({ name: 'a', kind: 'custom' });
    expect(await service.refused(id, [message('more')])).toMatchObject({
      status: 400,
      message: expect.stringMatching(/budget/),
    });
    await service.send(id, { type: 'user.custom_tool_result', custom_tool_use_id: use });
    await service.send(id, { type: 'user.interrupt' });
  });
});
