/** The egress gateway over AWS, for the container in which it runs. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSecureContext, rootCertificates } from 'node:tls';
import { systemClock } from '../contract/time';
import { connectionLines } from '../egress/connection-log';
import { EgressGateway } from '../egress/gateway';
import { SessionDoor } from '../egress/session-door';
import { openStore } from './compose';
import { openBroker, privateHosts } from './compose-remote-vault';
import { egressAdmission } from './egress-admission';
import { keptAuthority } from './kept-authority';
import { askNameServers } from './name-servers';
import { hasSetting, readSetting } from './settings';

/** @returns the door for sandboxes, which is open. @throws Error in a stack without vaults. */
export async function openGateway(): Promise<SessionDoor> {
  const hosts = privateHosts();
  const broker = openBroker();
  if (!broker) throw new Error('There is no broker that the gateway could ask');
  const resolve = askNameServers(readSetting('egressNameServers').split(','), hosts);
  const gateway = new EgressGateway({
    broker,
    authority: await keptAuthority(new SecretsManagerClient({}), readSetting('egressAuthoritySecret')),
    clock: systemClock,
    log: connectionLines((line) => void process.stdout.write(line)),
    privateHosts: hosts,
    resolve,
    secureContext: hasSetting('egressTrusted')
      ? createSecureContext({ ca: [...rootCertificates, readSetting('egressTrusted')] })
      : undefined,
  });
  const api = new URL(readSetting('apiUrl'));
  const door = new SessionDoor({
    gateway,
    admit: egressAdmission(openStore()),
    api: { host: api.hostname, port: Number(api.port || 443) },
    resolve,
  });
  await door.listen(Number(readSetting('egressPort')));
  return door;
}
