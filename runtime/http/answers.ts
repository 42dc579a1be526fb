/** Responses, and what is said when there is no better one. */
import { ApiError, errorBody } from '../contract/errors';

const RETRYABLE: readonly number[] = [408, 429];

/** A JSON body with status 200. */
export function answer(result: unknown): Response {
  return new Response(JSON.stringify(result), { headers: { 'content-type': 'application/json' } });
}

/**
 * An error in the API's envelope. Clients retry conflicts by themselves; the header says which answers would be the same the
 * next time (reference 1.2).
 */
export function refuse(error: ApiError, requestId: string): Response {
  const headers = new Headers({ 'content-type': 'application/json' });
  if (error.status < 500 && !RETRYABLE.includes(error.status)) headers.set('x-should-retry', 'false');
  return new Response(JSON.stringify(errorBody(error, requestId)), { status: error.status, headers });
}

/** What a caller is told of a failure inside: nothing but where the log has more. */
export const internalError = (): ApiError => new ApiError(500, 'api_error', 'Internal server error');
