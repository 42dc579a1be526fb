import { createServer } from 'node:http';
import { createAnthropicModel } from '../../runtime/model/anthropic';
import { ModelError, type ModelProgress, type ModelRequest } from '../../runtime/model/port';
import type { ModelServerRequest } from '../../runtime/local/offline-model/plan';
import { eventually } from '../support/eventually';
import { createScriptedModel, type Scripted, type ScriptedModel } from '../support/scripted-model';
import { quietPort } from '../support/quiet-port';

const KEY = 'sk-ant-secret-key-for-tests';
const REQUEST: ModelRequest = {
  model: 'claude-opus-5-5',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hello' }],
  betas: ['compact-2026-01-12'],
};

let server: ScriptedModel;
const open: ScriptedModel[] = [];
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

async function serve(script: readonly Scripted[]): Promise<void> {
  server = await createScriptedModel(script);
  open.push(server);
}

async function provider(...script: Scripted[]) {
  await serve(script);
  return createAnthropicModel({ baseURL: server.url, apiKey: KEY });
}

async function failure(script: Scripted): Promise<ModelError> {
  const model = await provider(script);
  try {
    await model.respond(REQUEST, {});
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error('The request should have failed');
}

const error = (status: number, type: string, message = 'It failed', headers?: Record<string, string>): Scripted => ({
  error: { status, type, message },
  ...(headers ? { headers } : {}),
});

describe('a model request', () => {
  it('gives the blocks, the stop reason and the usage, and sends the betas as a header', async () => {
    const model = await provider({
      blocks: [
        { type: 'thinking', thinking: 'I think.' },
        { type: 'text', text: 'Here you are.' },
        { type: 'tool_use', name: 'bash', input: { command: 'ls -la "a b"' } },
      ],
      usage: { input_tokens: 11, output_tokens: 7, cache_read_input_tokens: 5, cache_creation_input_tokens: 3 },
    });
    const response = await model.respond(REQUEST, {});
    expect(response).toMatchObject({
      blocks: [
        { type: 'thinking', thinking: 'I think.', signature: expect.stringMatching(/./) },
        { type: 'text', text: 'Here you are.' },
        { type: 'tool_use', id: expect.stringMatching(/^toolu_/), name: 'bash', input: { command: 'ls -la "a b"' } },
      ],
      stopReason: 'tool_use',
      stopDetails: null,
      usage: {
        inputTokens: 11,
        outputTokens: 7,
        cacheReadTokens: 5,
        cacheWriteTokens: 3,
        webSearches: 0,
        contextTokens: 26,
      },
    });
    expect(server.requests[0]).toMatchObject({ stream: true, betas: ['compact-2026-01-12'] });
  });

  it('reports thinking and text as they come', async () => {
    const text = 'A text that is long enough to be sent in more than one piece.';
    const model = await provider({
      blocks: [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text },
      ],
    });
    const progress: ModelProgress[] = [];
    await model.respond(REQUEST, { onProgress: (step) => progress.push(step) });
    expect(progress.slice(0, 2)).toEqual([
      { type: 'thinking_started', block: 0 },
      { type: 'text_started', block: 1 },
    ]);
    const pieces = progress.flatMap((step) => (step.type === 'text' ? [step.text] : []));
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(text);
  });

  it.each(['{"command": "ech', '[1]', '"text"'])('reads the input %s, which is no object, as {}', async (input) => {
    const model = await provider({ blocks: [{ type: 'tool_use', name: 'bash', input }], stopReason: 'max_tokens' });
    const response = await model.respond(REQUEST, {});
    expect(response).toMatchObject({ stopReason: 'max_tokens', blocks: [{ type: 'tool_use', input: {} }] });
  });

  it('gives the details of a refusal', async () => {
    const model = await provider({
      blocks: [],
      stopReason: 'refusal',
      stopDetails: {
        type: 'refusal',
        category: 'cyber',
        explanation: 'No.',
        fallback_credit_token: 'token',
        fallback_has_prefill_claim: null,
        recommended_model: null,
      },
    });
    expect(await model.respond(REQUEST, {})).toMatchObject({
      blocks: [],
      stopReason: 'refusal',
      stopDetails: { type: 'refusal', category: 'cyber', explanation: 'No.' },
    });
  });

  it('asks once and leaves retries to its caller', async () => {
    const model = await provider(error(529, 'overloaded_error'));
    await expect(model.respond(REQUEST, {})).rejects.toBeInstanceOf(ModelError);
    expect(server.requests).toHaveLength(1);
  });
});

describe('an interrupted model request', () => {
  it('ends at once with the text that there was, and without the thinking', async () => {
    const model = await provider({
      blocks: [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'One two three four five six seven eight nine ten eleven twelve.' },
        { type: 'tool_use', name: 'bash', input: {} },
      ],
      betweenMs: 60,
    });
    const abort = new AbortController();
    const heard: string[] = [];
    const response = await model.respond(REQUEST, {
      signal: abort.signal,
      onProgress: (step) => {
        if (step.type !== 'text') return;
        heard.push(step.text);
        abort.abort();
      },
    });
    expect(heard).toHaveLength(1);
    expect(response).toMatchObject({ stopReason: 'interrupted', blocks: [{ type: 'text', text: heard[0] }] });
    expect(response.usage.inputTokens).toBeGreaterThan(0);
  });

  it('ends at once while the answer has not begun, with nothing', async () => {
    const model = await provider({ blocks: [{ type: 'text', text: 'Late' }], beforeMs: 10_000 });
    const response = await model.respond(REQUEST, { signal: AbortSignal.timeout(50) });
    expect(response).toMatchObject({
      stopReason: 'interrupted',
      blocks: [],
      usage: { inputTokens: 0, outputTokens: 0 },
    });
  });

  it('does not even ask when the signal has aborted before', async () => {
    const model = await provider();
    const response = await model.respond(REQUEST, { signal: AbortSignal.abort() });
    expect(response.stopReason).toBe('interrupted');
    expect(server.requests).toHaveLength(0);
  });
});

describe('a failed model request', () => {
  it.each<[string, Scripted, Partial<ModelError>]>([
    ['overload', error(529, 'overloaded_error'), { failure: 'model_overloaded_error', transient: true }],
    [
      'a rate limit with the time to wait',
      error(429, 'rate_limit_error', 'Slow down', { 'retry-after': '7' }),
      { failure: 'model_rate_limited_error', transient: true, retryAfterMs: 7000 },
    ],
    [
      'a rate limit with the time to wait in milliseconds',
      error(429, 'rate_limit_error', 'Slow down', { 'retry-after-ms': '250' }),
      { failure: 'model_rate_limited_error', transient: true, retryAfterMs: 250 },
    ],
    ['a fault of the server', error(500, 'api_error'), { failure: 'model_request_failed_error', transient: true }],
    ['no credit', error(402, 'billing_error'), { failure: 'billing_error', transient: false }],
    [
      'no credit, said as a bad request',
      error(400, 'invalid_request_error', 'Your credit balance is too low to access the API.'),
      { failure: 'billing_error', transient: false },
    ],
    [
      'a prompt that is too long',
      error(400, 'invalid_request_error', 'prompt is too long: 335390 tokens > 200000 maximum'),
      { failure: 'context_overflow', transient: false, message: 'prompt is too long: 335390 tokens > 200000 maximum' },
    ],
    [
      'a wrong request',
      error(400, 'invalid_request_error', 'Bad'),
      { failure: 'model_request_failed_error', transient: false },
    ],
    [
      'an unknown model',
      error(404, 'not_found_error', 'model: x'),
      { failure: 'model_request_failed_error', transient: false },
    ],
    [
      'a stream that is cut',
      { blocks: [{ type: 'text', text: 'Half' }], breaksWith: 'silence' },
      { failure: 'model_request_failed_error', transient: true },
    ],
    [
      'overload in the middle of a stream',
      { blocks: [{ type: 'text', text: 'Half' }], breaksWith: 'overloaded_error' },
      { failure: 'model_overloaded_error', transient: true },
    ],
  ])('tells %s', async (_, script, expected) => {
    expect(await failure(script)).toMatchObject(expected);
  });

  it('never shows the credential, even when the server repeats it', async () => {
    const refused = await failure(error(401, 'authentication_error', `invalid key ${KEY}`));
    expect(refused).toMatchObject({ failure: 'model_request_failed_error', transient: false });
    const echoed = await failure(error(403, 'permission_error', `The key ${KEY} may not do this`));
    for (const { message, stack } of [refused, echoed]) expect(`${message}${stack}`).not.toContain(KEY);
    expect(echoed.message).toBe('The key [credential] may not do this');
  });

  it('is transient when nobody listens', async () => {
    const model = createAnthropicModel({ baseURL: `http://127.0.0.1:${await quietPort()}`, apiKey: KEY });
    await expect(model.respond(REQUEST, {})).rejects.toMatchObject({
      failure: 'model_request_failed_error',
      transient: true,
    });
  });

  it('is transient when the answer does not begin in time', async () => {
    await serve([{ blocks: [], beforeMs: 10_000 }]);
    const model = createAnthropicModel({ baseURL: server.url, apiKey: KEY, timeoutMs: 50 });
    await expect(model.respond(REQUEST, {})).rejects.toMatchObject({ transient: true, message: /in time/ });
  });
});

describe('the list of models', () => {
  it("is the endpoint's own", async () => {
    const model = await provider();
    expect((await model.models()).map(({ id }) => id)).toContain('claude-opus-5-5');
  });

  it('is the public one where the endpoint has none', async () => {
    const other = createServer((_, response) => response.writeHead(404).end('{}'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    try {
      const models = await createAnthropicModel({ baseURL: `http://127.0.0.1:${port}`, apiKey: KEY }).models();
      expect(models[0]).toMatchObject({ type: 'model', id: 'claude-fable-5-2', max_tokens: 128_000 });
    } finally {
      other.close();
      other.closeAllConnections();
    }
  });
});

it('holds the connection open no longer than the client wants', async () => {
  let isHeld = false;
  let gone = false;
  const held = (_: ModelServerRequest, signal: AbortSignal) =>
    new Promise<{ blocks: [] }>((resolve) => {
      isHeld = true;
      signal.addEventListener('abort', () => {
        gone = true;
        resolve({ blocks: [] });
      });
    });
  const model = await provider(held);
  const leaving = new AbortController();
  const response = model.respond(REQUEST, { signal: leaving.signal });
  await eventually(() => isHeld);
  leaving.abort();
  await response;
  await eventually(() => gone);
});
