/** Answers to what is no request in the rules of HTTP, which Node would refuse without the API's envelope. */
import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApiError, errorBody } from '../contract/errors';
import { systemIds } from '../contract/ids';
import { refuse } from './answers';

/** What Node's parser calls the faults that have a status of their own. */
const FAULTS: Readonly<Record<string, ApiError>> = {
  HPE_HEADER_OVERFLOW: new ApiError(431, 'invalid_request_error', 'request headers: must be at most 16 KB'),
  ERR_HTTP_REQUEST_TIMEOUT: new ApiError(408, 'timeout_error', 'the request took too long to arrive'),
};
const MALFORMED = new ApiError(400, 'invalid_request_error', 'malformed request');
const EXPECTATION = new ApiError(417, 'invalid_request_error', 'expect: only 100-continue can be expected');

/** A refusal of a request that no handler can be given. */
export function unreadable(error: ApiError = MALFORMED): Response {
  const requestId = systemIds.make('request');
  const response = refuse(error, requestId);
  response.headers.set('request-id', requestId);
  return response;
}

/** Answers in the API's envelope where Node's own answers have none. */
export function answerUnreadable(
  server: Server,
  send: (response: Response, incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>,
): void {
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.on('request', ({ socket }: IncomingMessage, outgoing: ServerResponse) => answers.set(socket, outgoing));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (!socket.writable || isOthersTurn(answers.get(socket))) socket.destroy();
    else refuseOn(socket, FAULTS[error.code ?? ''] ?? MALFORMED);
  });
  server.on('connect', (_incoming: IncomingMessage, socket: Socket) => refuseOn(socket, MALFORMED));
  server.on('checkExpectation', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    send(unreadable(EXPECTATION), incoming, outgoing).catch(() => outgoing.destroy());
  });
}

/** Whether an answer to a whole request is on its way, or has begun: what we wrote would be read as a part of it. */
const isOthersTurn = (answer: ServerResponse | undefined): boolean =>
  answer !== undefined && !answer.writableFinished && (answer.req.complete || answer.headersSent);

/** Writes an answer without the help of Node's HTTP server, and hangs up. */
function refuseOn(socket: Duplex, error: ApiError): void {
  const { headers } = unreadable(error);
  const body = JSON.stringify(errorBody(error, headers.get('request-id') ?? ''));
  headers.set('content-length', String(Buffer.byteLength(body)));
  headers.set('connection', 'close');
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}\r\n${lines}\r\n${body}`);
}
