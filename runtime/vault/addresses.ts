import { BlockList, isIP } from 'node:net';
import { coversHost } from '../contract/hosts';

/** What is not on the public internet, or reaches back into a network of its own (IANA's special-purpose registries). */
const SPECIAL_V4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Inside the public range of IPv6: protocols that carry an IPv4 address of their own, and documentation. */
const SPECIAL_V6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [network, prefix] of SPECIAL_V4) special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of SPECIAL_V6) special.addSubnet(network, prefix, 'ipv6');

/** The only part of IPv6 that is given out for public use. Loopback, link-local, ULA, mapped IPv4 and NAT64 lie outside. */
const publicV6 = new BlockList();
publicV6.addSubnet('2000::', 3, 'ipv6');

/** Whether an IP address is one that anybody on the internet could mean. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, 'ipv4');
    case 6:
      return !address.includes('%') && publicV6.check(address, 'ipv6') && !special.check(address, 'ipv6');
    default:
      return false;
  }
}

/** Which hosts may be reached although they are private: what the deployment names, by exact host, address or `*.domain`. */
export type PrivateHosts = readonly string[];

/** The host of a URL as it is compared: IPv6 without its brackets, no dot at the end. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/** Whether the deployment has named this host. */
export const isNamed = (named: PrivateHosts, host: string): boolean =>
  named.some((pattern) => pattern.toLowerCase() === host.toLowerCase() || coversHost(pattern, host));
