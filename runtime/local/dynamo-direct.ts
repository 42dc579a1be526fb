/** The official client, whose requests go to a database in the same process. */
import { DynamoDBClient, type ServiceOutputTypes } from '@aws-sdk/client-dynamodb';
import { LEAN_CLIENT } from '../store/table';
import type { DynamoEngine, Fields } from './dynamo-engine';

/**
 * A client whose first step hands a request to the engine and brings back the answer. What the SDK would do for a network
 * (writing it down, signing, finding the endpoint, sending it again) took half of the processor time of a turn.
 */
export function directClient(engine: DynamoEngine): DynamoDBClient {
  // The SDK would warn on Node 20 of what later versions of it need; it is pinned here, and calls no AWS service.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  // What the environment or ~/.aws says is meant for AWS.
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
  const client = new DynamoDBClient({ ...LEAN_CLIENT, region: 'us-east-1', credentials });
  client.middlewareStack.add(
    (_next, { commandName = '' }) =>
      async ({ input }) => {
        const output = await engine.run(commandName.replace(/Command$/, ''), input as Fields);
        return { output: { ...output, $metadata: { attempts: 1 } } as ServiceOutputTypes, response: undefined };
      },
    { step: 'initialize', priority: 'high', name: 'inProcess' },
  );
  return client;
}
