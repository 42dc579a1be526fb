import { answerConnect, type SocketEvent } from '../../runtime/aws/socket-event';

/** As API Gateway sends it when a client connects. */
const CONNECT = {
  headers: {
    Authorization: 'Bearer token',
    Host: 'abc123.execute-api.us-east-1.amazonaws.com',
    'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
    'Sec-WebSocket-Key': 'bnVscw==',
    'Sec-WebSocket-Version': '13',
    'X-Forwarded-For': '203.0.113.7',
  },
  multiValueHeaders: { Authorization: ['Bearer token'] },
  requestContext: {
    routeKey: '$connect',
    eventType: 'CONNECT',
    extendedRequestId: 'SRcnGHzfoAMEdxA=',
    requestTime: '21/Nov/2026:20:00:00 +0000',
    messageDirection: 'IN',
    stage: 'bell',
    connectedAt: 1_795_291_200_000,
    requestTimeEpoch: 1_795_291_200_000,
    identity: { sourceIp: '203.0.113.7' },
    requestId: 'SRcnGHzfoAMEdxA=',
    domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
    connectionId: 'SRcnGfQDoAMCJxA=',
    apiId: 'abc123',
  },
  isBase64Encoded: false,
};

describe('what API Gateway sends when somebody connects', () => {
  test('is answered as the door answers to its headers and its connection', async () => {
    const shown: unknown[] = [];
    const door = async (headers: Headers, connection: string): Promise<number> => {
      shown.push([headers.get('authorization'), connection]);
      return 403;
    };
    expect(await answerConnect(CONNECT, door)).toEqual({ statusCode: 403 });
    expect(shown).toEqual([['Bearer token', 'SRcnGfQDoAMCJxA=']]);
  });

  test('comes to the door also without headers', async () => {
    const { requestContext } = CONNECT;
    const events: SocketEvent[] = [{ requestContext }, { requestContext, headers: null }];
    for (const event of events) {
      expect(await answerConnect(event, async (headers) => ([...headers].length === 0 ? 401 : 200))).toEqual({
        statusCode: 401,
      });
    }
  });

  test('is refused where a header has no form in web standards', async () => {
    const event = { ...CONNECT, headers: { authorization: 'Bearer a\nb' } };
    expect(await answerConnect(event, async () => 200)).toEqual({ statusCode: 400 });
  });
});
