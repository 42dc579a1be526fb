/** The broker, from outside: for those whom the stack lets ask for what a session's vaults allow. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { PrivateHosts } from '../vault/addresses';
import type { Broker } from '../vault/ports';
import { createRemoteBroker } from './remote-vault';
import { hasSetting, readSetting } from './settings';

/** A stack without vaults has none. */
export function openBroker(): Broker | undefined {
  if (!hasSetting('vaultBrokerFunction')) return undefined;
  return createRemoteBroker({ client: new LambdaClient({}), functionName: readSetting('vaultBrokerFunction') });
}

/** The hosts that may be reached although they are private. */
export const privateHosts = (): PrivateHosts =>
  hasSetting('privateHosts') ? readSetting('privateHosts').split(',') : [];
