import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { auditLines } from '../vault/audit';
import { createBroker } from '../vault/broker';
import type { Broker, VaultKeeper } from '../vault/ports';
import { openStore, surroundings } from './compose';
import { privateHosts } from './compose-broker';
import { createRemoteKeeper } from './remote-vault';
import { createSecretsManager } from './secrets-manager';
import { hasSetting, readSetting } from './settings';

/** The boundary of secrets, for the two functions that stand behind it. Nobody else may read what is in Secrets Manager. */
export function openVault(): Broker & VaultKeeper {
  return createBroker({
    store: openStore(),
    secrets: createSecretsManager({
      client: new SecretsManagerClient({}),
      prefix: readSetting('vaultSecretPrefix'),
      kmsKeyId: hasSetting('vaultKey') ? readSetting('vaultKey') : undefined,
    }),
    clock: surroundings.clock,
    audit: auditLines((line) => void process.stdout.write(line)),
    privateHosts: privateHosts(),
  });
}

/** The keeper, from outside. A stack without one serves no vaults. */
export function openKeeper(): VaultKeeper | undefined {
  if (!hasSetting('vaultKeeperFunction')) return undefined;
  return createRemoteKeeper({ client: new LambdaClient({}), functionName: readSetting('vaultKeeperFunction') });
}
