import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { createGatewayBell } from '../../runtime/aws/gateway-bell';
import { startAwsServer, type AwsServer } from './aws-server';

let aws: AwsServer;
beforeAll(async () => {
  aws = await startAwsServer(async ({ path }) => {
    if (path.includes('gone')) return { status: 410, body: { __type: 'GoneException', message: '' } };
    if (path.includes('forbidden')) return { status: 403, body: { __type: 'ForbiddenException', message: 'no' } };
    if (path.includes('slow')) await new Promise((done) => setTimeout(done, 2_000).unref());
    return { status: 200, body: '' };
  });
});
afterAll(() => aws.close());
beforeEach(() => void (aws.calls.length = 0));

const ring = (connection: string, signal = new AbortController().signal): Promise<boolean> =>
  createGatewayBell(new ApiGatewayManagementApiClient({ ...aws.config, endpoint: `${aws.config.endpoint}/bell` })).ring(
    connection,
    '{"to":1}',
    signal,
  );

describe('a ring', () => {
  test('is posted to its connection', async () => {
    expect(await ring('L0SM9cOFvHcCIhw=')).toBe(true);
    const [call] = aws.calls;
    expect([call?.method, decodeURIComponent(call?.path ?? ''), call?.body]).toEqual([
      'POST',
      '/bell/@connections/L0SM9cOFvHcCIhw=',
      '{"to":1}',
    ]);
  });

  test('says where the connection is gone', async () => {
    expect(await ring('gone')).toBe(false);
  });

  test('fails where it is refused, and when its time is over', async () => {
    await expect(ring('forbidden')).rejects.toThrow('no');
    await expect(ring('slow', AbortSignal.timeout(50))).rejects.toThrow();
  });
});
