import { RunTaskCommand, type ECSClient, type RunTaskCommandInput } from '@aws-sdk/client-ecs';
import { SandboxStartError } from '../resources/sandbox-start';

/** Why there is no sandbox where AWS has none to give, in words for the model. */
export const NO_ROOM = 'there is no room for it now';
const TOO_MANY = 'too many were being started';
const UNREACHABLE = 'the service that starts it did not answer';
const REFUSED = 'it could not be started';

const CAPACITY = /capacity|RESOURCE:|limit on the number/i;
const THROTTLES: ReadonlySet<string> = new Set(['ThrottlingException', 'Throttling', 'TooManyRequestsException']);
const SERVER_ERROR = 500;

/**
 * Starts one task.
 *
 * @returns its ARN; undefined where ECS does not say.
 * @throws SandboxStartError with what ECS said as its cause: passing where there is no capacity, where too much is asked at once
 * and where ECS does not answer, and not where it does not want the request at all.
 */
export async function runTask(client: ECSClient, request: RunTaskCommandInput): Promise<string | undefined> {
  const { failures: [failure] = [], tasks = [] } = await client
    .send(new RunTaskCommand(request))
    .catch((error: unknown) => {
      throw startErrorFrom(error);
    });
  if (!failure) return tasks[0]?.taskArn;
  const cause = new Error(`ECS started no task: ${failure.reason ?? failure.detail}`);
  throw CAPACITY.test(cause.message) ? new SandboxStartError(NO_ROOM, true, { cause }) : refusal(cause);
}

function startErrorFrom(error: unknown): SandboxStartError {
  const { name, message, $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (THROTTLES.has(name)) return new SandboxStartError(TOO_MANY, true, { cause: error });
  if (name === 'LimitExceededException' || CAPACITY.test(message)) {
    return new SandboxStartError(NO_ROOM, true, { cause: error });
  }
  if (status === undefined || status >= SERVER_ERROR) return new SandboxStartError(UNREACHABLE, true, { cause: error });
  return refusal(error);
}

const refusal = (cause: unknown): SandboxStartError => new SandboxStartError(REFUSED, false, { cause });
