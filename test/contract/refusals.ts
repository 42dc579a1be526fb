import { ApiError } from '../../runtime/contract/errors';
import type { OperationInput, OperationName } from '../../runtime/contract/operations';
import { validateInput } from '../../runtime/contract/validate';

interface Request {
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** The input that a request to an operation makes. */
export function accepted<O extends OperationName>(operation: O, request: Request): OperationInput<O> {
  const { query = '', body, headers = {} } = request;
  return validateInput(operation, { path: {}, query: new URLSearchParams(query), body, headers: new Headers(headers) });
}

/** The 400 that a request to an operation gets. */
export function refused(operation: OperationName, request: Request): ApiError {
  try {
    accepted(operation, request);
  } catch (error) {
    if (error instanceof ApiError && error.status === 400) return error;
    throw error;
  }
  throw new Error(`${operation} accepted ${JSON.stringify(request)}`);
}
