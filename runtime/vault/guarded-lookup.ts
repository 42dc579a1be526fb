import { lookup as systemLookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './addresses';

/** The `code` of the error with which a look-up fails that found a private address. */
export const PRIVATE_ADDRESS = 'ERR_PRIVATE_ADDRESS';

/** Finds all addresses of a name. */
export type ResolveHost = (
  host: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * The look-up that a connection makes itself, so that what is checked is what is connected to. It fails if any of a name's addresses
 * is private: which of them is connected to is not ours to choose.
 *
 * @param resolve what finds the addresses. @default the system
 */
export function guardedLookup(allowPrivate: boolean, resolve: ResolveHost = systemLookup): LookupFunction {
  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const first = addresses?.[0];
      if (error || !first) return callback(error ?? new Error('no address'), '');
      if (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address))) {
        const message = 'the name resolves to a private address';
        return callback(Object.assign(new Error(message), { code: PRIVATE_ADDRESS }), '');
      }
      if (options.all) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}
