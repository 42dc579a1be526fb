import { CustomResource, Duration, RemovalPolicy, Resource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { LambdaFunction } from './lambda-function';
import type { ISessionStore } from './session-store';

export interface FirstKeyProps {
  readonly store: ISessionStore;

  /**
   * The workspace that the key is for.
   *
   * @default 'default'
   */
  readonly workspace?: string;

  /**
   * A key of yours, to encrypt the secret.
   *
   * @default - the account's key of Secrets Manager, at no cost
   */
  readonly encryptionKey?: kms.IKey;
}

/** A deployment waits this long for the key at most. */
const TIMEOUT = Duration.minutes(2);

/**
 * The first API key, made while the stack is deployed: the store gets its hash, a secret the key. It passes through no
 * template, no output and no log; whoever may read the secret has it.
 */
export class FirstKey extends Resource {
  readonly secret: secretsmanager.ISecret;

  constructor(scope: Construct, id: string, props: FirstKeyProps) {
    super(scope, id);
    const secret = new secretsmanager.CfnSecret(this, 'Secret', {
      description: 'The first API key of this deployment',
      kmsKeyId: props.encryptionKey?.keyArn,
    });
    secret.applyRemovalPolicy(RemovalPolicy.DESTROY);
    acknowledge(
      secret,
      'AwsSolutions-SMG4',
      'Keys are replaced by making another and revoking this one, when its users are ready',
    );
    this.secret = secretsmanager.Secret.fromSecretAttributes(this, 'Key', {
      secretCompleteArn: secret.ref,
      encryptionKey: props.encryptionKey,
    });

    const maker = new LambdaFunction(this, 'Maker', {
      entryPoint: 'first-key',
      description: 'Makes the first API key at deployment',
      timeout: TIMEOUT,
      memorySize: 256,
      environment: props.store.functionEnvironment,
    });
    props.store.grantManageKeys(maker);
    props.encryptionKey?.grantEncryptDecrypt(maker);
    maker.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
        resources: [secret.ref],
      }),
    );
    const made = new CustomResource(this, 'Made', {
      resourceType: 'Custom::FirstApiKey',
      serviceToken: maker.functionArn,
      serviceTimeout: TIMEOUT,
      properties: { secretArn: secret.ref, workspace: props.workspace ?? 'default' },
    });
    // The function's permissions stand in a policy of their own, which must be there before it is asked.
    made.node.addDependency(maker);
  }
}
