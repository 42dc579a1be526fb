import type { IncomingMessage } from 'node:http';
import type { Header } from './injection';

/** What is between two neighbours and goes no further (RFC 9110, section 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** Set anew for each request, or seen to by Node. */
const OURS_OF_REQUESTS: ReadonlySet<string> = new Set(['host', 'content-length', 'expect']);
/** Pieces of a body cannot be searched for a value that is spread over them, nor what is encoded in ways nobody asked for. */
const PARTIAL_OR_ENCODED: ReadonlySet<string> = new Set(['range', 'if-range', 'accept-encoding']);

/** The headers of a message as they stand on the wire. */
export const headersOf = ({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): Header[] =>
  rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []));

/** The headers that go on: without those between neighbours, the ones that `Connection` names among them. */
export function passedOn(headers: readonly Header[]): Header[] {
  const named = headers
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((option) => option.trim().toLowerCase()));
  return headers.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !named.includes(name.toLowerCase()));
}

/**
 * The headers of a request as the server gets them.
 *
 * @param isSearched whether the answer has to be searched: it is then asked for whole and as it is.
 */
export function requestHeaders(request: Pick<IncomingMessage, 'rawHeaders'>, isSearched: boolean): Header[] {
  const headers = passedOn(headersOf(request)).filter(([name]) => !OURS_OF_REQUESTS.has(name.toLowerCase()));
  if (!isSearched) return headers;
  return [
    ...headers.filter(([name]) => !PARTIAL_OR_ENCODED.has(name.toLowerCase())),
    ['accept-encoding', 'identity'] as const,
  ];
}

/** The headers without those of these names. */
export const without = (headers: readonly Header[], ...names: string[]): Header[] =>
  headers.filter(([name]) => !names.includes(name.toLowerCase()));

/** The values of a header that lists some, in lower case. */
export const listed = (headers: readonly Header[], wanted: string): string[] =>
  headers
    .filter(([name]) => name.toLowerCase() === wanted)
    .flatMap(([, value]) => value.split(','))
    .map((one) => one.trim().toLowerCase())
    .filter((one) => one !== '');
