import type Anthropic from '@anthropic-ai/sdk';
import { message, Sending, text } from './sending';

let service: Sending;
beforeAll(async () => {
  service = await Sending.open();
});
afterAll(() => service.api.close());

describe('a confirmation', () => {
  const confirm = (tool_use_id: string, more = {}) => ({
    type: 'user.tool_confirmation' as const,
    tool_use_id,
    result: 'allow' as const,
    ...more,
  });

  test('is taken once for a call that asks, be the first one still waiting', async () => {
    const { id, uses } = await service.withCalls('cloud', { name: 'bash', kind: 'sandbox', ask: true });
    const [use = ''] = uses;
    const { data } = await service.send(id, confirm(use));
    expect(data).toEqual([{ id: expect.any(String), ...confirm(use) }]);
    expect(await service.refused(id, [confirm(use)])).toMatchObject({ status: 400 });
  });

  test('is refused twice in one request, for a call that does not ask, and for none', async () => {
    const { id, uses } = await service.withCalls(
      'cloud',
      { name: 'bash', kind: 'sandbox', ask: true },
      { name: 'read', kind: 'sandbox' },
    );
    const [asks = '', runs = ''] = uses;
    expect(await service.refused(id, [confirm(asks), confirm(asks)])).toMatchObject({ status: 400 });
    expect(await service.refused(id, [confirm(runs)])).toMatchObject({ status: 400 });
    expect(await service.refused(id, [confirm('sevt_x')])).toMatchObject({ status: 400 });
  });

  test('has a message only when it denies', async () => {
    const { id, uses } = await service.withCalls('cloud', { name: 'bash', kind: 'sandbox', ask: true });
    const [use = ''] = uses;
    expect(await service.refused(id, [confirm(use, { deny_message: 'no' })])).toMatchObject({ status: 400 });
    const denied = confirm(use, { result: 'deny', deny_message: 'no' });
    expect((await service.send(id, denied)).data).toMatchObject([denied]);
  });
});

describe('a custom tool’s result', () => {
  const result = (custom_tool_use_id: string, more = {}) => ({
    type: 'user.custom_tool_result' as const,
    custom_tool_use_id,
    ...more,
  });

  test('comes back processed, once for each open call', async () => {
    const { id, uses } = await service.withCalls('cloud', { name: 'a', kind: 'custom' }, { name: 'b', kind: 'custom' });
    const [first = '', second = ''] = uses;
    const sent = result(second, { content: text('done'), is_error: null });
    expect((await service.send(id, sent)).data).toEqual([
      {
        id: expect.any(String),
        type: 'user.custom_tool_result',
        custom_tool_use_id: second,
        content: text('done'),
        processed_at: expect.any(String),
      },
    ]);
    expect(await service.refused(id, [result(second)])).toMatchObject({ status: 400 });
    expect(await service.refused(id, [result(first), result(first)])).toMatchObject({ status: 400 });
    await service.send(id, result(first));
  });

  test('is refused for a call of another kind, for one that is answered, and with an empty text', async () => {
    const { id, thread, uses } = await service.withCalls(
      'cloud',
      { name: 'a', kind: 'custom' },
      { name: 'bash', kind: 'sandbox' },
    );
    const [custom = '', sandbox = ''] = uses;
    expect(await service.refused(id, [result(sandbox)])).toMatchObject({ status: 400 });
    expect(await service.refused(id, [result(custom, { content: text('') })])).toMatchObject({ status: 400 });
    await service.send(id, result(custom));
    await thread.begin();
    expect(await service.refused(id, [result(custom)])).toMatchObject({ status: 400 });
  });
});

describe('a sandbox tool’s result', () => {
  const result = (tool_use_id: string) => ({ type: 'user.tool_result' as const, tool_use_id, content: text('out') });

  test('is not a client’s to send', async () => {
    const { id, uses } = await service.withCalls('self_hosted', { name: 'bash', kind: 'sandbox' });
    expect(await service.refused(id, [message('x'), result(uses[0] ?? '')])).toMatchObject({
      status: 403,
      type: 'permission_error',
      message:
        "events[1]: `user.tool_result` may only be sent with environment credentials (the self-hosted runner's " +
        'Session-Instance JWT); an API key or Console session cannot post this event type',
    });
  });

  test('is taken from a worker of a self-hosted environment, once', async () => {
    const { id, uses, environmentId } = await service.withCalls('self_hosted', { name: 'bash', kind: 'sandbox' });
    const worker = await service.workerOf(environmentId);
    const [use = ''] = uses;
    const { data } = await worker.beta.sessions.events.send(id, { events: [result(use)] });
    expect(data).toMatchObject([{ ...result(use), processed_at: expect.any(String) }]);
    expect(await service.refused(id, [result(use)], worker)).toMatchObject({ status: 400 });
  });

  test('is taken in a cloud environment from the worker of the session alone, and shown to nobody else yet', async () => {
    const { id, uses, environmentId } = await service.withCalls('cloud', { name: 'bash', kind: 'sandbox' });
    const [use = ''] = uses;
    expect(await service.refused(id, [result(use)], await service.workerOf(environmentId))).toMatchObject({
      status: 403,
    });
    const worker = await service.itemWorkerOf(environmentId, id);
    await worker.beta.sessions.events.send(id, { events: [result(use)] });
    const types = async (as: Anthropic) =>
      (await as.beta.sessions.events.list(id)).data.map(({ type }) => type).filter((type) => type.includes('result'));
    expect(await types(service.client)).toEqual([]);
    expect(await types(worker)).toEqual(['user.tool_result']);
  });

  test('must wait until its call is allowed', async () => {
    const { id, uses, environmentId } = await service.withCalls('self_hosted', {
      name: 'bash',
      kind: 'sandbox',
      ask: true,
    });
    const worker = await service.workerOf(environmentId);
    const [use = ''] = uses;
    expect(await service.refused(id, [result(use)], worker)).toMatchObject({ status: 400 });
    await service.send(id, { type: 'user.tool_confirmation', tool_use_id: use, result: 'allow' });
    await worker.beta.sessions.events.send(id, { events: [result(use)] });
  });

  test('is, with a custom tool’s, all that a worker may send', async () => {
    const { id, uses, environmentId } = await service.withCalls(
      'self_hosted',
      { name: 'bash', kind: 'sandbox', ask: true },
      { name: 'c', kind: 'custom' },
    );
    const worker = await service.workerOf(environmentId);
    const approval = { type: 'user.tool_confirmation', tool_use_id: uses[0], result: 'allow' };
    for (const event of [approval, message('x'), { type: 'user.interrupt' }]) {
      expect(await service.refused(id, [event], worker)).toMatchObject({ status: 403 });
    }
    const own = { type: 'user.custom_tool_result' as const, custom_tool_use_id: uses[1] ?? '' };
    await worker.beta.sessions.events.send(id, { events: [own] });
  });
});
