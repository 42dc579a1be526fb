import { Template } from 'aws-cdk-lib/assertions';
import { stackFromContext } from '../../lib/app-context';
import { newApp } from './stack';

const stackWith = (context: Record<string, unknown>) =>
  stackFromContext(newApp({ sandboxes: 'false', alarms: 'false', ...context }));
const variables = (context: Record<string, unknown>): Record<string, string>[] =>
  Object.values(Template.fromStack(stackWith(context)).findResources('AWS::Lambda::Function')).map(
    ({ Properties }) => Properties.Environment.Variables as Record<string, string>,
  );

describe('the model, chosen by context', () => {
  test('comes from Bedrock by the names given, or by the profile of all Regions', () => {
    const found = variables({
      modelProvider: 'bedrock',
      bedrockModels: 'claude-opus-5-5, claude-sonnet-5=eu.anthropic.claude-sonnet-5',
      modelRegion: 'eu-central-1',
      modelPrices: '{"claude-sonnet-5":{"input":2.2,"output":11}}',
    });
    const [harness] = found.filter(({ BEDROCK_MODELS }) => BEDROCK_MODELS);
    expect(JSON.parse(harness?.BEDROCK_MODELS ?? '')).toEqual({
      'claude-opus-5-5': 'global.anthropic.claude-opus-5-5',
      'claude-sonnet-5': 'eu.anthropic.claude-sonnet-5',
    });
    expect(harness?.MODEL_REGION).toBe('eu-central-1');
    // The harness, the API, the sweeper: whoever serves or judges models.
    expect(found.filter(({ LISTED_MODELS }) => LISTED_MODELS).length).toBeGreaterThan(2);
    expect(found.filter(({ MODEL_PRICES }) => MODEL_PRICES).length).toBeGreaterThan(2);
  });

  test('comes from a workspace of Claude Platform on AWS', () => {
    const template = Template.fromStack(stackWith({ modelProvider: 'claude-platform', modelWorkspace: 'wrkspc_01a' }));
    expect(Object.keys(template.findOutputs('*', {})).filter((name) => /ModelKey/.test(name))).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'an unknown provider',
      { modelProvider: 'vertex' },
      /context modelProvider: "vertex" is none of anthropic, bedrock/,
    ],
    ['Bedrock without models', { modelProvider: 'bedrock' }, /context bedrockModels: name the models/],
    ['a name that is none', { modelProvider: 'bedrock', bedrockModels: 'a=b' }, /"b", for a, is no model on Bedrock/],
    ['a platform without a workspace', { modelProvider: 'claude-platform' }, /workspaceId/],
    [
      'a choice of another provider',
      { modelRegion: 'eu-west-1' },
      /context modelRegion: says nothing with modelProvider=anthropic/,
    ],
    ['a price without output', { modelPrices: '{"a":{"input":1}}' }, /context modelPrices\.a: write it as/],
    ['a price of another kind', { modelPrices: '{"a":{"input":1,"output":2,"image":3}}' }, /context modelPrices\.a/],
  ])('refuses %s', (_, context, message) => {
    expect(() => stackWith(context)).toThrow(message);
  });
});
