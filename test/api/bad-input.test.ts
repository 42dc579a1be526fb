import { conversations, say } from '../support/conversations';
import { startLocalServer, type LocalServer } from '../support/local-server';
import { history, newSession, tell, turn } from '../support/sessions';

let server: LocalServer;
let key: string;
let sessionId: string;
beforeAll(async () => {
  server = await startLocalServer(conversations({ hello: [say('Hello.')] }));
  key = server.client.apiKey ?? '';
  sessionId = (await newSession(server.client)).id;
  await turn(server.client, sessionId, () => tell(server.client, sessionId, 'hello'));
});
afterAll(() => server.close());

interface ErrorBody {
  readonly type: string;
  readonly error: { readonly type: string; readonly message: string };
  readonly request_id: string;
}

/** A request as no client of ours would make it. */
async function raw(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const response = await fetch(server.baseURL + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return {
    status: response.status,
    requestId: response.headers.get('request-id'),
    body: (await response.json()) as ErrorBody,
  };
}

const events = (...sent: unknown[]): string => JSON.stringify({ events: sent });
const message = { type: 'user.message', content: [{ type: 'text', text: 'hi' }] };

describe('bad input', () => {
  test.each([
    ['malformed JSON', '{"events": [', 400, 'invalid_request_error', /JSON/i],
    ['no body', undefined, 400, 'invalid_request_error', /./],
    ['a body that is no object', '[]', 400, 'invalid_request_error', /./],
    ['no events', events(), 400, 'invalid_request_error', /events/],
    ['an unknown type of event', events({ type: 'user.song' }), 400, 'invalid_request_error', /events/],
    [
      'an empty text',
      events({ ...message, content: [{ type: 'text', text: '' }] }),
      400,
      'invalid_request_error',
      /text/,
    ],
    ['a good event and a bad one', events(message, { type: 'user.message' }), 400, 'invalid_request_error', /content/],
    [
      'an answer to no call',
      events({ type: 'user.tool_confirmation', tool_use_id: 'sevt_1', result: 'allow' }),
      400,
      'invalid_request_error',
      /tool_use_id/,
    ],
    [
      'an oversized body',
      events({ ...message, content: [{ type: 'text', text: 'x'.repeat(34_000_000) }] }),
      413,
      'request_too_large',
      /./,
    ],
  ] as const)(
    'sent as events, %s is refused in the envelope and leaves no trace',
    async (_, body, status, type, says) => {
      const before = await history(server.client, sessionId);
      const answer = await raw('POST', `/v1/sessions/${sessionId}/events`, body);
      expect(answer.status).toBe(status);
      expect(answer.body).toMatchObject({ type: 'error', error: { type } });
      expect(answer.body.error.message).toMatch(says);
      expect(answer.body.request_id).toBe(answer.requestId);
      expect(await history(server.client, sessionId)).toEqual(before);
    },
  );

  test.each([
    ['an unknown route', 'GET', '/v1/nothing', 404],
    ['a method that a route does not have', 'DELETE', '/v1/agents/agent_011111111111111111111111', 404],
    ['an absent session', 'GET', '/v1/sessions/sesn_011111111111111111111111', 404],
    ['a malformed id', 'GET', '/v1/sessions/..%2f..%2fetc', 404],
    ['a foreign cursor', 'GET', '/v1/sessions?page=abc', 400],
    ['a limit of nothing', 'GET', '/v1/sessions?limit=0', 400],
    ['a limit that is no number', 'GET', '/v1/agents?limit=many', 400],
    ['an unknown order', 'GET', '/v1/sessions?order=sideways', 400],
  ])('%s is refused', async (_, method, path, status) => {
    expect((await raw(method, path)).status).toBe(status);
  });

  test('a missing or wrong credential is refused', async () => {
    for (const authorization of ['', 'Bearer nonsense', 'Bearer sk-ant-api03-forged']) {
      const answer = await raw('GET', '/v1/sessions', undefined, { authorization });
      expect(answer.status).toBe(401);
      expect(answer.body.error.type).toBe('authentication_error');
    }
  });

  test('both credential headers, both versions and ?beta=true are taken', async () => {
    const headers = { authorization: '', 'x-api-key': key, 'anthropic-version': '2023-06-01' };
    expect((await raw('GET', '/v1/sessions?beta=true', undefined, headers)).status).toBe(200);
    expect((await raw('GET', '/v1/sessions', undefined, { 'anthropic-version': '2026-10-21' })).status).toBe(200);
  });
});
