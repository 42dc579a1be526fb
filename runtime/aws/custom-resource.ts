/** CloudFormation's custom resources: what it asks of a function at deployment, and how it wants the answer. */
import { redact } from '../telemetry/redaction';
import { log } from './observe';

export interface CustomResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  /** A presigned address that takes one answer. */
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, string>>;
}

/** The longest reason that leaves room for the rest in an answer, which may have 4 KB. */
const MAX_REASON = 1_000;

/**
 * Does what a deployment asks for and tells CloudFormation how it went; without an answer it would wait for an hour. The
 * reason of a failure is shown to whoever deploys.
 *
 * @param act what to do; a failure is its rejection. It must stand being asked twice.
 */
export async function answerCloudFormation(
  event: CustomResourceEvent,
  act: (event: CustomResourceEvent) => Promise<void>,
): Promise<void> {
  let failure: string | undefined;
  try {
    await act(event);
  } catch (error) {
    log({ level: 'error', message: 'the custom resource failed', error });
    failure = redact(error instanceof Error ? error.message : String(error));
  }
  const response = await fetch(event.ResponseURL, {
    method: 'PUT',
    // The signature of the address is made for an empty content type.
    headers: { 'content-type': '' },
    body: JSON.stringify({
      Status: failure === undefined ? 'SUCCESS' : 'FAILED',
      ...(failure === undefined ? {} : { Reason: failure.slice(0, MAX_REASON) }),
      PhysicalResourceId: event.PhysicalResourceId ?? event.LogicalResourceId,
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
    }),
  });
  if (!response.ok) throw new Error(`CloudFormation did not take the answer: ${response.status}`);
}
