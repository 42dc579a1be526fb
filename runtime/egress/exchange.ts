import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Substitution } from '../vault/ports';
import { DialError } from './dial';
import type { HostGrants } from './grants';
import { bodyInjector, injectHeaders, replacing, Scrubber, type Header, type SentValue } from './injection';
import { listed, passedOn, requestHeaders, without } from './message-head';
import { repositoryOf, withToken } from './repository-token';
import type { Upstream, UpstreamAnswer } from './upstream';

/** What is known of a request's way before it is made. */
export interface Exchange {
  readonly upstream: Upstream;
  /** What the request asks of the server. */
  readonly path: string;
  /** What goes into the request. */
  readonly grants: HostGrants;
  /** What is taken out of the answer: at least what goes into the request. */
  readonly scrubbed: readonly SentValue[];
}

/**
 * A body up to this size is read before it is sent, so that its new length can be said; a longer one goes on without one. All
 * connections of all sessions may hold one at the same time.
 */
const WHOLE_BODY_BYTES = 256 * 1024;

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};
/** More are no server's honest answer to a request for none. */
const MAX_ENCODINGS = 2;

/**
 * Answers a request from inside with what the server outside answers to it. Never rejects.
 *
 * @returns why there was no connection to the server, if there was none.
 */
export async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  { upstream, path, grants, scrubbed }: Exchange,
): Promise<DialError | undefined> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const { method = 'GET' } = request;
    const { substitutions, repositories } = grants;
    const body = await bodyOf(request, substitutions);
    const headers = injectHeaders(requestHeaders(request, scrubbed.length > 0), substitutions);
    const answer = await upstream.send({
      method,
      path,
      headers: [...withToken(headers, repositoryOf(method, path, repositories)), ...body.headers],
      body: body.stream,
      signal: gone.signal,
    });
    passBack(answer, request, response, scrubbed);
    return undefined;
  } catch (error) {
    if (!gone.signal.aborted) refuse(response, statusOf(error), wordsFor(error));
    return error instanceof DialError ? error : undefined;
  }
}

/** Answers with a refusal of the gateway's own, and closes: what is left of the request is not read. */
export function refuse(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return void response.destroy();
  const headers = { 'content-type': 'text/plain; charset=utf-8', connection: 'close' };
  response.writeHead(status, headers).end(text);
}

interface OutgoingBody {
  readonly stream: Readable | null;
  readonly headers: readonly Header[];
}

async function bodyOf(request: IncomingMessage, substitutions: readonly Substitution[]): Promise<OutgoingBody> {
  const { 'content-length': length, 'transfer-encoding': transfer } = request.headers;
  if (transfer === undefined && (length === undefined || length === '0')) {
    return { stream: null, headers: length === undefined ? [] : [['content-length', '0']] };
  }
  const injector = bodyInjector(substitutions);
  if (!injector) return { stream: request, headers: length === undefined ? [] : [['content-length', length]] };
  if (length === undefined || Number(length) > WHOLE_BODY_BYTES) {
    return { stream: pipeline(request, replacing(injector), () => undefined), headers: [] };
  }
  const pieces: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) pieces.push(injector.push(chunk));
  const whole = Buffer.concat([...pieces, injector.end()]);
  return { stream: Readable.from([whole]), headers: [['content-length', String(whole.length)]] };
}

function passBack(
  { status, headers, body }: UpstreamAnswer,
  request: IncomingMessage,
  response: ServerResponse,
  scrubbed: readonly SentValue[],
): void {
  const given = passedOn(headers);
  if (scrubbed.length === 0) {
    response.writeHead(status, given.flat());
    pipeline(body, response, () => undefined);
    return;
  }
  const scrubber = new Scrubber(scrubbed);
  const hasBody = request.method !== 'HEAD' && status !== 204 && status !== 304;
  const encodings = hasBody ? listed(given, 'content-encoding') : [];
  const decoders = encodings.toReversed().map((name) => (name === 'identity' ? undefined : DECODERS[name]));
  if (encodings.length > MAX_ENCODINGS || encodings.some((name) => name !== 'identity' && !DECODERS[name])) {
    body.destroy();
    return refuse(response, 502, 'The server answered in an encoding that cannot be searched for credentials');
  }
  const changed = hasBody ? without(given, 'content-length', 'content-encoding') : given;
  response.writeHead(status, changed.map((header) => scrubber.header(header)).flat());
  const steps = [...decoders.flatMap((make) => (make ? [make()] : [])), ...(hasBody ? [scrubber.body()] : [])];
  pipeline([body, ...steps, response], () => undefined);
}

function statusOf(error: unknown): number {
  return error instanceof DialError && error.reason === 'private_address' ? 403 : 502;
}

/** A header that cannot be sent is quoted by Node's own error. */
function wordsFor(error: unknown): string {
  if (error instanceof DialError) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ERR_INVALID_CHAR') return 'A credential holds characters that no header can have';
  return `The connection to the server broke (${code ?? 'unknown'})`;
}
