import { Api, WORKSPACE } from './api';

let api: Api;
beforeAll(async () => {
  api = await Api.open();
});
afterAll(() => api.close());

interface Refusal {
  readonly type: string;
  readonly error: { readonly type: string; readonly message: string };
  readonly request_id: string;
}

async function refusal(response: Response) {
  const body = (await response.json()) as Refusal;
  return { status: response.status, type: body.error.type, message: body.error.message };
}

describe('every answer', () => {
  test('carries a request id, which an error repeats in its envelope', async () => {
    const found = await api.fetch('/v1/agents');
    expect(found.headers.get('request-id')).toMatch(/^req_01\w{22}$/);
    const absent = await api.fetch('/v1/agents/agent_x');
    expect(await absent.json()).toEqual({
      type: 'error',
      error: { type: 'not_found_error', message: expect.any(String) },
      request_id: absent.headers.get('request-id'),
    });
  });

  test('says that a refusal need not be tried again', async () => {
    expect((await api.fetch('/v1/agents/agent_x')).headers.get('x-should-retry')).toBe('false');
    expect((await api.fetch('/v1/agents')).headers.get('x-should-retry')).toBeNull();
  });
});

describe('the order of checks', () => {
  test('is route, credential, workspace, input', async () => {
    const headers = { 'anthropic-workspace-id': 'nonsense' };
    const everythingWrong = { method: 'POST', body: '{', headers };
    expect((await api.fetch('/v1/nothing', { ...everythingWrong, key: 'x' })).status).toBe(404);
    expect((await api.fetch('/v1/agents', { ...everythingWrong, key: 'x' })).status).toBe(401);
    expect(await refusal(await api.fetch('/v1/agents', everythingWrong))).toMatchObject({
      status: 400,
      message: 'anthropic-workspace-id header must be a valid workspace ID.',
    });
    expect(await refusal(await api.fetch('/v1/agents', { method: 'POST', body: '{' }))).toMatchObject({
      status: 400,
      message: 'request body: must be valid JSON',
    });
  });

  test('finds neither an unknown path nor an unknown method', async () => {
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/v1/agents/'],
      ['DELETE', '/v1/agents/agent_x'],
      ['PUT', '/v1/agents/agent_x'],
      ['GET', '/v1/messages'],
    ] as const) {
      expect(await refusal(await api.fetch(path, { method }))).toMatchObject({ status: 404, type: 'not_found_error' });
    }
  });

  test('tells a known operation that is not served from an unknown one', async () => {
    const { status, type, message } = await refusal(await api.post('/v1/vaults', {}));
    expect({ status, type }).toEqual({ status: 404, type: 'not_found_error' });
    expect(message).toBe('POST /v1/vaults belongs to the API, but this server does not serve it yet.');
    expect((await api.post('/v1/vaults', {}, { key: '' })).status).toBe(401);
  });
});

describe('methods without a body of their own', () => {
  test('HEAD answers like GET, without the body, and opens no stream', async () => {
    const head = await api.fetch('/v1/agents', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.body).toBeNull();
    const { id } = await api.session();
    const stream = await api.fetch(`/v1/sessions/${id}/events/stream`, { method: 'HEAD' });
    expect(stream.headers.get('content-type')).toMatch(/event-stream/);
    expect(stream.body).toBeNull();
  });

  test('OPTIONS says what a path allows', async () => {
    const options = await api.fetch('/v1/agents', { method: 'OPTIONS', key: '' });
    expect(options.status).toBe(204);
    expect(options.headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS');
    expect((await api.fetch('/v1/nothing', { method: 'OPTIONS' })).status).toBe(404);
  });
});

describe('headers', () => {
  test('take both versions of the API, none, and no other', async () => {
    for (const version of ['2026-10-21', '2023-06-01', undefined]) {
      const headers: HeadersInit = version ? { 'anthropic-version': version } : {};
      expect((await api.fetch('/v1/agents', { headers })).status).toBe(200);
    }
    const unknown = await api.fetch('/v1/agents', { headers: { 'anthropic-version': '2019-01-01' } });
    expect(await refusal(unknown)).toMatchObject({
      status: 400,
      message: expect.stringMatching(/^anthropic-version: /),
    });
  });

  test('and parameters of older and newer clients do no harm', async () => {
    const headers = { 'anthropic-beta': 'managed-agents-2026-04-01,something-2031-01-01' };
    expect((await api.fetch('/v1/agents?beta=true&unknown=1', { headers })).status).toBe(200);
  });

  test('may name the workspace of the key and no other', async () => {
    const named = (id: string) => api.fetch('/v1/agents', { headers: { 'anthropic-workspace-id': id } });
    expect((await named(WORKSPACE)).status).toBe(200);
    expect(await refusal(await named('wrkspc_01BBBBBBBBBBBBBBBBBBBBBB'))).toEqual({
      status: 404,
      type: 'not_found_error',
      message: 'Workspace `wrkspc_01BBBBBBBBBBBBBBBBBBBBBB` not found.',
    });
  });
});

describe('a body', () => {
  const send = (body: BodyInit, headers: HeadersInit = {}) =>
    api.fetch('/v1/agents', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);

  test.each([
    ['that is cut off', '{"name":', 'request body: must be valid JSON'],
    ['that is a list', '[]', 'request body: must be a JSON object'],
    ['that is null', 'null', 'request body: must be a JSON object'],
    ['that is a text', '"x"', 'request body: must be a JSON object'],
    ['that is not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 'request body: must be UTF-8'],
    ['that is nested without end', '['.repeat(100_000), 'request body: must be valid JSON'],
    ['that is empty', '', 'model: value is required'],
  ])('%s is refused', async (_, body, message) => {
    expect(await refusal(await send(body))).toEqual({ status: 400, type: 'invalid_request_error', message });
  });

  test('too long by its header is not read at all', async () => {
    const body = new ReadableStream({ pull: () => Promise.reject(new Error('was read')) });
    const response = await send(body, { 'content-length': String(33 * 1024 * 1024) });
    expect(await refusal(response)).toMatchObject({ status: 413, type: 'request_too_large' });
  });

  test('without a length is read up to the limit', async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 1024 * 1024;
        controller.enqueue(new Uint8Array(1024 * 1024).fill(0x20));
      },
    });
    expect(await refusal(await send(body))).toMatchObject({ status: 413, type: 'request_too_large' });
    expect(sent).toBeLessThan(40 * 1024 * 1024);
  });

  test('that breaks off is the caller’s fault', async () => {
    const body = new ReadableStream({ pull: () => Promise.reject(new Error('gone')) });
    expect(await refusal(await send(body))).toMatchObject({ status: 400 });
  });

  test('is ignored where the operation takes none', async () => {
    const agent = (await (await api.post('/v1/agents', { name: 'a', model: 'claude-opus-5' })).json()) as {
      id: string;
    };
    const archived = await api.fetch(`/v1/agents/${agent.id}/archive`, { method: 'POST', body: 'anything' });
    expect(archived.status).toBe(200);
  });
});

describe('a failure inside', () => {
  test('is told to nobody but the log', async () => {
    const broken = await Api.open();
    const secret = 'sk-ant-api03-very-secret';
    broken.store.agents.list = () => Promise.reject(new Error(`no table for ${secret}`));
    const response = await broken.fetch('/v1/agents');
    expect(await refusal(response.clone())).toEqual({
      status: 500,
      type: 'api_error',
      message: 'Internal server error',
    });
    expect(response.headers.get('x-should-retry')).toBeNull();
    expect(broken.failures).toMatchObject([
      {
        type: 'request',
        requestId: response.headers.get('request-id'),
        operation: 'agents.list',
        status: 500,
        error: { message: `no table for ${secret}` },
      },
    ]);
    await broken.close();
  });
});
