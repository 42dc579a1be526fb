import fc from 'fast-check';
import { ROUTES } from '../../runtime/contract/generated/routes';
import { Api } from './api';

const budget = { type: 'limit', max_list_cost: { amount: '100', currency: 'USD' } };

let api: Api;
let ids: string[];
beforeEach(async () => {
  api = await Api.open({ stream: { maxAgeMs: 1 } });
  const session = await api.session('self_hosted', { budget });
  const { ref } = api.thread(session.id);
  ids = [session.id, session.agent.id, session.environment_id, ref.threadId, 'sesn_01AAAAAAAAAAAAAAAAAAAAAA'];
});
afterEach(() => api.close());

const operations = Object.values(ROUTES).filter(({ path }) =>
  /^\/v1\/(agents|environments|sessions|models)/.test(path),
);

const names = [
  'name',
  'model',
  'id',
  'type',
  'events',
  'content',
  'text',
  'agent',
  'environment_id',
  'config',
  'tools',
  'metadata',
  'version',
  'budget',
  'max_list_cost',
  'amount',
  'currency',
  'initial_events',
  'resources',
  'title',
  'networking',
  'packages',
  '__proto__',
  'force',
];
const words = [
  'user.message',
  'text',
  'image',
  'agent',
  'agent_with_overrides',
  'cloud',
  'self_hosted',
  'limited',
  'claude-opus-5',
  'custom',
  'agent_toolset_20260401',
  'user.tool_result',
  'user.interrupt',
  'system.message',
  '',
  '\u0000',
  '\ud800',
  '../..',
  'x'.repeat(3000),
];

const { value } = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(...words),
    fc.constantFrom(null, true, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER),
    fc.nat(4).map((i) => ids[i]),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.array(fc.tuple(fc.constantFrom(...names), tie('value')), { maxLength: 6 }).map((entries) => {
    const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [name, of] of entries) object[name] = of;
    return object;
  }),
}));

const segment = fc.oneof(
  fc.nat(4).map((i) => ids[i] ?? ''),
  fc.constantFrom('x', '%00', '%ff', '%2e%2e%2f', '0', 'poll', encodeURIComponent('"\u2028é')),
);
const query = fc.array(
  fc.tuple(
    fc.constantFrom(
      'limit',
      'page',
      'order',
      'types[]',
      'statuses[]',
      'created_at[gte]',
      'version',
      'block_ms',
      'from',
      'event_deltas[]',
      'force',
    ),
    fc.constantFrom(
      '1',
      '0',
      '-1',
      'x',
      '',
      'asc',
      'desc',
      '2026-01-01T00:00:00Z',
      'user.message',
      'agent.message',
      '9'.repeat(30),
      '%00',
      'true',
    ),
  ),
  { maxLength: 4 },
);

/** Bodies that are right, of which the test spoils one place. */
const examples = (): [path: string, body: object][] => {
  const [session, agent, environment] = ids;
  const tools = [
    {
      type: 'agent_toolset_20260401',
      default_config: { enabled: true, permission_policy: { type: 'always_ask' } },
      configs: [{ name: 'web_fetch', allowed_domains: ['example.com'], max_content_tokens: 10 }],
    },
    {
      type: 'custom',
      name: 'c',
      description: 'd',
      input_schema: { type: 'object', properties: { a: { type: 'string' } } },
    },
    { type: 'mcp_toolset', mcp_server_name: 'm', configs: [{ name: 't', enabled: false }] },
  ];
  const servers = [{ type: 'url', name: 'm', url: 'https://example.com/mcp' }];
  const message = {
    type: 'user.message',
    content: [
      { type: 'text', text: 'hello' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      { type: 'document', title: 't', context: 'c', source: { type: 'text', media_type: 'text/plain', data: 'd' } },
    ],
  };
  const metadata = { a: 'b' };
  return [
    [
      '/v1/agents',
      { name: 'a', model: { id: 'claude-opus-5', effort: { type: 'low' } }, tools, mcp_servers: servers, metadata },
    ],
    [`/v1/agents/${agent}`, { name: 'b', version: 1, tools, mcp_servers: servers, metadata: { a: null } }],
    [
      '/v1/environments',
      {
        name: 'e',
        config: {
          type: 'cloud',
          networking: {
            type: 'limited',
            allowed_hosts: ['example.com'],
            allow_mcp_servers: true,
            allow_package_managers: true,
          },
          packages: { type: 'packages', pip: ['x'] },
        },
        metadata,
      },
    ],
    [`/v1/environments/${environment}`, { name: 'f', config: { type: 'self_hosted' }, metadata: { a: '' } }],
    [
      '/v1/sessions',
      {
        agent: { type: 'agent_with_overrides', id: agent, version: 1, tools, mcp_servers: servers, system: 's' },
        environment_id: environment,
        title: 't',
        initial_events: [message],
        budget,
        metadata,
      },
    ],
    [`/v1/sessions/${session}`, { title: 'u', metadata, agent: { tools, mcp_servers: servers }, budget }],
    [
      `/v1/sessions/${session}/events`,
      { events: [message, { type: 'system.message', content: [{ type: 'text', text: 's' }] }] },
    ],
  ];
};

/** The body with one place in it replaced; `way` chooses the place. */
function spoiled(body: unknown, way: readonly number[], by: unknown): unknown {
  const [step, ...rest] = way;
  if (typeof body !== 'object' || body === null || step === undefined) return by;
  const keys = Object.keys(body);
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined) return by;
  const inner = spoiled((body as Record<string, unknown>)[key], rest, by);
  if (Array.isArray(body)) return body.map((entry: unknown, i) => (String(i) === key ? inner : entry));
  return { ...body, [key]: inner };
}

async function check(response: Response): Promise<void> {
  expect(api.failures).toEqual([]);
  expect(response.headers.get('request-id')).toMatch(/^req_/);
  const text = await response.text();
  if (response.status === 200) return;
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect(JSON.parse(text)).toMatchObject({
    type: 'error',
    error: { type: expect.any(String), message: expect.any(String) },
    request_id: response.headers.get('request-id'),
  });
}

test('whatever is sent, the answer is the API’s: never a failure inside, and always its envelope', async () => {
  const request = fc.record({
    route: fc.constantFrom(...operations),
    segments: fc.array(segment, { minLength: 3, maxLength: 3 }),
    query,
    body: fc.oneof(
      value.map((of) => JSON.stringify(of) ?? ''),
      fc.string(),
    ),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ route, segments, query: pairs, body }) => {
      let next = 0;
      const path = route.path.replaceAll(/\{\w+\}/g, () => segments[next++] ?? '');
      const search = pairs.map(([name, of]) => `${encodeURIComponent(name)}=${of}`).join('&');
      const init = route.method === 'POST' ? { method: 'POST', body } : { method: route.method };
      await check(await api.fetch(`${path}?${search}`, init));
    }),
    { numRuns: 400 },
  );
});

test('nor does a right body with one wrong place do harm', async () => {
  for (const [path, body] of examples()) expect([path, (await api.post(path, body)).status]).toEqual([path, 200]);
  const spoiling = fc.record({
    example: fc.nat(6),
    way: fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }),
    by: value,
  });
  await fc.assert(
    fc.asyncProperty(spoiling, async ({ example, way, by }) => {
      const [path, body] = examples()[example] ?? ['', {}];
      await check(await api.post(path, spoiled(body, way, by)));
    }),
    { numRuns: 500 },
  );
});
