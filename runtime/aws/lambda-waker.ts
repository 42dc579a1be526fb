import { InvokeCommand, ResourceNotFoundException, type LambdaClient } from '@aws-sdk/client-lambda';
import type { SessionStore, Waker } from '../store/ports';
import type { ThreadRef } from '../store/records';

export interface LambdaWakerOptions {
  readonly client: LambdaClient;
  /** The name of the harness function. */
  readonly functionName: string;
  /** The version for sessions that are pinned to none. */
  readonly currentVersion: string;
  readonly sessions: Pick<SessionStore, 'get'>;
}

/**
 * Asks for wakes by invoking the harness asynchronously, in the version that the thread's session is pinned to. Lambda
 * delivers at least once, perhaps late; what it gives up on stands in the due index.
 */
export function createLambdaWaker({ client, functionName, currentVersion, sessions }: LambdaWakerOptions): Waker {
  async function invoke(ref: ThreadRef, version: string): Promise<void> {
    await client.send(
      new InvokeCommand({
        FunctionName: functionName,
        Qualifier: version,
        InvocationType: 'Event',
        Payload: Buffer.from(JSON.stringify(ref)),
      }),
    );
  }

  return {
    async wake({ workspace, sessionId, threadId }) {
      const ref: ThreadRef = { workspace, sessionId, threadId };
      const session = await sessions.get(workspace, sessionId);
      const version = session?.runtime?.harness ?? currentVersion;
      try {
        await invoke(ref, version);
      } catch (error) {
        // The janitor takes a version away once only archived sessions are pinned to it. Whatever they still have to do,
        // any version can.
        if (!(error instanceof ResourceNotFoundException) || version === currentVersion) throw error;
        await invoke(ref, currentVersion);
      }
    },
  };
}
