/** API Gateway's proxy events (REST, payload version 1.0) in the form of web standards, and back. */

/** What API Gateway hands to a function. */
export interface RestEvent {
  readonly httpMethod: string;
  readonly path: string;
  /** `path` here begins with the stage, or with the base path of a domain of one's own: with `/v1` in either case. */
  readonly requestContext: { readonly path?: string };
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>> | null;
  /** Decoded. */
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[]>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

/** What API Gateway wants back from a function that does not stream. */
export interface RestResult {
  readonly statusCode: number;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** The host is the client's word and decides nothing. */
const ORIGIN = 'http://api';

/**
 * The request that a client sent.
 *
 * @throws TypeError for a method or header that web standards have no form for.
 */
export function toRequest(event: RestEvent): Request {
  const url = new URL(ORIGIN);
  url.pathname = event.requestContext.path ?? event.path;
  for (const [name, values] of Object.entries(event.multiValueQueryStringParameters ?? {})) {
    for (const value of values) url.searchParams.append(name, value);
  }
  const headers = new Headers();
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) {
    for (const value of values) headers.append(name, value);
  }
  const body = event.body ? Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8') : undefined;
  const method = event.httpMethod.toUpperCase();
  const hasBody = body !== undefined && method !== 'GET' && method !== 'HEAD';
  return new Request(url, { method, headers, ...(hasBody ? { body } : {}) });
}

/** The whole answer. What is not UTF-8 text goes as base64. */
export async function toResult(response: Response): Promise<RestResult> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(bytes);
  return {
    statusCode: response.status,
    multiValueHeaders: headersOf(response),
    body: isText ? text : bytes.toString('base64'),
    isBase64Encoded: !isText,
  };
}

function headersOf(response: Response): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of response.headers) (headers[name] ??= []).push(value);
  return headers;
}
