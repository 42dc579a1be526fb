import fc from 'fast-check';
import { toRequest, toResult, type RestEvent } from '../../runtime/aws/rest-event';

const event = (given: Partial<RestEvent> = {}): RestEvent => ({
  httpMethod: 'POST',
  path: '/agents',
  requestContext: { path: '/v1/agents' },
  ...given,
});

describe('a proxy event', () => {
  test('has the path that the client sent: with the stage', async () => {
    expect(new URL(toRequest(event()).url).pathname).toBe('/v1/agents');
  });

  test('carries every value of a repeated header and parameter', () => {
    const request = toRequest(
      event({
        httpMethod: 'GET',
        multiValueHeaders: { 'anthropic-beta': ['a', 'b'], 'x-api-key': ['k'] },
        multiValueQueryStringParameters: {
          'types[]': ['user.message', 'agent.message'],
          'created_at[gte]': ['2026-01-01T00:00:00+02:00'],
        },
      }),
    );
    expect(request.headers.get('anthropic-beta')).toBe('a, b');
    expect(request.headers.get('x-api-key')).toBe('k');
    const { searchParams } = new URL(request.url);
    expect(searchParams.getAll('types[]')).toEqual(['user.message', 'agent.message']);
    expect(searchParams.get('created_at[gte]')).toBe('2026-01-01T00:00:00+02:00');
  });

  test('carries the body as it was sent, as text or as base64', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, unit: 'grapheme' }), fc.boolean(), async (text, isBase64Encoded) => {
        const body = isBase64Encoded ? Buffer.from(text).toString('base64') : text;
        expect(await toRequest(event({ body, isBase64Encoded })).text()).toBe(text);
      }),
    );
  });

  test('has no body where a method has none', () => {
    expect(toRequest(event({ httpMethod: 'GET', body: '{}' })).body).toBeNull();
    expect(toRequest(event({ body: null })).body).toBeNull();
  });

  test('keeps a path within the API, whatever it is', () => {
    const { host, pathname } = new URL(toRequest(event({ requestContext: { path: '//evil.example/v1/agents' } })).url);
    expect([host, pathname]).toEqual(['api', '//evil.example/v1/agents']);
  });
});

describe('an answer', () => {
  test('is handed over with status, headers and text', async () => {
    const response = Response.json({ ok: 'é' }, { status: 201, headers: { 'request-id': 'req_1' } });
    expect(await toResult(response)).toEqual({
      statusCode: 201,
      multiValueHeaders: { 'content-type': ['application/json'], 'request-id': ['req_1'] },
      body: '{"ok":"é"}',
      isBase64Encoded: false,
    });
  });

  test('is handed over as base64 where it is no text', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00]);
    const { body, isBase64Encoded } = await toResult(new Response(bytes));
    expect(isBase64Encoded).toBe(true);
    expect(Buffer.from(body, 'base64')).toEqual(bytes);
  });
});
