import { RemovalPolicy, Resource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct, IConstruct } from 'constructs';
import { SETTINGS } from '../runtime/aws/settings';
import { acknowledge } from './acknowledge';

/** The secret with the model API's key. */
export interface IModelKey extends IConstruct {
  readonly secretArn: string;
  /** The variables that tell a function of `runtime/` which secret to read. */
  readonly functionEnvironment: Record<string, string>;
  /** Reading the key, and nothing else. */
  grantRead(grantee: iam.IGrantable): iam.Grant;
}

export interface ModelKeyProps {
  /**
   * A key of yours, to encrypt the secret.
   *
   * @default - the account's key of Secrets Manager, at no cost
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What becomes of the secret when the stack is deleted.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A secret for the model API's key. It is made empty: a key that passed through a template would be read by everybody who
 * may read templates. One command puts it in after the deployment (docs/operations.md), and the harness reads it when it needs it.
 */
export class ModelKey extends Resource implements IModelKey {
  /** A secret of yours that holds the key as its whole text. */
  static fromSecret(scope: Construct, id: string, secret: secretsmanager.ISecret): IModelKey {
    return new ImportedModelKey(scope, id, secret);
  }

  readonly secretArn: string;
  private readonly encryptionKey?: kms.IKey;

  constructor(scope: Construct, id: string, props: ModelKeyProps = {}) {
    super(scope, id);
    this.encryptionKey = props.encryptionKey;
    // The secret construct of the CDK always puts a random value in, which would look like a key.
    const secret = new secretsmanager.CfnSecret(this, 'Secret', {
      description: 'The key of the model API. Put it in with: aws secretsmanager put-secret-value',
      kmsKeyId: props.encryptionKey?.keyArn,
    });
    secret.applyRemovalPolicy(props.removalPolicy ?? RemovalPolicy.DESTROY);
    acknowledge(secret, 'AwsSolutions-SMG4', 'Whoever issued the key has no way to rotate it by machine');
    this.secretArn = secret.ref;
  }

  get functionEnvironment(): Record<string, string> {
    return { [SETTINGS.modelKeySecret]: this.secretArn };
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    const grant = iam.Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:GetSecretValue'],
      resourceArns: [this.secretArn],
    });
    return this.encryptionKey ? grant.combine(this.encryptionKey.grantDecrypt(grantee)) : grant;
  }
}

class ImportedModelKey extends Resource implements IModelKey {
  constructor(
    scope: Construct,
    id: string,
    private readonly secret: secretsmanager.ISecret,
  ) {
    super(scope, id);
  }

  get secretArn(): string {
    return this.secret.secretArn;
  }

  get functionEnvironment(): Record<string, string> {
    return { [SETTINGS.modelKeySecret]: this.secretArn };
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.secret.grantRead(grantee);
  }
}
