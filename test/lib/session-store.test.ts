import { RemovalPolicy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { EMULATOR_CONTEXT } from '../../lib/emulator';
import { SessionStore, type SessionStoreProps } from '../../lib/session-store';
import { TABLES } from '../../runtime/store/tables';
import { actionsOf, newStack, permissions } from './stack';

const lambda = new ServicePrincipal('lambda.amazonaws.com');

function templateOf(props?: SessionStoreProps, context?: Record<string, unknown>): Template {
  const stack = newStack({ context });
  new SessionStore(stack, 'Store', props);
  return Template.fromStack(stack);
}

describe('the session store', () => {
  const template = templateOf();

  test('makes the tables and indexes that the store’s code expects', () => {
    template.resourceCountIs('AWS::DynamoDB::GlobalTable', 2);
    for (const { indexes } of Object.values(TABLES)) {
      template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
        GlobalSecondaryIndexes: indexes.map(({ name, partition, sort, include }) => ({
          IndexName: name,
          KeySchema: [
            { AttributeName: partition, KeyType: 'HASH' },
            { AttributeName: sort.name, KeyType: 'RANGE' },
          ],
          Projection:
            include.length === 0
              ? { ProjectionType: 'KEYS_ONLY' }
              : { ProjectionType: 'INCLUDE', NonKeyAttributes: include },
        })),
      });
    }
  });

  test('keeps what it holds when the stack goes, and can be restored to any second', () => {
    template.allResources('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
    template.allResourcesProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } })],
    });
  });

  test('lets nobody read the bucket from outside or over an open line', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: Match.anyValue(),
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      }),
    });
  });

  test('takes a key of the customer’s for tables and bucket', () => {
    const stack = newStack({ env: { region: 'eu-west-1' } });
    const encryptionKey = new Key(stack, 'Key');
    const store = new SessionStore(stack, 'Store', { encryptionKey });
    store.grantReadWrite(new Role(stack, 'Writer', { assumedBy: lambda }));
    store.grantFollow(new Role(stack, 'Follower', { assumedBy: lambda }));
    const encrypted = Template.fromStack(stack);
    encrypted.allResourcesProperties('AWS::DynamoDB::GlobalTable', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    });
    encrypted.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          Match.objectLike({ ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: 'aws:kms' }) }),
        ],
      },
    });
    expect(actionsOf(encrypted, 'Writer')).toContain('kms:GenerateDataKey');
    expect(actionsOf(encrypted, 'Follower')).toContain('kms:Decrypt');
    expect(actionsOf(encrypted, 'Follower')).not.toContain('kms:GenerateDataKey');
  });

  test('says what a stack with a key of the customer’s must have', () => {
    const stack = newStack();
    const encryptionKey = new Key(stack, 'Key');
    expect(() => new SessionStore(stack, 'Store', { encryptionKey })).toThrow(/env: \{ region/);
  });

  test('is deleted with everything in it where that was asked for', () => {
    const gone = templateOf({ removalPolicy: RemovalPolicy.DESTROY, pointInTimeRecovery: false });
    gone.allResources('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Delete' });
    gone.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
  });

  test('leaves to an emulator only what an emulator can do', () => {
    templateOf({ removalPolicy: RemovalPolicy.DESTROY }, { [EMULATOR_CONTEXT]: 'http://emulator' }).resourceCountIs(
      'Custom::S3AutoDeleteObjects',
      0,
    );
  });

  test('grants no more than its code does, and no wildcard but the names of blobs', () => {
    const stack = newStack();
    const store = new SessionStore(stack, 'Store');
    store.grantReadWrite(new Role(stack, 'Writer', { assumedBy: lambda }));
    store.grantFollow(new Role(stack, 'Follower', { assumedBy: lambda }));
    store.grantWriteControl(new Role(stack, 'Maker', { assumedBy: lambda }));
    const granted = Template.fromStack(stack);
    expect(actionsOf(granted, 'Writer')).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      's3:DeleteObject',
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
    ]);
    expect(actionsOf(granted, 'Follower').filter((action) => /Put|Delete|Write/.test(action))).toEqual([]);
    const made = permissions(granted, 'Maker');
    expect(made.every(({ resource }) => resource.includes('StoreControl'))).toBe(true);
    const wild = [...permissions(granted, 'Writer'), ...permissions(granted, 'Follower')].filter(({ resource }) =>
      resource.includes('*'),
    );
    expect(new Set(wild.map(({ action }) => action.split(':')[0]))).toEqual(new Set(['s3']));
  });

  test('lets a maker of keys at the items of keys, and at environments only to look', () => {
    const stack = newStack();
    new SessionStore(stack, 'Store').grantManageKeys(new Role(stack, 'Keys', { assumedBy: lambda }));
    const statements = (actions: string | string[], partitions: string | string[]): object => ({
      Action: actions,
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } },
      Effect: 'Allow',
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^StoreControl/), 'Arn'] },
    });
    const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
    expect(policy?.Properties.PolicyDocument.Statement).toEqual([
      statements(
        ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        ['KEY#*', 'KEYS#*'],
      ),
      statements('dynamodb:GetItem', ['*/environments']),
    ]);
  });

  test('of another stack grants the same', () => {
    const stack = newStack();
    const store = SessionStore.fromSessionStoreAttributes(stack, 'Store', {
      sessionsTableArn: 'arn:aws:dynamodb:us-east-1:111122223333:table/sessions',
      controlTableArn: 'arn:aws:dynamodb:us-east-1:111122223333:table/control',
      bucketArn: 'arn:aws:s3:::blobs',
      encryptionKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/k',
    });
    store.grantReadWrite(new Role(stack, 'Writer', { assumedBy: lambda }));
    const granted = Template.fromStack(stack);
    expect(actionsOf(granted, 'Writer')).toContain('dynamodb:PutItem');
    expect(
      permissions(granted, 'Writer')
        .map(({ resource }) => resource)
        .join(),
    ).toContain('table/sessions/index/due');
    expect(store.functionEnvironment).toEqual({
      SESSIONS_TABLE: 'sessions',
      CONTROL_TABLE: 'control',
      BLOB_BUCKET: 'blobs',
    });
  });
});
