import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { SETTINGS } from '../runtime/aws/settings';
import { acknowledge, acknowledgeGrant } from './acknowledge';
import { BLOB_READ_ACTIONS, BLOB_WRITE_ACTIONS, BUCKET_ACTIONS } from './session-store-perms';

/** What a kind of storage gives to the functions that read and write secrets. */
export interface VaultStorageConfig {
  /** The variables that tell them where secrets are. */
  readonly environment: Record<string, string>;
  /** Lets one of them read and write secrets. */
  grant(grantee: iam.IGrantable): void;
}

/** What a kind of storage is made for. */
export interface VaultStorageBinding {
  /** What the names of all secrets begin with. */
  readonly secretPrefix: string;
  /** A key of the user's. @default - none */
  readonly encryptionKey?: kms.IKey;
}

/** Where the secrets of vaults are kept. */
export abstract class VaultStorage {
  /** Secrets Manager: one secret (or several, if it is large) for each vault that holds credentials, at $0.40 a month each. */
  static secretsManager(): VaultStorage {
    return new SecretsManagerStorage();
  }

  /**
   * Sealed texts in a bucket of their own, each under a key that KMS makes for it: $1 a month for the KMS key (unless
   * `encryptionKey` names one), however many vaults there are. Choose it before the first vault holds credentials: nothing moves
   * from one kind of storage to the other.
   */
  static envelope(): VaultStorage {
    return new EnvelopeStorage();
  }

  /** Makes what is needed. Called once, by the construct that it is chosen for. */
  abstract bind(scope: Construct, binding: VaultStorageBinding): VaultStorageConfig;
}

/** What the vault's code does with its secrets. It lists none: their names stand in the store. */
const SECRET_ACTIONS = [
  'secretsmanager:CreateSecret',
  'secretsmanager:DeleteSecret',
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetSecretValue',
  'secretsmanager:PutSecretValue',
  'secretsmanager:TagResource',
];
const SEALING_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey'];

class SecretsManagerStorage extends VaultStorage {
  bind(scope: Construct, { secretPrefix, encryptionKey }: VaultStorageBinding): VaultStorageConfig {
    const secrets = Stack.of(scope).formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: `${secretPrefix}/*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    return {
      environment: {
        [SETTINGS.vaultSecretPrefix]: secretPrefix,
        ...(encryptionKey ? { [SETTINGS.vaultKey]: encryptionKey.keyArn } : {}),
      },
      grant: (grantee) => {
        iam.Grant.addToPrincipal({ grantee, actions: SECRET_ACTIONS, resourceArns: [secrets] });
        acknowledgeGrant(grantee, secrets, 'Secrets are named after vaults, which nobody knows at deployment');
        encryptionKey?.grant(grantee, ...SEALING_ACTIONS);
      },
    };
  }
}

class EnvelopeStorage extends VaultStorage {
  bind(scope: Construct, { encryptionKey }: VaultStorageBinding): VaultStorageConfig {
    const key =
      encryptionKey ??
      new kms.Key(scope, 'SealingKey', {
        description: 'Seals the credentials of vaults',
        enableKeyRotation: true,
        removalPolicy: RemovalPolicy.RETAIN,
      });
    // Without versions: what is purged is gone.
    const bucket = new s3.Bucket(scope, 'Sealed', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      encryption: s3.BucketEncryption.S3_MANAGED,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    });
    acknowledge(bucket, 'AwsSolutions-S1', 'KMS tells CloudTrail of each use of a secret, and whose it was');
    return {
      environment: { [SETTINGS.vaultBucket]: bucket.bucketName, [SETTINGS.vaultKey]: key.keyArn },
      grant: (grantee) => {
        const objects = bucket.arnForObjects('*');
        const actions = [...BLOB_READ_ACTIONS, ...BLOB_WRITE_ACTIONS];
        iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [objects] });
        iam.Grant.addToPrincipal({ grantee, actions: BUCKET_ACTIONS, resourceArns: [bucket.bucketArn] });
        acknowledgeGrant(grantee, objects, 'Objects are named after vaults, which nobody knows at deployment');
        key.grant(grantee, ...SEALING_ACTIONS);
      },
    };
  }
}
