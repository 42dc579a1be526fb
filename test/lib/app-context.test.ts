import type { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import lock from '../../package-lock.json';
import { stackFromContext } from '../../lib/app-context';
import { SessionBell } from '../../lib/session-bell';
import { newApp } from './stack';

const stackWith = (context: Record<string, unknown> = {}): Stack =>
  stackFromContext(newApp({ sandboxImage: 'example/sandbox@sha256:0', ...context }));

describe('the app', () => {
  test('deploys one stack that fits any account and Region', () => {
    const stack = stackWith();
    const template = Template.fromStack(stack);
    expect([stack.stackName, stack.environment]).toEqual(['ManagedAgents', 'aws://unknown-account/unknown-region']);
    template.allResources('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Retain' });
    template.hasOutput('*', { Description: 'The base URL for the official clients' });
  });

  test('takes its choices from the context', () => {
    const template = Template.fromStack(
      stackWith({
        stackName: 'Mine',
        removalPolicy: 'destroy',
        modelBaseUrl: 'https://models.example.com',
        alarmTopicArn: 'arn:aws:sns:us-east-1:111122223333:alarms',
        logLevel: 'debug',
        logRetentionDays: '90',
        vaultStorage: 'envelope',
        privateHosts: 'mcp.internal,*.corp.example.com',
        dailySpend: '12.5',
        sandboxNetwork: 'private',
        sandboxArchitecture: 'x86_64',
        sandboxCpu: '512',
        sandboxMemoryGiB: '4',
        sandboxSpot: 'true',
        sandboxIdleMinutes: '2',
        sandboxSizes: '{"large": {"cpu": 4096, "memoryGiB": 16, "warmPool": 1}}',
        warmPool: '2',
        domainName: 'agents.example.com',
        certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/c',
      }),
    );
    template.allResources('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Delete' });
    template.resourceCountIs('AWS::EC2::NatGateway', 1);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { Threshold: 12.5 });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
    template.resourceCountIs('AWS::KMS::Key', 1);
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      Cpu: '512',
      Memory: '4096',
      RuntimePlatform: Match.objectLike({ CpuArchitecture: 'X86_64' }),
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          MODEL_BASE_URL: 'https://models.example.com',
          API_URL: 'https://agents.example.com',
          LOG_LEVEL: 'debug',
          PRIVATE_HOSTS: 'mcp.internal,*.corp.example.com',
          SANDBOX_CAPACITY: 'FARGATE_SPOT',
          SANDBOX_IDLE_SECONDS: '120',
          SANDBOX_WARM_POOL: '{"":2,"large":1}',
          SANDBOX_SIZES: '{"large":{"cpu":4096,"memoryMiB":16384}}',
        }),
      },
    });
  });

  test('has an egress gateway where the context says so', () => {
    const template = Template.fromStack(stackWith({ egress: 'true', sandboxImage: 'account' }));
    template.resourceCountIs('AWS::ECS::Service', 1);
  });

  test.each([
    ['true', {}],
    ['false', { bell: 'false' }],
    ['false', { sandboxes: 'false' }],
  ])('has a bell (%s) where the context says so, and else where there is somebody to hear it', (has, context) => {
    const parts = stackWith(context).node.findAll();
    expect(String(parts.some((part) => part instanceof SessionBell))).toBe(has);
  });

  test('takes up a store that is there', () => {
    const table = 'arn:aws:dynamodb:us-east-1:111122223333:table';
    const store = {
      sessionsTableArn: `${table}/restored`,
      controlTableArn: `${table}/control`,
      bucketArn: 'arn:aws:s3:::blobs',
    };
    const template = Template.fromStack(stackWith(store));
    template.resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
    template.resourceCountIs('AWS::S3::Bucket', 0);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ SESSIONS_TABLE: 'restored', BLOB_BUCKET: 'blobs' }) },
    });
    expect(() => stackWith({ ...store, bucketArn: undefined })).toThrow(/give all or none/);
  });

  test('takes sizes from the file of the context, too', () => {
    const sandboxSizes = { large: { cpu: 4096, memoryGiB: 16 } };
    Template.fromStack(stackWith({ sandboxSizes })).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ SANDBOX_SIZES: '{"large":{"cpu":4096,"memoryMiB":16384}}' }) },
    });
  });

  test('takes the Region of the key that encrypts everything', () => {
    const stack = stackWith({ encryptionKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/k' });
    expect(stack.region).toBe('eu-central-1');
    Template.fromStack(stack).allResourcesProperties('AWS::DynamoDB::GlobalTable', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    });
  });

  test.each([
    [{ removalPolicy: 'keep' }, /context removalPolicy: "keep" is none of retain, destroy/],
    [{ sandboxCpu: 'many' }, /context sandboxCpu: "many" is not a number/],
    [{ waf: 'yes' }, /context waf: "yes" is none of true, false/],
    [{ domainName: 'agents.example.com' }, /give both or none/],
    [{ sandboxSizes: 'large' }, /context sandboxSizes: "large" is not an object/],
    [{ sandboxSizes: '{"large":{"cpu":4096,"memory":16}}' }, /context sandboxSizes.large: write it as/],
  ])('refuses what means nothing: %j', (context, message) => {
    expect(() => stackWith(context)).toThrow(message);
  });

  test('is synthesized by a command line that can read what the library writes', () => {
    // aws-cdk 3.0.0 was published by mistake: it is older than 2.1148.1 and fails on every assembly of today's library.
    expect(lock.packages['node_modules/aws-cdk'].version).toMatch(/^2\./);
  });
});
