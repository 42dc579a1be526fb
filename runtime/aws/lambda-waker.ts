import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Waker } from '../store/ports';
import type { ThreadRef } from '../store/records';

export interface LambdaWakerOptions {
  readonly client: LambdaClient;
  /** The name of the harness function. */
  readonly functionName: () => string;
  /** The published version that wakes the thread's session. */
  readonly versionOf: (ref: ThreadRef) => Promise<string>;
}

/**
 * Asks for wakes by invoking the harness asynchronously, in the version of the thread's session. Lambda delivers at least
 * once, perhaps late; what it gives up on stands in the due index.
 */
export function createLambdaWaker({ client, functionName, versionOf }: LambdaWakerOptions): Waker {
  return {
    async wake({ workspace, sessionId, threadId }) {
      const ref: ThreadRef = { workspace, sessionId, threadId };
      await client.send(
        new InvokeCommand({
          FunctionName: functionName(),
          Qualifier: await versionOf(ref),
          InvocationType: 'Event',
          Payload: Buffer.from(JSON.stringify(ref)),
        }),
      );
    },
  };
}
