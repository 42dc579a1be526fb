import { Duration, RemovalPolicy, Resource, Token } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Key } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct, IConstruct } from 'constructs';
import { SETTINGS } from '../runtime/aws/settings';
import { catalogPartition, keyHashKey, keyListPartition, workPartition } from '../runtime/store/keys';
import { RUNTIME_INDEX, TABLES, type IndexSchema, type TableSchema } from '../runtime/store/tables';
import { acknowledge, acknowledgeGrant } from './acknowledge';
import { emulatorAddress } from './emulator';
import {
  BLOB_READ_ACTIONS,
  BLOB_WRITE_ACTIONS,
  BUCKET_ACTIONS,
  CONNECT_LOOK_ACTIONS,
  CONNECT_NOTE_ACTIONS,
  ENTRY_LOOK_ACTIONS,
  INDEX_ACTIONS,
  KEY_ITEM_ACTIONS,
  KEY_READ_ACTIONS,
  KEY_WRITE_ACTIONS,
  TABLE_READ_ACTIONS,
  TABLE_WATCH_ACTIONS,
  TABLE_WRITE_ACTIONS,
} from './session-store-perms';

/** Where sessions live: two tables and a bucket. */
export interface ISessionStore extends IConstruct {
  /** Threads (inbox, log, previews, lease) and session records. */
  readonly sessionsTable: dynamodb.ITableV2;
  /** Agents, environments, work items and the hashes of keys. */
  readonly controlTable: dynamodb.ITableV2;
  /** Bodies too big for an item, and saved workspaces. */
  readonly bucket: s3.IBucket;
  /** The customer's key, if the store is encrypted with one. */
  readonly encryptionKey?: kms.IKey;
  /** The variables that tell a function of `runtime/` where the store is. */
  readonly functionEnvironment: Record<string, string>;

  /** Everything that the API and the harness do with the store. */
  grantReadWrite(grantee: iam.IGrantable): iam.Grant;
  /** Following a session: reading it, and noting that somebody watches. */
  grantFollow(grantee: iam.IGrantable): iam.Grant;
  /** Looking up the token and the work item of a sandbox that connects, and noting its connection in its thread. */
  grantConnect(grantee: iam.IGrantable): iam.Grant;
  /** Reading sessions and work items by name. */
  grantLook(grantee: iam.IGrantable): iam.Grant;
  /** Asking which versions of the harness sessions are pinned to. */
  grantQueryRuntimes(grantee: iam.IGrantable): iam.Grant;
  /** Making, listing and revoking keys, and looking whether an environment is there: of the control table, those items alone. */
  grantManageKeys(grantee: iam.IGrantable): iam.Grant;
  /** Writing to the control table only, where keys and work items stand. */
  grantWriteControl(grantee: iam.IGrantable): iam.Grant;
}

/** What names an existing store. */
export interface SessionStoreAttributes {
  readonly sessionsTableArn: string;
  readonly controlTableArn: string;
  readonly bucketArn: string;
  /** @default - the store has no key of the customer's */
  readonly encryptionKeyArn?: string;
}

export interface SessionStoreProps {
  /**
   * A key of yours, for the tables and the bucket. The stack must then name its Region.
   *
   * @default - keys of AWS, at no cost
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What becomes of the data when the stack is deleted.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether the tables can be restored to any second of the last 35 days.
   *
   * @default true
   */
  readonly pointInTimeRecovery?: boolean;

  /**
   * Refuses to delete the tables by whatever means, until it is switched off again.
   *
   * @default false
   */
  readonly deletionProtection?: boolean;
}

abstract class SessionStoreBase extends Resource implements ISessionStore {
  abstract readonly sessionsTable: dynamodb.ITableV2;
  abstract readonly controlTable: dynamodb.ITableV2;
  abstract readonly bucket: s3.IBucket;
  abstract readonly encryptionKey?: kms.IKey;

  get functionEnvironment(): Record<string, string> {
    return {
      [SETTINGS.sessionsTable]: this.sessionsTable.tableName,
      [SETTINGS.controlTable]: this.controlTable.tableName,
      [SETTINGS.blobBucket]: this.bucket.bucketName,
    };
  }

  grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    const tables = [...TABLE_READ_ACTIONS, ...TABLE_WRITE_ACTIONS];
    return this.grantKey(grantee, KEY_WRITE_ACTIONS)
      .combine(this.grantTable(grantee, this.sessionsTable, tables))
      .combine(this.grantTable(grantee, this.controlTable, tables))
      .combine(this.grantIndexes(grantee))
      .combine(this.grantBlobs(grantee, [...BLOB_READ_ACTIONS, ...BLOB_WRITE_ACTIONS]));
  }

  grantFollow(grantee: iam.IGrantable): iam.Grant {
    return this.grantKey(grantee, KEY_READ_ACTIONS)
      .combine(this.grantTable(grantee, this.sessionsTable, [...TABLE_READ_ACTIONS, ...TABLE_WATCH_ACTIONS]))
      .combine(this.grantTable(grantee, this.controlTable, TABLE_READ_ACTIONS))
      .combine(this.grantBlobs(grantee, BLOB_READ_ACTIONS));
  }

  grantConnect(grantee: iam.IGrantable): iam.Grant {
    return this.grantKey(grantee, KEY_WRITE_ACTIONS)
      .combine(this.grantControl(grantee, CONNECT_LOOK_ACTIONS, [keyHashKey('*').pk, workPartition('*', '*')]))
      .combine(this.grantTable(grantee, this.sessionsTable, CONNECT_NOTE_ACTIONS));
  }

  grantLook(grantee: iam.IGrantable): iam.Grant {
    return this.grantKey(grantee, KEY_READ_ACTIONS)
      .combine(this.grantTable(grantee, this.sessionsTable, TABLE_READ_ACTIONS))
      .combine(this.grantTable(grantee, this.controlTable, TABLE_READ_ACTIONS))
      .combine(this.grantBlobs(grantee, BLOB_READ_ACTIONS));
  }

  grantWriteControl(grantee: iam.IGrantable): iam.Grant {
    const actions = [...TABLE_READ_ACTIONS, ...TABLE_WRITE_ACTIONS];
    return this.grantKey(grantee, KEY_WRITE_ACTIONS).combine(this.grantTable(grantee, this.controlTable, actions));
  }

  grantManageKeys(grantee: iam.IGrantable): iam.Grant {
    return this.grantKey(grantee, KEY_WRITE_ACTIONS)
      .combine(this.grantControl(grantee, KEY_ITEM_ACTIONS, [keyHashKey('*').pk, keyListPartition('*')]))
      .combine(this.grantControl(grantee, ENTRY_LOOK_ACTIONS, [catalogPartition('environments', '*')]));
  }

  grantQueryRuntimes(grantee: iam.IGrantable): iam.Grant {
    const index = `${this.sessionsTable.tableArn}/index/${RUNTIME_INDEX.name}`;
    return this.grantKey(grantee, KEY_READ_ACTIONS).combine(
      iam.Grant.addToPrincipal({ grantee, actions: INDEX_ACTIONS, resourceArns: [index] }),
    );
  }

  /** Said table by table and index by index: no wildcard lets a later index in. */
  private grantIndexes(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: INDEX_ACTIONS,
      resourceArns: [
        ...indexArns(this.sessionsTable, TABLES.sessions),
        ...indexArns(this.controlTable, TABLES.control),
      ],
    });
  }

  private grantTable(grantee: iam.IGrantable, table: dynamodb.ITableV2, actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [table.tableArn] });
  }

  /** Some partitions of the control table, by patterns of their names. */
  private grantControl(grantee: iam.IGrantable, actions: string[], partitions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.controlTable.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } },
    });
  }

  private grantBlobs(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    const objects = this.bucket.arnForObjects('*');
    acknowledgeGrant(grantee, objects, 'Blobs are named after sessions, which nobody knows at deployment');
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [objects] }).combine(
      iam.Grant.addToPrincipal({ grantee, actions: BUCKET_ACTIONS, resourceArns: [this.bucket.bucketArn] }),
    );
  }

  private grantKey(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    return this.encryptionKey?.grant(grantee, ...actions) ?? iam.Grant.drop(grantee, 'The store has no key of its own');
  }
}

/**
 * The session store: what every other part reads and writes, and the only part that holds anything. It costs nothing while
 * nothing happens.
 */
export class SessionStore extends SessionStoreBase {
  /** A store that another stack made, with its grants. */
  static fromSessionStoreAttributes(scope: Construct, id: string, attributes: SessionStoreAttributes): ISessionStore {
    return new ImportedSessionStore(scope, id, attributes);
  }

  readonly sessionsTable: dynamodb.TableV2;
  readonly controlTable: dynamodb.TableV2;
  readonly bucket: s3.Bucket;
  readonly encryptionKey?: kms.IKey;

  constructor(scope: Construct, id: string, props: SessionStoreProps = {}) {
    super(scope, id);
    if (props.encryptionKey && Token.isUnresolved(this.env.region)) {
      throw new Error(
        'encryptionKey: a table names its key by Region, so the stack must name its own. Add `env: { region: "..." }` to its props',
      );
    }
    this.encryptionKey = props.encryptionKey;
    this.sessionsTable = this.table('Sessions', TABLES.sessions, props);
    this.controlTable = this.table('Control', TABLES.control, props);
    this.bucket = this.blobBucket(props);
  }

  private table(id: string, schema: TableSchema, props: SessionStoreProps): dynamodb.TableV2 {
    return new dynamodb.TableV2(this, id, {
      partitionKey: { name: schema.partition, type: dynamodb.AttributeType.STRING },
      sortKey: { name: schema.sort, type: dynamodb.AttributeType.STRING },
      globalSecondaryIndexes: schema.indexes.map(indexProps),
      timeToLiveAttribute: schema.timeToLive,
      billing: dynamodb.Billing.onDemand(),
      encryption: props.encryptionKey
        ? dynamodb.TableEncryptionV2.customerManagedKey(props.encryptionKey)
        : dynamodb.TableEncryptionV2.dynamoOwnedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: props.pointInTimeRecovery ?? true },
      deletionProtection: props.deletionProtection,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    });
  }

  private blobBucket(props: SessionStoreProps): s3.Bucket {
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const bucket = new s3.Bucket(this, 'Blobs', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      encryption: props.encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
      encryptionKey: props.encryptionKey,
      bucketKeyEnabled: props.encryptionKey ? true : undefined,
      removalPolicy,
      // A bucket that holds something cannot be deleted. What empties it is a resource that no emulator can run.
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY && !emulatorAddress(this) ? true : undefined,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    });
    acknowledge(
      bucket,
      'AwsSolutions-S1',
      'Access logs cost money at rest; CloudTrail data events serve whoever audits',
    );
    return bucket;
  }
}

/** The indexes that every reader of the store may ask; that of versions is the janitor's. */
function indexArns(table: dynamodb.ITableV2, schema: TableSchema): string[] {
  return schema.indexes.filter((index) => index !== RUNTIME_INDEX).map(({ name }) => `${table.tableArn}/index/${name}`);
}

const ATTRIBUTE_TYPES = { S: dynamodb.AttributeType.STRING, N: dynamodb.AttributeType.NUMBER };

function indexProps(index: IndexSchema): dynamodb.GlobalSecondaryIndexPropsV2 {
  return {
    indexName: index.name,
    partitionKey: { name: index.partition, type: dynamodb.AttributeType.STRING },
    sortKey: { name: index.sort.name, type: ATTRIBUTE_TYPES[index.sort.type] },
    ...(index.include.length === 0
      ? { projectionType: dynamodb.ProjectionType.KEYS_ONLY }
      : { projectionType: dynamodb.ProjectionType.INCLUDE, nonKeyAttributes: [...index.include] }),
  };
}

class ImportedSessionStore extends SessionStoreBase {
  readonly sessionsTable: dynamodb.ITableV2;
  readonly controlTable: dynamodb.ITableV2;
  readonly bucket: s3.IBucket;
  readonly encryptionKey?: kms.IKey;

  constructor(scope: Construct, id: string, attributes: SessionStoreAttributes) {
    super(scope, id);
    this.sessionsTable = dynamodb.TableV2.fromTableArn(this, 'Sessions', attributes.sessionsTableArn);
    this.controlTable = dynamodb.TableV2.fromTableArn(this, 'Control', attributes.controlTableArn);
    this.bucket = s3.Bucket.fromBucketArn(this, 'Blobs', attributes.bucketArn);
    if (attributes.encryptionKeyArn !== undefined) {
      this.encryptionKey = Key.fromKeyArn(this, 'Key', attributes.encryptionKeyArn);
    }
  }
}
