import { isIP } from 'node:net';
import { isAllowed } from '../contract/network-policy';
import { hostOf, isNamed, isPublicAddress, type PrivateHosts } from '../vault/addresses';
import type { EgressSession } from './session';

/** Where a connection is to go. The host is in the form in which hosts are compared. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

/** Why nothing goes there, in words for the client (reference 4). */
export interface Refusal {
  readonly reason: 'not_allowed' | 'private_address';
  readonly text: string;
}

const DEFAULT_PORT = 80;
/** No name is longer. */
const MAX_HOST = 253;

/** Reads `host:port`. Undefined for anything else: what the parser of URLs does not take as one, nothing here does. */
export function parseAuthority(authority: string): Destination | undefined {
  if (!/^(?:\[[0-9a-f:.]+\]|[^/?#@\\\s:[\]]+):[0-9]{1,5}$/i.test(authority)) return undefined;
  const text = `http://${authority}`;
  return URL.canParse(text) ? destinationOf(new URL(text)) : undefined;
}

/** Where a request to a URL of plain `http` goes. */
export function destinationOf(url: URL): Destination | undefined {
  const host = hostOf(url).toLowerCase();
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port);
  return host === '' || host.length > MAX_HOST || port === 0 ? undefined : { host, port };
}

/** The destination as a request's `Host` names it. */
export function authorityOf({ host, port }: Destination, defaultPort: number): string {
  const name = isIP(host) === 6 ? `[${host}]` : host;
  return port === defaultPort ? name : `${name}:${port}`;
}

export const PRIVATE_DESTINATION: Refusal = {
  reason: 'private_address',
  text: 'Destination IP is in a private/reserved range',
};

/** Why a session may not reach a host, by its name alone: what the name resolves to is checked when it is dialled. */
export function refusalOf(
  { host }: Destination,
  { allowedHosts }: Pick<EgressSession, 'allowedHosts'>,
  privateHosts: PrivateHosts,
): Refusal | undefined {
  if (!isAllowed(allowedHosts, host)) return { reason: 'not_allowed', text: `Host not in allowlist: ${host}` };
  const isPrivate = isIP(host) !== 0 && !isPublicAddress(host) && !isNamed(privateHosts, host);
  return isPrivate ? PRIVATE_DESTINATION : undefined;
}
