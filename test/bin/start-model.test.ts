import { chooseModel } from '../../bin/start-model';

const choose = (values: Record<string, string>, environment: Record<string, string> = {}) =>
  chooseModel({ 'model-provider': 'anthropic', ...values }, environment);

describe('who answers', () => {
  test('is the offline model, until there is a key or an address', () => {
    expect(choose({})).toEqual({ type: 'offline' });
    expect(choose({}, { ANTHROPIC_API_KEY: 'k' })).toEqual({ type: 'messages_api', apiKey: 'k' });
    expect(choose({ 'model-url': 'http://localhost:1' })).toEqual({
      type: 'messages_api',
      baseUrl: 'http://localhost:1',
    });
  });

  test('can be Bedrock, with the models by name or by the profile of all Regions', () => {
    const values = { 'model-provider': 'bedrock', 'bedrock-models': 'claude-a, claude-b=eu.anthropic.claude-b' };
    expect(choose(values, { AWS_REGION: 'eu-west-1' })).toEqual({
      type: 'bedrock',
      region: 'eu-west-1',
      models: { 'claude-a': 'global.anthropic.claude-a', 'claude-b': 'eu.anthropic.claude-b' },
    });
  });

  test('can be Claude Platform on AWS, with a workspace', () => {
    const values = { 'model-provider': 'claude-platform', 'model-region': 'us-east-1' };
    expect(choose(values, { ANTHROPIC_AWS_WORKSPACE_ID: 'wrkspc_1' })).toEqual({
      type: 'claude_platform',
      region: 'us-east-1',
      workspaceId: 'wrkspc_1',
    });
  });

  test.each<[Record<string, string>, RegExp]>([
    [{ 'model-provider': 'vertex' }, /anthropic, bedrock and claude-platform/],
    [{ 'model-provider': 'bedrock', 'model-region': 'r' }, /--bedrock-models/],
    [{ 'model-provider': 'bedrock', 'bedrock-models': 'a' }, /--model-region/],
    [{ 'model-provider': 'claude-platform', 'model-region': 'r' }, /--model-workspace/],
    [{ 'model-url': 'nowhere' }, /no URL/],
  ])('is refused where it cannot be told: %j', (values, message) => {
    expect(() => choose(values)).toThrow(message);
  });
});
