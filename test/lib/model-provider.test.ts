import { Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsSolutionsChecks } from 'cdk-nag';
import { HarnessFunction } from '../../lib/harness-function';
import type { HarnessFunctionProps } from '../../lib/harness-function-props';
import { ModelProvider } from '../../lib/model-provider';
import { SessionStore } from '../../lib/session-store';
import { newStack } from './stack';

function build(model: ModelProvider, props: Partial<HarnessFunctionProps> = {}) {
  const stack = newStack({ env: { account: '111122223333', region: 'eu-west-1' } });
  const harness = new HarnessFunction(stack, 'Harness', { store: new SessionStore(stack, 'Store'), model, ...props });
  return { stack, harness, template: Template.fromStack(stack) };
}

interface Granted {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** The statements of the harness that are about the model. */
function asking(template: Template): Granted[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Granted[]);
  return statements.filter(({ Action }) => /bedrock|anthropic|secretsmanager/.test(JSON.stringify(Action)));
}

const variablesOf = (template: Template): Record<string, unknown> =>
  Object.values(template.findResources('AWS::Lambda::Function'))[0]?.Properties.Environment.Variables;

describe('Claude on Bedrock', () => {
  const provider = ModelProvider.bedrock({
    models: {
      'claude-opus-5-5': 'global.anthropic.claude-opus-5-5',
      'claude-haiku-4-5': 'anthropic.claude-haiku-4-5-20251001-v1:0',
      ours: 'arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abc123',
    },
  });
  const { template, harness, stack } = build(provider);

  test('may be asked for those models and profiles, and a profile for its own model alone', () => {
    const Action = 'bedrock:InvokeModelWithResponseStream';
    const profile = 'arn:aws:bedrock:eu-west-1:111122223333:inference-profile/global.anthropic.claude-opus-5-5';
    const ours = 'arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abc123';
    expect(asking(template)).toEqual([
      {
        Action,
        Effect: 'Allow',
        Resource: [
          ours,
          profile,
          'arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0',
        ],
      },
      {
        Action,
        Effect: 'Allow',
        Resource: 'arn:aws:bedrock:*::foundation-model/anthropic.claude-opus-5-5',
        Condition: { StringEquals: { 'bedrock:InferenceProfileArn': profile } },
      },
      {
        Action,
        Effect: 'Allow',
        Resource: 'arn:aws:bedrock:*::foundation-model/anthropic.*',
        Condition: { StringEquals: { 'bedrock:InferenceProfileArn': ours } },
      },
    ]);
    expect(new AwsSolutionsChecks().validateScope(stack).violations).toEqual([]);
  });

  test('has a reason for each wildcard in a stack that fits any account, too', () => {
    const anywhere = newStack();
    new HarnessFunction(anywhere, 'Harness', { store: new SessionStore(anywhere, 'Store'), model: provider });
    expect(new AwsSolutionsChecks().validateScope(anywhere).violations).toEqual([]);
  });

  test('takes no key, and makes no secret for one', () => {
    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
    expect(harness.modelKey).toBeUndefined();
    expect(variablesOf(template)).not.toHaveProperty('MODEL_KEY_SECRET');
  });

  test('is told the names, and so is whoever lists them', () => {
    expect(variablesOf(template)).toMatchObject({ MODEL_REGION: 'eu-west-1' });
    expect(JSON.parse(String(variablesOf(template).BEDROCK_MODELS))).toMatchObject({
      'claude-opus-5-5': 'global.anthropic.claude-opus-5-5',
    });
    expect(harness.functionEnvironment).toMatchObject({ LISTED_MODELS: 'claude-opus-5-5,claude-haiku-4-5,ours' });
  });

  test('can be asked in another Region', () => {
    const elsewhere = ModelProvider.bedrock({ models: { a: 'us.anthropic.claude-a' }, region: 'us-west-2' });
    const granted = JSON.stringify(asking(build(elsewhere).template));
    expect(granted).toContain(':bedrock:us-west-2:111122223333:inference-profile/us.anthropic.claude-a');
  });

  test.each(['claude-opus-5-5', 'meta.llama', 'anthropic', 'arn:aws:s3:::bucket', 'global.anthropic.a/b', '*'])(
    'refuses the name %s, and says what is one',
    (name) => {
      expect(() => ModelProvider.bedrock({ models: { 'claude-a': name } })).toThrow(
        /no model on Bedrock\. .* global\.anthropic\.claude-a/,
      );
    },
  );

  test('refuses to have no model at all', () => {
    expect(() => ModelProvider.bedrock({ models: {} })).toThrow(/models: name at least one/);
  });
});

describe('Claude Platform on AWS', () => {
  test('may be asked in one workspace, and takes no key', () => {
    const { template } = build(ModelProvider.claudePlatform({ workspaceId: 'wrkspc_01abc', region: 'us-east-1' }));
    expect(asking(template)).toEqual([
      {
        Action: 'aws-external-anthropic:CreateInference',
        Effect: 'Allow',
        Resource: 'arn:aws:aws-external-anthropic:us-east-1:111122223333:workspace/wrkspc_01abc',
      },
    ]);
    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
    expect(variablesOf(template)).toMatchObject({ MODEL_REGION: 'us-east-1', MODEL_WORKSPACE: 'wrkspc_01abc' });
  });

  test.each(['', 'default', 'wrkspc_*'])('refuses the workspace "%s"', (workspaceId) => {
    expect(() => ModelProvider.claudePlatform({ workspaceId })).toThrow(/workspaceId: .* wrkspc_/);
  });
});

describe('the Anthropic API', () => {
  test('can take its key from a secret that is there already', () => {
    const stack = newStack();
    const key = Secret.fromSecretCompleteArn(
      stack,
      'Key',
      'arn:aws:secretsmanager:us-east-1:111122223333:secret:k-AbCdEf',
    );
    new HarnessFunction(stack, 'Harness', {
      store: new SessionStore(stack, 'Store'),
      model: ModelProvider.anthropicApi({ key }),
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ MODEL_KEY_SECRET: Match.stringLikeRegexp('secret:k-AbCdEf$') }) },
    });
  });

  test('refuses an address without a scheme', () => {
    expect(() => ModelProvider.anthropicApi({ baseUrl: 'models.example.com' })).toThrow(/baseUrl: .* with its scheme/);
  });
});

describe('prices', () => {
  test('reach the harness and whoever judges budgets', () => {
    const modelPrices = { ours: { input: 1, output: 2 } };
    const { template, harness } = build(ModelProvider.anthropicApi(), { modelPrices });
    expect(variablesOf(template).MODEL_PRICES).toBe('{"ours":{"input":1,"output":2}}');
    expect(harness.functionEnvironment).toHaveProperty('MODEL_PRICES');
  });

  test.each([-1, Number.NaN])('cannot be %d', (input) => {
    const modelPrices = { ours: { input, output: 2 } };
    expect(() => build(ModelProvider.anthropicApi(), { modelPrices })).toThrow(/modelPrices: input of ours/);
  });
});
