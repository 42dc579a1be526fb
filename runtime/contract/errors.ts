/** The error types of the API's envelope (reference 1.2). */
export type ApiErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'billing_error'
  | 'permission_error'
  | 'not_found_error'
  | 'conflict_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'api_error'
  | 'timeout_error'
  | 'overloaded_error';

/** What an error says beside its message: a typed `error_code`, or the state that a precondition met (reference 1.2). */
export interface ApiErrorDetails {
  readonly error_code?: string;
  readonly error_visibility?: 'user_facing';
  readonly current_state?: unknown;
}

/**
 * An answer other than success. Whoever finds the request wrong throws it; the handler writes the envelope. The message is
 * for the caller: it says what is wrong and where, and never holds a secret or a private part.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly type: ApiErrorType,
    message: string,
    readonly details?: ApiErrorDetails,
  ) {
    super(message);
  }
}

/** 400: the request cannot be served as it is. `code` is the typed `error_code` where the API has one. */
export const invalid = (message: string, code?: string): ApiError =>
  new ApiError(400, 'invalid_request_error', message, code === undefined ? undefined : { error_code: code });

/** 401: no credential, or one that is not known. */
export const unauthenticated = (message = 'Authentication failed'): ApiError =>
  new ApiError(401, 'authentication_error', message);

/** 403: the credential is known and may not do this. */
export const forbidden = (message: string): ApiError => new ApiError(403, 'permission_error', message);

/** 404: absent, malformed or another workspace's; the three read the same. */
export const notFound = (message: string): ApiError => new ApiError(404, 'not_found_error', message);

/** 409: the API uses two types for it; each route's section of the reference says which. */
export const conflict = (
  message: string,
  type: 'conflict_error' | 'invalid_request_error' = 'invalid_request_error',
): ApiError => new ApiError(409, type, message);

/** The body of an error answer (reference 1.2). */
export function errorBody(error: ApiError, requestId: string): Record<string, unknown> {
  return {
    type: 'error',
    error: { type: error.type, message: error.message, ...(error.details ? { details: error.details } : {}) },
    request_id: requestId,
  };
}
