import { setTimeout as pause } from 'node:timers/promises';
import { hashOfSecret, makeWarmTicket } from '../../runtime/resources/keys';
import { SandboxApi } from '../../runtime/sandbox/sandbox-api';
import { awaitOrder } from '../../runtime/sandbox/warm-wait';
import { systemClock } from '../../runtime/contract/time';
import { Api } from './api';

let api: Api;
beforeAll(async () => {
  api = await Api.open();
});
afterAll(() => api.close());

const ASSIGNMENT = '/v1/sandbox/assignment';
const post = (path: string, key: string) => api.fetch(path, { method: 'POST', key });

/** The ticket of a sandbox of the pool. */
async function ticketOf(): Promise<string> {
  const ticket = makeWarmTicket();
  await api.store.warm.add({ ticketHash: hashOfSecret(ticket), pool: 'p', startedAt: systemClock.now() });
  return ticket;
}

describe('the ticket of a sandbox that is nobody’s yet', () => {
  it('asks for work, and does nothing else', async () => {
    const ticket = await ticketOf();
    const response = await post(ASSIGNMENT, ticket);
    expect([response.status, await response.json()]).toEqual([200, { type: 'warm_assignment', assignment: null }]);
    for (const path of ['/v1/sandbox/claim', '/v1/sandbox/workspace', '/v1/environments', '/v1/sessions']) {
      expect((await post(path, ticket)).status).toBe(401);
    }
    expect((await api.fetch('/v1/agents', { key: ticket })).status).toBe(401);
  });

  it('is the only thing that does', async () => {
    for (const key of ['', api.key, makeWarmTicket(), `${makeWarmTicket()}x`, 'sk-ant-wrm-', 'sk-ant-wrm-../../x']) {
      expect((await post(ASSIGNMENT, key)).status).toBe(401);
    }
    expect(api.failures).toEqual([]);
  });

  it('brings what the sandbox is to do, and the same again where the answer was lost', async () => {
    const ticket = await ticketOf();
    await post(ASSIGNMENT, ticket);
    const item = { environmentId: 'env_1', workId: 'work_1', sessionId: 'sesn_1', claim: 'sk-ant-clm-1' };
    const now = systemClock.now();
    await api.store.warm.claim(hashOfSecret(ticket), { workspace: 'home', ...item }, now, 0);
    for (let times = 0; times < 2; times += 1) {
      expect(await (await post(ASSIGNMENT, ticket)).json()).toEqual({ type: 'warm_assignment', assignment: item });
    }
  });

  it('is good for nothing once its sandbox is to go', async () => {
    const ticket = await ticketOf();
    await api.store.warm.retire(hashOfSecret(ticket));
    expect((await post(ASSIGNMENT, ticket)).status).toBe(401);
  });
});

describe('a sandbox of the pool', () => {
  const logged: string[] = [];
  const waitWith = (ticket: string, baseUrl: string) =>
    awaitOrder(
      new SandboxApi(baseUrl, ticket),
      { baseUrl, ticket, maxIdleMs: 1 },
      (line) => logged.push(line),
      () => pause(10),
    );

  it('waits until there is work, and then has the order of any other', async () => {
    const ticket = await ticketOf();
    const waiting = waitWith(ticket, await api.url());
    for (let state = 'starting'; state === 'starting';) {
      state = (await api.store.warm.get(hashOfSecret(ticket)))?.state ?? '';
    }
    const item = { environmentId: 'env_1', workId: 'work_1', sessionId: 'sesn_1', claim: 'sk-ant-clm-1' };
    await api.store.warm.claim(hashOfSecret(ticket), { workspace: 'home', ...item }, systemClock.now(), 0);
    expect(await waiting).toEqual({ baseUrl: await api.url(), maxIdleMs: 1, ...item });
  });

  it('ends when it is refused, and asks on where nobody answers', async () => {
    await expect(waitWith(makeWarmTicket(), await api.url())).rejects.toThrow('status 401');
    let asked = 0;
    const deaf = {
      assignment: async () => {
        asked += 1;
        if (asked < 3) throw new Error('not reached');
        return { environmentId: 'env_1', workId: 'work_1', sessionId: 'sesn_1', claim: 'c' };
      },
    };
    const order = { baseUrl: 'http://localhost', ticket: 't', maxIdleMs: 1 };
    expect(
      await awaitOrder(
        deaf,
        order,
        (line) => logged.push(line),
        () => pause(1),
      ),
    ).toMatchObject({ workId: 'work_1' });
    expect(logged.join()).not.toContain('sk-ant-wrm');
  });
});
