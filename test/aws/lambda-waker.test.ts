import { LambdaClient } from '@aws-sdk/client-lambda';
import { createLambdaWaker } from '../../runtime/aws/lambda-waker';
import { startAwsServer, type AwsServer } from './aws-server';

let aws: AwsServer;
beforeAll(async () => {
  aws = await startAwsServer(() => ({ status: 202, body: '' }));
});
afterAll(() => aws.close());

const REF = { workspace: 'default', sessionId: 'sesn_1', threadId: 'sthr_1' };

test('a wake is an asynchronous invocation of the version that the session is pinned to', async () => {
  const waker = createLambdaWaker({
    client: new LambdaClient(aws.config),
    functionName: () => 'harness',
    versionOf: async ({ sessionId }) => (sessionId === REF.sessionId ? '7' : '8'),
  });
  await waker.wake(REF);
  const [call] = aws.calls;
  expect(call?.path).toBe('/2015-03-31/functions/harness/invocations?Qualifier=7');
  expect(call?.headers['x-amz-invocation-type']).toBe('Event');
  expect(JSON.parse(call?.body ?? '')).toEqual(REF);
});
