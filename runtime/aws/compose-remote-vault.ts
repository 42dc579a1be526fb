/** The two functions behind which secrets are, from outside: for those whom the stack lets put secrets in, or ask for them. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { PrivateHosts } from '../vault/addresses';
import type { Broker, VaultKeeper } from '../vault/ports';
import { createRemoteBroker, createRemoteKeeper } from './remote-vault';
import { hasSetting, readSetting } from './settings';

/** Undefined in a stack without vaults. */
export function openBroker(): Broker | undefined {
  if (!hasSetting('vaultBrokerFunction')) return undefined;
  return createRemoteBroker({ client: new LambdaClient({}), functionName: readSetting('vaultBrokerFunction') });
}

/** Undefined in a stack without vaults. */
export function openKeeper(): VaultKeeper | undefined {
  if (!hasSetting('vaultKeeperFunction')) return undefined;
  return createRemoteKeeper({ client: new LambdaClient({}), functionName: readSetting('vaultKeeperFunction') });
}

/** The hosts that may be reached although they are private. */
export const privateHosts = (): PrivateHosts =>
  hasSetting('privateHosts') ? readSetting('privateHosts').split(',') : [];
