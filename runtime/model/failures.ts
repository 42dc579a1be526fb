import { APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk';
import { ModelError } from './port';

const MAX_MESSAGE = 1_000;
const MAX_RETRY_AFTER_MS = 3_600_000;

/** How the model API, and Bedrock, say that the conversation does not fit; there is no error code for this. */
const CONTEXT_OVERFLOW = /prompt is too long|input is too long|exceeds? (the )?(model's )?context (limit|window)/i;
/** The ways in which the model API says that the account cannot pay. */
const NO_CREDIT = /credit balance is too low/i;
const BILLING_CODE = /spend_limit|billing/;

/**
 * What went wrong with a model request, in the words of `session.error` (reference 6.4). The server's own message is kept,
 * since it is what helps; `secret` is cut out of it in case a gateway repeats the credential that it refuses.
 */
export function toModelError(error: unknown, secret: string): ModelError {
  if (error instanceof ModelError) return error;
  if (error instanceof APIConnectionTimeoutError) return transient('The model API did not answer in time.');
  if (!(error instanceof APIError)) return transient('The connection to the model API broke off.');
  // An error event in the middle of a stream has no status, only the type that the same error would have had as an answer.
  const status = error.status ?? statusOf(error.type);
  if (status === undefined) return transient('The model API could not be reached.');
  const message = shown(error, status, secret);
  if (isBilling(error, status)) return new ModelError('billing_error', false, message);
  if (status === 529) return new ModelError('model_overloaded_error', true, message, retryAfterMs(error.headers));
  if (status === 429) return new ModelError('model_rate_limited_error', true, message, retryAfterMs(error.headers));
  if (status === 400 && CONTEXT_OVERFLOW.test(message)) return new ModelError('context_overflow', false, message);
  const mayPass = status >= 500 || status === 408 || status === 409;
  return new ModelError('model_request_failed_error', mayPass, message, retryAfterMs(error.headers));
}

/** What a stream that ended before its message did is worth. */
export function cutStream(): ModelError {
  return transient('The model API ended its answer before it was complete.');
}

function transient(message: string): ModelError {
  return new ModelError('model_request_failed_error', true, message);
}

const STATUS_OF_TYPE: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
  // What Bedrock says in the middle of a stream.
  validationException: 400,
  throttlingException: 429,
  internalServerException: 500,
  modelStreamErrorException: 500,
  serviceUnavailableException: 503,
  modelTimeoutException: 504,
};

const statusOf = (type: string | null): number | undefined => (type === null ? undefined : STATUS_OF_TYPE[type]);

function isBilling(error: APIError, status: number): boolean {
  return (
    status === 402 ||
    error.type === 'billing_error' ||
    BILLING_CODE.test(error.errorCode ?? '') ||
    (status < 500 && NO_CREDIT.test(error.apiMessage ?? ''))
  );
}

function shown(error: APIError, status: number, secret: string): string {
  if (status === 401) return 'The model API refused the credential that this service is configured with.';
  const message = error.apiMessage ?? plainMessage(error.error) ?? `The model API answered with status ${status}.`;
  return (secret === '' ? message : message.replaceAll(secret, '[credential]')).slice(0, MAX_MESSAGE);
}

/** What AWS says before a request has come to the model: an object with a message. */
function plainMessage(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('message' in body)) return undefined;
  return typeof body.message === 'string' ? body.message : undefined;
}

/** The server's wish in milliseconds: `retry-after-ms`, or `retry-after` in seconds or as a date. Bounded by an hour. */
function retryAfterMs(headers: Headers | undefined): number | undefined {
  const ms = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  const after = headers?.get('retry-after') ?? '';
  const seconds = Number(after === '' ? Number.NaN : after);
  const wish = [ms, seconds * 1000, Date.parse(after) - Date.now()].find((value) => !Number.isNaN(value));
  return wish === undefined ? undefined : Math.min(Math.max(0, Math.ceil(wish)), MAX_RETRY_AFTER_MS);
}
