import { fetchAndAccount } from '../../runtime/sandbox/session-events';

const API = 'https://api.example.com';
const result = JSON.stringify({ events: [{ type: 'user.tool_result', tool_use_id: 'sevt_1', content: [] }] });

/** An API that answers everything with one status, and what was asked of it. */
function answering(status: number) {
  const asked: string[] = [];
  const api: typeof fetch = async (input) => {
    asked.push(String(input));
    return new Response('{}', { status });
  };
  return { api, asked };
}

describe('an item whose worker ends', () => {
  const stop = `${API}/v1/environments/env_1/work/work_1/stop`;
  const send = `${API}/v1/sessions/sesn_1/events`;

  it('is given back once every call that ran has its result', async () => {
    const { api, asked } = answering(200);
    const account = fetchAndAccount(api, new Set(['sevt_1']));
    await account(send, { method: 'POST', body: result });
    expect((await account(stop, { method: 'POST' })).status).toBe(200);
    expect(asked).toEqual([send, stop]);
  });

  it.each([401, 408, 409, 429, 503])('is not given back while a result got no further than %d', async (status) => {
    const { api, asked } = answering(status);
    const account = fetchAndAccount(api, new Set(['sevt_1']));
    await account(send, { method: 'POST', body: result });
    expect((await account(stop, { method: 'POST' })).status).toBe(409);
    expect(asked).toEqual([send]);
  });

  it('is given back when the API does not want the result: the call is answered already', async () => {
    const { api } = answering(400);
    const begun = new Set(['sevt_1']);
    await fetchAndAccount(api, begun)(send, { method: 'POST', body: result });
    expect(begun.size).toBe(0);
  });
});
