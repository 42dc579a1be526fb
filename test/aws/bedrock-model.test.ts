import { createBedrockModel, forBedrock } from '../../runtime/aws/bedrock-model';
import type { ModelProgress, ModelRequest } from '../../runtime/model/port';
import type { Scripted } from '../support/scripted-model';
import { identity, startFront, type FrontOptions, type ModelFront } from './model-front';

const MODELS = { 'claude-opus-5-5': 'global.anthropic.claude-opus-5-5' };
const REQUEST: ModelRequest = {
  model: 'claude-opus-5-5',
  max_tokens: 100,
  system: [{ type: 'text', text: 'Be brief.' }],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  betas: ['compact-2026-01-12'],
};

let front: ModelFront;
afterEach(() => front.close());

async function provider(script: Scripted[], options: Partial<FrontOptions> = {}) {
  front = await startFront(script, { scope: 'eu-west-1/bedrock', frames: true, ...options });
  return createBedrockModel({ region: 'eu-west-1', models: MODELS, credentials: identity, baseURL: front.url });
}

describe('Claude on Bedrock', () => {
  test('is asked by its own name in a signed request, and answers in frames, piece by piece', async () => {
    const text = 'A text that is long enough to be sent in more than one piece.';
    const model = await provider([
      {
        blocks: [
          { type: 'text', text },
          { type: 'tool_use', name: 'bash', input: { command: 'ls' } },
        ],
        usage: { input_tokens: 11, output_tokens: 7, cache_read_input_tokens: 5, cache_creation_input_tokens: 3 },
      },
    ]);
    const progress: ModelProgress[] = [];
    const response = await model.respond(REQUEST, { onProgress: (step) => progress.push(step) });
    expect(response).toMatchObject({
      blocks: [
        { type: 'text', text },
        { type: 'tool_use', name: 'bash', input: { command: 'ls' } },
      ],
      stopReason: 'tool_use',
      usage: { inputTokens: 11, outputTokens: 7, cacheReadTokens: 5, cacheWriteTokens: 3 },
    });
    expect(progress.filter(({ type }) => type === 'text').length).toBeGreaterThan(1);
    expect(front.passed).toMatchObject([
      {
        path: '/model/global.anthropic.claude-opus-5-5/invoke-with-response-stream',
        headers: { 'x-amz-security-token': 'session-token' },
        body: { anthropic_version: expect.any(String), anthropic_beta: ['compact-2026-01-12'], max_tokens: 100 },
      },
    ]);
    expect(front.passed[0]?.headers).not.toHaveProperty('x-api-key');
  });

  test.each([
    [403, 'AccessDeniedException', 'User is not authorized to perform bedrock:InvokeModelWithResponseStream', false],
    [400, 'ValidationException', 'The provided model identifier is invalid.', false],
    [429, 'ThrottlingException', 'Too many requests', true],
    [503, 'ServiceUnavailableException', 'Try again', true],
  ])('says what AWS says when it refuses with %i', async (status, type, message, transient) => {
    const model = await provider([], { refusal: { status, type, message } });
    await expect(model.respond(REQUEST, {})).rejects.toMatchObject({ name: 'ModelError', message, transient });
  });

  test('says that a conversation does not fit in the words that sessions know', async () => {
    const refusal = { status: 400, type: 'ValidationException', message: 'Input is too long for requested model.' };
    const model = await provider([], { refusal });
    await expect(model.respond(REQUEST, {})).rejects.toMatchObject({ failure: 'context_overflow', transient: false });
  });

  test.each([
    ['throttlingException', 'model_rate_limited_error', true],
    ['modelStreamErrorException', 'model_request_failed_error', true],
    ['internalServerException', 'model_request_failed_error', true],
    ['validationException', 'model_request_failed_error', false],
  ])('tells a %s in the middle of a stream', async (type, failure, transient) => {
    const half: Scripted = { blocks: [{ type: 'text', text: 'Half' }] };
    const model = await provider([half], { breaksWith: { type, message: 'It broke' } });
    await expect(model.respond(REQUEST, {})).rejects.toMatchObject({ failure, transient, message: 'It broke' });
  });

  test('is not asked for a model that the deployment does not have', async () => {
    const model = await provider([]);
    const asked = model.respond({ ...REQUEST, model: 'claude-sonnet-5' }, {});
    await expect(asked).rejects.toMatchObject({
      transient: false,
      message: /no model claude-sonnet-5 .* claude-opus-5-5/,
    });
    expect(front.passed).toEqual([]);
  });

  test('lists the models that the deployment has', async () => {
    const model = await provider([]);
    expect((await model.models()).map(({ id, display_name }) => [id, display_name])).toEqual([
      ['claude-opus-5-5', 'Claude Opus 5.5'],
    ]);
  });
});

describe('a request for Bedrock', () => {
  beforeAll(async () => {
    front = await startFront([], { scope: '' });
  });
  const adapted = (changes: Partial<ModelRequest>) => forBedrock({ ...REQUEST, ...changes }, MODELS);

  test('leaves out what Bedrock does not have', () => {
    const request = adapted({
      cache_control: { type: 'ephemeral' },
      speed: 'fast',
      inference_geo: 'us',
      betas: ['fast-mode-2026-02-01', 'compact-2026-01-12'],
      tools: [
        { type: 'web_search_20260318', name: 'web_search' },
        { name: 'bash', input_schema: { type: 'object' } },
      ],
    });
    expect(request.tools).toEqual([{ name: 'bash', input_schema: { type: 'object' } }]);
    expect(request.betas).toEqual(['compact-2026-01-12']);
    for (const name of ['cache_control', 'speed', 'inference_geo']) expect(request).not.toHaveProperty(name);
  });

  test('marks the ends of the system prompt and of the conversation for the cache', () => {
    const earlier = { role: 'user' as const, content: 'Before' };
    const { system, messages } = adapted({ messages: [earlier, ...REQUEST.messages] });
    expect(system).toEqual([{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }]);
    expect(messages).toEqual([
      earlier,
      { role: 'user', content: [{ type: 'text', text: 'Hello', cache_control: { type: 'ephemeral' } }] },
    ]);
  });

  test('does without betas and tools where nothing is left of them', () => {
    const request = adapted({
      betas: ['fast-mode-2026-02-01'],
      tools: [{ type: 'web_fetch_20260318', name: 'web_fetch' }],
    });
    expect(Object.keys(request).toSorted()).toEqual(['max_tokens', 'messages', 'model', 'system']);
  });
});
