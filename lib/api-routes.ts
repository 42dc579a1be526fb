import { Duration } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { ROUTES } from '../runtime/contract/generated/routes';
import { emulatorAddress } from './emulator';

/** The longest that API Gateway lets a stream live. The function ends it cleanly a minute earlier. */
const LONGEST_STREAM = Duration.minutes(15);
const LONGEST_ANSWER = Duration.seconds(29);

const STREAMED = { responseTransferMode: apigateway.ResponseTransferMode.STREAM, timeout: LONGEST_STREAM };
const BUFFERED = { timeout: LONGEST_ANSWER };

export interface ApiFunctions {
  readonly api: lambda.IFunction;
  readonly stream: lambda.IFunction;
}

/**
 * Gives each streamed route to the stream function and everything else to the API function, which knows the routes itself.
 *
 * API Gateway looks for the most specific resource first and does not fall back from it: each resource on the way to a
 * streamed route must therefore take every other method and path itself.
 */
export function addRoutes(api: apigateway.RestApi, functions: ApiFunctions): void {
  // One permission for the whole API: one for each of the routes would outgrow the function's policy.
  const buffered = new apigateway.LambdaIntegration(functions.api, {
    timeout: LONGEST_ANSWER,
    scopePermissionToMethod: false,
  });
  // An emulator finds no function behind a streaming integration.
  const streamed = new apigateway.LambdaIntegration(functions.stream, {
    ...(emulatorAddress(api) === undefined ? STREAMED : BUFFERED),
    scopePermissionToMethod: false,
  });
  const rest = (resource: apigateway.IResource): void => {
    if (resource !== api.root) resource.addMethod('ANY', buffered);
    resource.addProxy({ defaultIntegration: buffered });
  };

  rest(api.root);
  for (const { path, method } of streamedRoutes()) {
    const parts = path.split('/').filter((part) => part !== '' && part !== STAGE);
    const last = parts.pop() ?? '';
    let resource: apigateway.IResource = api.root;
    for (const part of parts) {
      const known = resource.getResource(part);
      const next: apigateway.IResource = known ?? resource.addResource(part);
      if (!known) rest(next);
      resource = next;
    }
    resource.addResource(last).addMethod(method, streamed);
  }
}

/** The stage's name, so that the path of a request is the one that the official clients send. */
export const STAGE = 'v1';

const streamedRoutes = (): Array<{ readonly path: string; readonly method: string }> =>
  Object.values(ROUTES).filter(({ answer }) => answer === 'stream');
