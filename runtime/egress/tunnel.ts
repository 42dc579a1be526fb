import { STATUS_CODES } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { CertificateAuthority } from './certificate-authority';
import type { ConnectionReport } from './connection-log';
import type { Destination } from './destination';
import { dial, DialError, type DialOptions } from './dial';
import { awaitOpening } from './opening';
import { SILENCE_MS } from './upstream';

/** A connection from inside that asked to be let through, and may be. */
export interface AdmittedConnection {
  readonly socket: Socket;
  readonly destination: Destination;
  /** Whether nothing but TLS for this very host may pass. */
  readonly isLimited: boolean;
  readonly report: ConnectionReport;
}

const NOT_TLS = 'not_tls';
const OTHER_NAME = 'other_server_name';

/**
 * Passes a connection on unread. Of a limited session only TLS that names the host it asked for may pass, or a connection to an
 * allowed host could be used to talk to another one behind the same address.
 */
export async function passThrough(connection: AdmittedConnection, options: DialOptions): Promise<void> {
  const { socket, isLimited, report } = connection;
  const outside = await dialFor(connection, options);
  if (!outside) return;
  establish(socket);
  if (isLimited) {
    const wrong = wrongIn(await awaitOpening(socket), connection.destination);
    if (wrong !== undefined) {
      report.became('refused', wrong);
      outside.destroy();
      socket.destroy();
      return;
    }
  }
  join(connection, outside);
}

/**
 * Ends a connection's TLS here.
 *
 * @returns what is inside of it; undefined when it is none of TLS: then it was refused, or passed on.
 */
export async function terminate(
  connection: AdmittedConnection,
  authority: CertificateAuthority,
  options: DialOptions,
): Promise<TLSSocket | undefined> {
  const { socket, destination, isLimited, report } = connection;
  const secureContext = await authority.contextFor(destination.host);
  establish(socket);
  const opening = await awaitOpening(socket);
  if (opening?.type === 'other' && !isLimited) {
    // Values go into requests over TLS alone, so nothing else has to be read.
    const outside = await dialFor(connection, options, true);
    if (outside) join(connection, outside);
    return undefined;
  }
  const wrong = wrongIn(opening, destination);
  if (wrong !== undefined) {
    report.became('refused', wrong);
    socket.destroy();
    return undefined;
  }
  report.became('terminated');
  const secured = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] });
  secured.on('error', () => secured.destroy());
  socket.once('close', () => secured.destroy());
  return secured;
}

/** An answer to a client whose connection no server of Node's has any more. */
export function answerRaw(socket: Socket, status: number, text: string): void {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: text/plain; charset=utf-8`;
  socket.end(`${head}\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`);
}

const establish = (socket: Socket): void => void socket.write('HTTP/1.1 200 Connection established\r\n\r\n');

async function dialFor(
  { socket, destination, report }: AdmittedConnection,
  options: DialOptions,
  isEstablished = false,
): Promise<Socket | undefined> {
  const outside = await dial(destination, options).catch((error: DialError) => error);
  if (!(outside instanceof DialError)) return outside;
  const isRefused = outside.reason === 'private_address';
  report.became(isRefused ? 'refused' : 'failed', outside.reason);
  if (isEstablished) socket.destroy();
  else answerRaw(socket, isRefused ? 403 : 502, outside.message);
  return undefined;
}

function join({ socket, report }: AdmittedConnection, outside: Socket): void {
  report.became('tunnelled');
  outside.setTimeout(SILENCE_MS, () => outside.destroy());
  outside.once('error', () => socket.destroy());
  socket.once('close', () => outside.destroy());
  if (socket.destroyed) outside.destroy();
  socket.pipe(outside).pipe(socket);
}

/** Why a connection may not go on as it began. A name without a server's name is refused: which host is meant is not known. */
function wrongIn(opening: Awaited<ReturnType<typeof awaitOpening>>, { host }: Destination): string | undefined {
  if (opening?.type !== 'tls') return NOT_TLS;
  const named = opening.serverName?.toLowerCase().replace(/\.$/, '');
  const isSame = isIP(host) === 0 ? named === host : named === undefined;
  return isSame ? undefined : OTHER_NAME;
}
