import { createHandler } from '../../runtime/http/handler';
import type { Fact } from '../../runtime/telemetry/facts';
import { Api } from './api';

let api: Api;
beforeAll(async () => {
  api = await Api.open();
});
afterAll(() => api.close());

async function told(path: string, init: RequestInit = {}): Promise<{ facts: Fact[]; response: Response }> {
  const facts: Fact[] = [];
  const handler = createHandler({ ...api.deps, observe: (fact) => facts.push(fact) });
  const headers = { authorization: `Bearer ${api.key}`, 'anthropic-version': '2023-06-01' };
  const response = await handler(new Request(`http://localhost${path}`, { headers, ...init }));
  return { facts, response };
}

describe('what the API tells of a request', () => {
  test('is its id, operation, session, status and time', async () => {
    const { id } = await api.session();
    const { facts, response } = await told(`/v1/sessions/${id}`);
    expect(facts).toMatchObject([
      { type: 'request', method: 'GET', operation: 'sessions.retrieve', sessionId: id, status: 200, error: undefined },
    ]);
    expect(facts[0]).toHaveProperty('requestId', response.headers.get('request-id'));
  });

  test('is no text of the caller, where the path means nothing', async () => {
    const { facts } = await told('/v1/sk-ant-api03-canary');
    expect(facts).toMatchObject([{ status: 404, operation: undefined }]);
    expect(JSON.stringify(facts)).not.toContain('canary');
  });

  test('names no session by a text that is no id', async () => {
    const { facts } = await told('/v1/sessions/canary');
    expect(facts).toMatchObject([{ status: 404, operation: 'sessions.retrieve' }]);
    expect(JSON.stringify(facts)).not.toContain('canary');
  });

  test("names a sandbox's own routes", async () => {
    const { facts } = await told('/v1/sandbox/claim', { method: 'POST', body: '{}' });
    expect(facts).toMatchObject([{ operation: '/v1/sandbox/claim' }]);
  });
});
