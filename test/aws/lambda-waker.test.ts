import { LambdaClient } from '@aws-sdk/client-lambda';
import { createLambdaWaker } from '../../runtime/aws/lambda-waker';
import type { SessionRecord } from '../../runtime/store/records';
import { startAwsServer, type AwsServer } from './aws-server';

const GONE = 'Qualifier=3';
let aws: AwsServer;
beforeAll(async () => {
  aws = await startAwsServer(({ path }) =>
    path.endsWith(GONE)
      ? { status: 404, body: { __type: 'ResourceNotFoundException', Message: 'Function not found' } }
      : { status: 202, body: '' },
  );
});
afterAll(() => aws.close());
beforeEach(() => {
  aws.calls.length = 0;
});

const REF = { workspace: 'default', sessionId: 'sesn_1', threadId: 'sthr_1' };

/** Wakes a thread whose session is pinned to a version, or to none. */
async function wake(pinnedTo: string | undefined): Promise<string[]> {
  const session = pinnedTo === undefined ? {} : { runtime: { harness: pinnedTo } };
  const waker = createLambdaWaker({
    client: new LambdaClient(aws.config),
    functionName: 'harness',
    currentVersion: '8',
    sessions: { get: async () => session as SessionRecord },
  });
  await waker.wake(REF);
  return aws.calls.map(({ path }) => path);
}

const invocationOf = (version: string): string => `/2015-03-31/functions/harness/invocations?Qualifier=${version}`;

describe('a wake', () => {
  test('is an asynchronous invocation of the version that the session is pinned to', async () => {
    expect(await wake('7')).toEqual([invocationOf('7')]);
    expect(aws.calls[0]?.headers['x-amz-invocation-type']).toBe('Event');
    expect(JSON.parse(aws.calls[0]?.body ?? '')).toEqual(REF);
  });

  test('is one of the current version for a session that is pinned to none', async () => {
    expect(await wake(undefined)).toEqual([invocationOf('8')]);
  });

  test('is one of the current version where the session’s own was taken away', async () => {
    expect(await wake('3')).toEqual([invocationOf('3'), invocationOf('8')]);
  });
});
