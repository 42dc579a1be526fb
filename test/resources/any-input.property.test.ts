import fc from 'fast-check';
import { ApiError } from '../../runtime/contract/errors';
import { encodeCursor } from '../../runtime/resources/cursors';
import { Service } from './service';

let service: Service;
let bodies: readonly (readonly [operation: Written, path: Record<string, string>, body: Record<string, unknown>])[];
type Written = `${'agents' | 'environments' | 'sessions'}.${'create' | 'update'}`;

beforeAll(async () => {
  service = await Service.open();
  const agent = await service.call('agents.create', { body: { name: 'a', model: 'claude-opus-5' } });
  const environment = await service.call('environments.create', { body: { name: 'e' } });
  const session = await service.session({ budget: BUDGET });
  const ids = { agent_id: agent.id, environment_id: environment.id, session_id: session.id };
  const reference = { type: 'agent_with_overrides', id: agent.id, ...AGENT };
  const events = [{ type: 'user.message', content: [{ type: 'text', text: 'hello' }] }];
  const create = {
    agent: reference,
    environment_id: environment.id,
    initial_events: events,
    budget: BUDGET,
    title: 't',
  };
  bodies = [
    ['agents.create', {}, { name: 'a', metadata: { a: 'b' }, ...AGENT }],
    ['agents.update', ids, { version: 1, name: 'a', metadata: { a: null }, ...AGENT }],
    ['environments.create', {}, { name: 'e', metadata: { a: 'b' }, config: CONFIG }],
    ['environments.update', ids, { name: 'e', metadata: { a: '' }, config: CONFIG }],
    ['sessions.create', {}, create],
    [
      'sessions.update',
      ids,
      { title: 't', budget: BUDGET, agent: { tools: AGENT.tools, mcp_servers: AGENT.mcp_servers } },
    ],
  ];
});
afterAll(() => service.close());

const BUDGET = { type: 'limit', max_list_cost: { amount: '100', currency: 'USD' } };
const CONFIG = {
  type: 'cloud',
  networking: { type: 'limited', allowed_hosts: ['a.com'], allow_mcp_servers: true, allow_package_managers: true },
  packages: { pip: ['x==1'] },
};
const AGENT = {
  model: { id: 'claude-opus-5', effort: 'low', speed: 'fast' },
  system: 's',
  tools: [
    {
      type: 'agent_toolset_20260401',
      default_config: { permission_policy: { type: 'auto' } },
      configs: [{ name: 'web_fetch', url_sources: { user_input: 'none', client_tool_results: 'all' } }],
    },
    { type: 'mcp_toolset', mcp_server_name: 'w', configs: [{ name: 'x', enabled: false }] },
    { type: 'custom', name: 'c', description: 'd', input_schema: { type: 'object', properties: { a: {} } } },
  ],
  mcp_servers: [{ type: 'url', name: 'w', url: 'https://w.example.com' }],
  skills: [{ type: 'anthropic', skill_id: 'pdf' }],
};

/** What a part of a body is replaced by. */
const oddity = fc.oneof(
  fc.constantFrom<unknown>(null, '', 0, -1, 1e300, [], {}, [null], true, '\u0000', '-', 'x'.repeat(300)),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Every place in a value, as the keys that lead there. */
function places(value: unknown, path: readonly string[] = []): string[][] {
  const below = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [[...path], ...below.flatMap(([key, part]) => places(part, [...path, key]))];
}

/** The value with another in one place. */
function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const part = replaced((value as Record<string, unknown>)[key], rest, by);
  return Array.isArray(value) ? value.with(Number(key), part) : { ...(value as object), [key]: part };
}

/** Resolves when the request is served or refused as the API refuses; anything else would be a 500. */
async function servedOrRefused(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) return;
    throw error;
  }
}

it('serves or refuses a body of which any part is replaced by anything, and never fails', async () => {
  for (const [operation, path, body] of bodies) {
    const place = fc.constantFrom(...places(body));
    const property = fc.asyncProperty(place, oddity, (where, by) =>
      servedOrRefused(service.call(operation, { path, body: replaced(body, where, by) })),
    );
    await fc.assert(property, { numRuns: 150 });
  }
});

it('serves or refuses any position that a forged cursor names', async () => {
  const { agent, id } = await service.session();
  const path = { agent_id: agent.id, session_id: id };
  const lists = ['agents', 'agents.versions', 'environments', 'sessions', 'sessions.threads'] as const;
  const order = fc.constantFrom('asc' as const, 'desc' as const);
  const edge = fc.constantFrom('after' as const, 'before' as const);
  const position = fc.stringMatching(/^\S{1,200}$/);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...lists), order, edge, position, (list, way, side, at) => {
      const page = encodeCursor({ list, order: way, edge: side, position: at });
      return servedOrRefused(service.call(`${list}.list`, { path, query: { page } }));
    }),
    { numRuns: 200 },
  );
});
