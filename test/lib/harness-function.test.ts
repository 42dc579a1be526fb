import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CredentialVault } from '../../lib/credential-vault';
import { HarnessFunction } from '../../lib/harness-function';
import type { HarnessFunctionProps } from '../../lib/harness-function-props';
import { ModelKey } from '../../lib/model-key';
import { ModelProvider } from '../../lib/model-provider';
import { SessionStore } from '../../lib/session-store';
import { actionsOf, newStack, permissions } from './stack';

function build(props: Partial<HarnessFunctionProps> = {}) {
  const stack = newStack();
  const store = new SessionStore(stack, 'Store');
  const harness = new HarnessFunction(stack, 'Harness', { store, ...props });
  return { stack, harness };
}

describe('the harness', () => {
  const { stack, harness } = build({ model: ModelProvider.anthropicApi({ baseUrl: 'https://models.example.com' }) });
  harness.grantWake(new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  void harness.version;
  const template = Template.fromStack(stack);

  test('runs on Node 24 and ARM64, may invoke itself without end, and has fifteen minutes', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 900,
      RecursiveLoop: 'Allow',
      LoggingConfig: Match.objectLike({ LogFormat: 'JSON' }),
    });
  });

  test('publishes versions that stay, with what Lambda is to do when a wake fails', () => {
    template.hasResource('AWS::Lambda::Version', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    for (const Qualifier of ['$LATEST', Match.objectLike({ 'Fn::GetAtt': Match.anyValue() })]) {
      template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
        Qualifier,
        MaximumRetryAttempts: 2,
        MaximumEventAgeInSeconds: 3600,
        DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
      });
    }
  });

  test('keeps the delivery rules of a version for as long as the version', () => {
    template.hasResource('AWS::Lambda::EventInvokeConfig', {
      Properties: { Qualifier: Match.objectLike({ 'Fn::GetAtt': Match.anyValue() }) },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('has no secret in a variable, only where to find it', () => {
    const [fn] = Object.values(template.findResources('AWS::Lambda::Function'));
    const variables = fn?.Properties.Environment.Variables;
    expect(variables.MODEL_KEY_SECRET).toEqual({ Ref: expect.stringContaining('ModelKeySecret') });
    expect(variables.MODEL_BASE_URL).toBe('https://models.example.com');
  });

  test('may read the one key, write the store, and wake itself', () => {
    const mine = permissions(template, 'HarnessFunctionRole');
    const keys = mine.filter(({ action }) => action.startsWith('secretsmanager:'));
    expect(keys).toEqual([
      { action: 'secretsmanager:GetSecretValue', resource: expect.stringContaining('ModelKeySecret') },
    ]);
    expect(mine).toContainEqual({
      action: 'lambda:InvokeFunction',
      resource: expect.stringContaining('HarnessFunction'),
    });
    expect(actionsOf(template, 'HarnessFunctionRole').filter((action) => action.startsWith('ecs:'))).toEqual([]);
  });

  test('lets a caller invoke its versions and nothing else', () => {
    expect(permissions(template, 'Caller')).toEqual([
      { action: 'lambda:InvokeFunction', resource: expect.stringMatching(/HarnessFunction.*":\*"/) },
    ]);
  });

  test.each([1, 16])('refuses a time limit of %d minutes, and says what to do', (minutes) => {
    expect(() => build({ timeout: Duration.minutes(minutes) })).toThrow(/timeout: .* between 3 and 15 minutes/);
  });

  test('of another stack tells others where it is', () => {
    const other = newStack();
    const imported = HarnessFunction.fromHarnessFunctionAttributes(other, 'Harness', {
      functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:harness',
      version: '7',
    });
    imported.grantWake(new Role(other, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
    expect(imported.functionEnvironment).toEqual({ HARNESS_FUNCTION: 'harness', HARNESS_VERSION: '7' });
    expect(permissions(Template.fromStack(other), 'Caller')).toEqual([
      { action: 'lambda:InvokeFunction', resource: '"arn:aws:lambda:us-east-1:111122223333:function:harness:*"' },
    ]);
  });
});

describe('a harness that sends traces', () => {
  const endpoint = 'https://collector.example.com/v1/traces';

  test('is told where to, and may read the headers for it', () => {
    const stack = newStack();
    const headers = new Secret(stack, 'TraceHeaders');
    const store = new SessionStore(stack, 'Store');
    new HarnessFunction(stack, 'Harness', { store, traces: { endpoint, headers } });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          TRACE_ENDPOINT: endpoint,
          TRACE_HEADERS_SECRET: { Ref: Match.stringLikeRegexp('TraceHeaders') },
          TRACE_CONTENT: Match.absent(),
        }),
      },
    });
    const read = permissions(template, 'HarnessFunctionRole').filter(({ resource }) => /TraceHeaders/.test(resource));
    expect(read.map(({ action }) => action)).toContain('secretsmanager:GetSecretValue');
  });

  test('sends what was said only where that was chosen', () => {
    Template.fromStack(build({ traces: { endpoint, content: true } }).stack).hasResourceProperties(
      'AWS::Lambda::Function',
      { Environment: { Variables: Match.objectLike({ TRACE_CONTENT: 'true' }) } },
    );
  });

  test.each(['http://collector.example.com/v1/traces', 'https://collector.example.com', 'collector'])(
    'refuses to send them to %s',
    (address) => {
      expect(() => build({ traces: { endpoint: address } })).toThrow(/traces\.endpoint: .* with https/);
    },
  );
});

describe('a harness that dials MCP servers', () => {
  test('asks the broker for their credentials, and nobody else', () => {
    const stack = newStack();
    const store = new SessionStore(stack, 'Store');
    const vault = new CredentialVault(stack, 'Vault', { store });
    new HarnessFunction(stack, 'Harness', { store, vault, privateHosts: ['tools.internal', '*.corp.test'] });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('^Wakes a thread'),
      Environment: {
        Variables: Match.objectLike({
          VAULT_BROKER_FUNCTION: { Ref: Match.stringLikeRegexp('Broker') },
          PRIVATE_HOSTS: 'tools.internal,*.corp.test',
        }),
      },
    });
    const invoked = permissions(template, 'HarnessFunctionRole')
      .filter(({ action }) => action === 'lambda:InvokeFunction')
      .map(({ resource }) => resource);
    expect(invoked).toHaveLength(2);
    expect(invoked).toContainEqual(expect.stringMatching(/VaultBroker/));
  });

  test('refuses a private host that is none', () => {
    expect(() => build({ privateHosts: ['https://tools.internal/mcp'] })).toThrow(/without scheme, port or path/);
  });

  test('stands in a VPC where it is told to, with connections of its own', () => {
    const { stack } = build();
    const vpc = new Vpc(stack, 'Vpc');
    const store = new SessionStore(stack, 'Near');
    const harness = new HarnessFunction(stack, 'Inside', { store, vpc });
    expect(harness.connections.securityGroups).toHaveLength(1);
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::Function', { VpcConfig: { SubnetIds: Match.anyValue() } });
    expect(actionsOf(template, 'InsideFunctionRole')).toContain('ec2:CreateNetworkInterface');
  });

  test('refuses a network in which it would reach nothing', () => {
    const { stack } = build();
    const vpc = new Vpc(stack, 'Vpc', { natGateways: 0 });
    const rest = { store: new SessionStore(stack, 'Near') };
    const vpcSubnets = { subnetType: SubnetType.PUBLIC };
    expect(() => new HarnessFunction(stack, 'A', { ...rest, vpc, vpcSubnets })).toThrow(/Choose private ones/);
    expect(() => new HarnessFunction(stack, 'B', { ...rest, vpcSubnets })).toThrow(/Name it as `vpc`/);
  });
});

describe('the model key', () => {
  test('is made empty, so that no value of it passes through the template', () => {
    const stack = newStack();
    new ModelKey(stack, 'ModelKey');
    const [secret] = Object.values(Template.fromStack(stack).findResources('AWS::SecretsManager::Secret'));
    expect(Object.keys(secret?.Properties)).toEqual(['Description']);
  });

  test('can be a secret that is there already', () => {
    const stack = newStack();
    const secret = Secret.fromSecretCompleteArn(
      stack,
      'S',
      'arn:aws:secretsmanager:us-east-1:111122223333:secret:k-abcdef',
    );
    const modelKey = ModelKey.fromSecret(stack, 'ModelKey', secret);
    modelKey.grantRead(new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
    expect(
      permissions(Template.fromStack(stack), 'Reader')
        .map(({ resource }) => resource)
        .join(),
    ).toContain('k-abcdef');
  });
});
