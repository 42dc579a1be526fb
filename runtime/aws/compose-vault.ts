import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { auditLines } from '../vault/audit';
import { createBroker } from '../vault/broker';
import type { Broker, SecretStore, VaultKeeper } from '../vault/ports';
import { openStore, surroundings } from './compose';
import { privateHosts } from './compose-remote-vault';
import { createEnvelopeSecrets } from './envelope-secrets';
import { createS3Blobs } from './s3-blobs';
import { createSecretsManager } from './secrets-manager';
import { hasSetting, readSetting } from './settings';

/** The boundary of secrets, for the two functions that stand behind it. Nobody else may read what is in Secrets Manager. */
export function openVault(): Broker & VaultKeeper {
  return createBroker({
    store: openStore(),
    secrets: openSecrets(),
    clock: surroundings.clock,
    audit: auditLines((line) => void process.stdout.write(line)),
    privateHosts: privateHosts(),
  });
}

/** Secrets Manager, or a bucket of sealed texts where the stack has one. */
function openSecrets(): SecretStore {
  if (hasSetting('vaultBucket')) {
    const blobs = createS3Blobs(new S3Client({}), readSetting('vaultBucket'));
    return createEnvelopeSecrets({ client: new KMSClient({}), keyId: readSetting('vaultKey'), blobs });
  }
  return createSecretsManager({
    client: new SecretsManagerClient({}),
    prefix: readSetting('vaultSecretPrefix'),
    kmsKeyId: hasSetting('vaultKey') ? readSetting('vaultKey') : undefined,
  });
}
