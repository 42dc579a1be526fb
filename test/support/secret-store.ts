import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSecretsManager } from '../../runtime/aws/secrets-manager';
import { openSecretFiles } from '../../runtime/local/secrets';
import type { VaultRef } from '../../runtime/store/vault-ports';
import type { SecretStore } from '../../runtime/vault/ports';

/** Where the files of a test's directory stand. */
export const filesIn = (directory: string) => ({
  directory: join(directory, 'secrets'),
  keyFile: join(directory, 'secret-key'),
});

/** Whether the tests run over Secrets Manager, or what speaks its protocol at SECRETS_MANAGER_ENDPOINT, instead of files. */
export const overSecretsManager = process.env.SECRETS_MANAGER_ENDPOINT !== undefined;

const prefix = 'managed-agents-test/vaults';

const connect = (): SecretsManagerClient =>
  new SecretsManagerClient({
    endpoint: process.env.SECRETS_MANAGER_ENDPOINT,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

/** The secret store under test. */
export async function openSecrets(directory: string): Promise<SecretStore> {
  return overSecretsManager ? createSecretsManager({ client: connect(), prefix }) : openSecretFiles(filesIn(directory));
}

/** What the store holds of a vault: a name for each file, or each secret. */
export async function heldOf({ workspace, vaultId }: VaultRef, directory: string): Promise<string[]> {
  if (overSecretsManager) return secretNames(`${prefix}/${workspace}/${vaultId}/`);
  const path = join(filesIn(directory).directory, `_${workspace}`, `_${vaultId}`);
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
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
