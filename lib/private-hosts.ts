import { isIP } from 'node:net';
import { Token } from 'aws-cdk-lib';
import { isHostPattern } from '../runtime/contract/hosts';
import { SETTINGS } from '../runtime/aws/settings';

/**
 * The variable that names the hosts that a function may reach although they are private.
 *
 * @throws Error for what is no host, no address and no `*.domain`
 */
export function privateHostsEnvironment(hosts: readonly string[] = []): Record<string, string> {
  for (const host of hosts) {
    if (Token.isUnresolved(host) || isIP(host) !== 0 || isHostPattern(host)) continue;
    throw new Error(
      `privateHosts: "${host}" is no host. Give a name, an address or *.domain, without scheme, port or path`,
    );
  }
  return hosts.length > 0 ? { [SETTINGS.privateHosts]: hosts.join(',') } : {};
}
