import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateKeyCommand, KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createEnvelopeSecrets } from '../../runtime/aws/envelope-secrets';
import { createS3Blobs } from '../../runtime/aws/s3-blobs';
import { createSecretsManager } from '../../runtime/aws/secrets-manager';
import { openSecretFiles } from '../../runtime/local/secrets';
import type { VaultRef } from '../../runtime/store/vault-ports';
import type { SecretStore } from '../../runtime/vault/ports';

/** Where the files of a test's directory stand. */
export const filesIn = (directory: string) => ({
  directory: join(directory, 'secrets'),
  keyFile: join(directory, 'secret-key'),
});

/** Which of AWS's ways of keeping secrets the tests run over, at AWS_SECRETS_ENDPOINT, instead of files. */
const endpoint = process.env.AWS_SECRETS_ENDPOINT;
const way = endpoint === undefined ? 'files' : process.env.AWS_SECRETS_WAY;
const overSecretsManager = way === 'secrets-manager';
const overEnvelopes = way === 'envelopes';

const prefix = 'managed-agents-test/vaults';

const BUCKET = 'vaults';

const config = {
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  forcePathStyle: true,
};
const connect = (): SecretsManagerClient => new SecretsManagerClient(config);

/** Sealed texts in a bucket, under a key of KMS; both are made where they are not there. */
async function openEnvelopes(): Promise<SecretStore> {
  const client = new KMSClient(config);
  const s3 = new S3Client(config);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET })).catch(() => undefined);
  const { Keys = [] } = await client.send(new ListKeysCommand({}));
  const keyId = Keys[0]?.KeyArn ?? (await client.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
  return createEnvelopeSecrets({ client, keyId, blobs: createS3Blobs(s3, BUCKET) });
}

/** The secret store under test. */
export async function openSecrets(directory: string): Promise<SecretStore> {
  if (overEnvelopes) return openEnvelopes();
  return overSecretsManager ? createSecretsManager({ client: connect(), prefix }) : openSecretFiles(filesIn(directory));
}

/** What the store holds of a vault: a name for each file, or each secret. */
export async function heldOf({ workspace, vaultId }: VaultRef, directory: string): Promise<string[]> {
  if (overSecretsManager) return secretNames(`${prefix}/${workspace}/${vaultId}/`);
  if (overEnvelopes) return objectKeys(`${workspace}/${vaultId}/`);
  const path = join(filesIn(directory).directory, `_${workspace}`, `_${vaultId}`);
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function objectKeys(beginning: string): Promise<string[]> {
  const { Contents = [] } = await new S3Client(config).send(
    new ListObjectsV2Command({ Bucket: BUCKET, Prefix: beginning }),
  );
  return Contents.flatMap(({ Key }) => (Key?.endsWith('.sealed') ? Key : []));
}

async function secretNames(beginning: string): Promise<string[]> {
  const client = connect();
  const Filters = [{ Key: 'name' as const, Values: [beginning] }];
  const names: string[] = [];
  for (let NextToken: string | undefined, more = true; more; more = NextToken !== undefined) {
    const page = await client.send(new ListSecretsCommand({ Filters, ...(NextToken ? { NextToken } : {}) }));
    names.push(...(page.SecretList ?? []).flatMap(({ Name }) => Name ?? []));
    ({ NextToken } = page);
  }
  return names;
}
