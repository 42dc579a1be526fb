import { lookup, Resolver, type LookupAddress } from 'node:dns';
import { isNamed, type PrivateHosts } from '../vault/addresses';
import type { ResolveHost } from '../vault/guarded-lookup';

const TIMEOUT_MS = 3_000;
const TRIES = 2;

/**
 * Asks name servers of its own. Where sandboxes stand, the network's resolver answers next to nothing, so that nobody can carry data out
 * in look-ups; the gateway is in the same network and has to ask others. Only IPv4, since the gateway has no other way out.
 *
 * @param servers addresses of name servers.
 * @param privateHosts hosts that only the network's own resolver knows.
 */
export function askNameServers(servers: readonly string[], privateHosts: PrivateHosts): ResolveHost {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  resolver.setServers(servers);
  return (host, options, callback) => {
    if (isNamed(privateHosts, host)) return lookup(host, options, callback);
    return resolver.resolve4(host, (error, addresses) => {
      callback(error, error ? [] : addresses.map((address): LookupAddress => ({ address, family: 4 })));
    });
  };
}
