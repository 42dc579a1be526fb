import * as apigateway from 'aws-cdk-lib/aws-apigateway';

interface GatewayError {
  readonly response: apigateway.ResponseType;
  readonly status?: number;
  readonly type: string;
  readonly message: string;
}

/** What API Gateway answers by itself, before or instead of our functions, in the words of the API (reference 1.2). */
const ERRORS: readonly GatewayError[] = [
  { response: apigateway.ResponseType.DEFAULT_4XX, type: 'invalid_request_error', message: 'The request was refused' },
  { response: apigateway.ResponseType.DEFAULT_5XX, type: 'api_error', message: 'Internal server error' },
  // An unknown path, which API Gateway calls a missing token.
  {
    response: apigateway.ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 404,
    type: 'not_found_error',
    message: 'Not found',
  },
  { response: apigateway.ResponseType.ACCESS_DENIED, type: 'permission_error', message: 'Access denied' },
  { response: apigateway.ResponseType.WAF_FILTERED, type: 'permission_error', message: 'The request was filtered' },
  {
    response: apigateway.ResponseType.REQUEST_TOO_LARGE,
    type: 'request_too_large',
    message: 'The request is too large',
  },
  { response: apigateway.ResponseType.THROTTLED, type: 'rate_limit_error', message: 'Too many requests' },
  { response: apigateway.ResponseType.QUOTA_EXCEEDED, type: 'rate_limit_error', message: 'Too many requests' },
  {
    response: apigateway.ResponseType.INTEGRATION_TIMEOUT,
    type: 'timeout_error',
    message: 'The request took too long',
  },
];

/** Makes every error of API Gateway one that the official clients can read: the API's envelope, with an id to ask about. */
export function writeErrorsLikeTheApi(api: apigateway.RestApi): void {
  for (const { response, status, type, message } of ERRORS) {
    const body = { type: 'error', error: { type, message }, request_id: '$context.requestId' };
    api.addGatewayResponse(response.responseType, {
      type: response,
      statusCode: status === undefined ? undefined : String(status),
      responseHeaders: { 'request-id': 'context.requestId' },
      templates: { 'application/json': JSON.stringify(body) },
    });
  }
}
