import { modelCatalogue, noLauncher, noWaker } from '../aws/absent';
import { openStore, surroundings } from '../aws/compose';
import type { LambdaContext } from '../aws/lambda-context';
import { lambdaStreaming, pipeResponse } from '../aws/response-stream';
import { toRequest, type RestEvent } from '../aws/rest-event';
import { createHandler } from '../http/handler';

/** A stream ends this long before Lambda would end the function. */
const CLOSING_MS = 30_000;

const serve = createHandler({
  ...surroundings,
  store: openStore(),
  waker: noWaker,
  launcher: noLauncher,
  model: modelCatalogue,
});

/** The Lambda function behind the routes that stream. */
export const handler = lambdaStreaming().streamifyResponse<RestEvent, LambdaContext>(async (event, stream, context) =>
  pipeResponse(await serve(toRequest(event)), stream, context.getRemainingTimeInMillis() - CLOSING_MS),
);
