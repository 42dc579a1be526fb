import { createClaudePlatformModel } from '../../runtime/aws/claude-platform-model';
import type { Scripted } from '../support/scripted-model';
import { identity, startFront, type FrontOptions, type ModelFront } from './model-front';

let front: ModelFront;
afterEach(() => front.close());

async function provider(script: Scripted[], options: Partial<FrontOptions> = {}) {
  front = await startFront(script, { scope: 'us-east-1/aws-external-anthropic', ...options });
  return createClaudePlatformModel({
    region: 'us-east-1',
    workspaceId: 'wrkspc_1',
    credentials: identity,
    baseURL: front.url,
  });
}

const REQUEST = {
  model: 'claude-opus-5-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'Hello' }],
  betas: ['compact-2026-01-12'],
};

describe('Claude Platform on AWS', () => {
  test('takes the request as the model API does, signed and for the workspace, without any key', async () => {
    const model = await provider([{ blocks: [{ type: 'text', text: 'Hello yourself' }] }]);
    expect(await model.respond(REQUEST, {})).toMatchObject({ blocks: [{ type: 'text', text: 'Hello yourself' }] });
    expect(front.passed).toMatchObject([
      {
        path: expect.stringMatching(/^\/v1\/messages/),
        headers: { 'anthropic-workspace-id': 'wrkspc_1', 'anthropic-beta': 'compact-2026-01-12' },
        body: { model: 'claude-opus-5-5', stream: true },
      },
    ]);
    expect(front.passed[0]?.headers).not.toHaveProperty('x-api-key');
  });

  test('lists its models', async () => {
    const model = await provider([]);
    expect((await model.models()).map(({ id }) => id)).toContain('claude-opus-5-5');
  });

  test('says what AWS says when it refuses', async () => {
    const message = 'not authorized to perform aws-external-anthropic:CreateInference';
    const model = await provider([], { refusal: { status: 403, type: 'AccessDeniedException', message } });
    await expect(model.respond(REQUEST, {})).rejects.toMatchObject({ message, transient: false });
  });
});
