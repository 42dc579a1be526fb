import { connect, type Socket } from 'node:net';
import { isNamed, type PrivateHosts } from '../vault/addresses';
import { guardedLookup, PRIVATE_ADDRESS, type ResolveHost } from '../vault/guarded-lookup';
import { PRIVATE_DESTINATION, type Destination } from './destination';

/** Why there is no connection, in words that name no address. */
export class DialError extends Error {
  override readonly name = 'DialError';

  constructor(
    readonly reason: 'private_address' | 'unreachable',
    message: string,
  ) {
    super(message);
  }
}

/** What the deployment says of how hosts are reached. */
export interface DialOptions {
  /** Hosts that may be reached although they are private. */
  readonly privateHosts: PrivateHosts;
  /** What finds the addresses of names. @default the system */
  readonly resolve?: ResolveHost;
}

const CONNECT_WITHIN_MS = 15_000;

/**
 * Connects to a destination. A name is resolved once, by the connection itself, and what it resolves to is checked there; so a
 * name that answers differently the next time gains nothing.
 *
 * @throws DialError and nothing else.
 */
export function dial(
  { host, port }: Destination,
  { privateHosts, resolve: resolveHost }: DialOptions,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      lookup: guardedLookup(isNamed(privateHosts, host), resolveHost),
      noDelay: true,
    });
    const timer = setTimeout(() => fail(new Error('timeout')), CONNECT_WITHIN_MS);
    const fail = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(dialErrorOf(host, error));
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      // It is closed then, which is what everybody watches for; without a listener it would be an error of the process.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** The error in words for the client. The system's own name addresses; its codes do not. */
export function dialErrorOf(host: string, error: NodeJS.ErrnoException): DialError {
  if (error instanceof DialError) return error;
  if (error.code === PRIVATE_ADDRESS) return new DialError('private_address', PRIVATE_DESTINATION.text);
  return new DialError('unreachable', `No connection to ${host}: ${error.code ?? error.message}`);
}
