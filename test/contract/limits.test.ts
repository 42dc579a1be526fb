import { ROUTES, SHAPES } from '../../runtime/contract/generated/routes';
import { LIMITS, NULL_MEANS, TOGETHER } from '../../runtime/contract/limits';
import type { ObjectShape, Route } from '../../runtime/contract/shape';
import { accepted, refused } from './refusals';

const AGENT = { name: 'Ada', model: 'claude-opus-5-5' };
const letters = (count: number) => 'a'.repeat(count);
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

const withPart = (part: object) => ({ body: { ...AGENT, ...part } });

const custom = (name: string) => ({
  tools: [{ type: 'custom', name, description: 'd', input_schema: { type: 'object' } }],
});

const search = (part: object) => ({
  tools: [{ type: 'agent_toolset_20260401', configs: [{ name: 'web_search', ...part }] }],
});

const fetcher = (part: object) => ({
  tools: [{ type: 'agent_toolset_20260401', configs: [{ name: 'web_fetch', ...part }] }],
});

const create = (part: object) => ({ body: { agent: 'agent_1', environment_id: 'env_1', ...part } });

const budget = (amount: unknown, currency = 'USD') => ({
  budget: { type: 'limit', max_list_cost: { amount, currency } },
});

const outcome = (part: object) => ({
  body: {
    events: [{ type: 'user.define_outcome', description: 'd', rubric: { type: 'text', content: 'r' }, ...part }],
  },
});

const confirmation = (result: string) => ({
  body: { events: [{ type: 'user.tool_confirmation', tool_use_id: 'sevt_1', result, deny_message: 'no' }] },
});

/** The fields of an operation's input or of a type, by the names that the tables use. */
function fieldsOf(row: string): string[] {
  const route = (ROUTES as Readonly<Record<string, Route>>)[row];
  const parts = route ? [route.query, route.headers, route.body] : [SHAPES[row]];
  const shapes = parts.filter((part): part is ObjectShape => typeof part === 'object' && part.kind === 'object');
  return shapes.flatMap((shape) => Object.keys(shape.fields));
}

describe('the tables', () => {
  it.each([...Object.entries(LIMITS), ...Object.entries(NULL_MEANS)])(
    'name only fields that %s has',
    (row, columns) => {
      const fields = fieldsOf(row);
      expect(Object.keys(columns).filter((column) => !fields.includes(column.replace('[]', '')))).toEqual([]);
    },
  );

  it.each(Object.keys(TOGETHER))('name a type that exists: %s', (row) => {
    expect(SHAPES[row]).toBeDefined();
  });

  it.each(Object.entries(ROUTES).filter(([, route]) => route.answer === 'page'))(
    'bound the page of %s',
    (operation) => {
      expect(LIMITS[operation]).toHaveProperty('limit');
    },
  );
});

describe('an agent', () => {
  it.each([
    [{ name: letters(256) }],
    [{ name: '😀'.repeat(256) }],
    [{ description: '' }],
    [{ system: letters(100_000) }],
    [{ metadata: Object.fromEntries(times(16, 0).map((_, i) => [`key-${i}`, letters(512)])) }],
    [custom(letters(128))],
    [search({ allowed_domains: times(64, 'docs.example.com/path') })],
    [fetcher({ blocked_domains: ['example.com'], max_content_tokens: 1 })],
  ])('may be at the limit', (part) => {
    expect(() => accepted('agents.create', withPart(part))).not.toThrow();
  });

  it.each([
    [{ name: '' }, 'name: value is required'],
    [{ name: letters(257) }, 'name: must be at most 256 characters'],
    [{ name: '😀'.repeat(257) }, 'name: must be at most 256 characters'],
    [{ description: letters(2049) }, 'description: must be at most 2048 characters'],
    [{ system: letters(100_001) }, 'system: must be at most 100000 characters'],
    [{ tools: times(257, { type: 'agent_toolset_20260401' }) }, 'tools: must have at most 256 entries'],
    [
      { mcp_servers: times(21, { type: 'url', name: 'n', url: 'https://a.example' }) },
      'mcp_servers: must have at most 20 entries',
    ],
    [
      { mcp_servers: [{ type: 'url', name: 'n', url: 'ftp://a.example' }] },
      'mcp_servers.0.url: must be an http or https URL',
    ],
    [{ metadata: Object.fromEntries(times(17, 0).map((_, i) => [i, 'v'])) }, 'metadata: may hold at most 16 pairs'],
    [{ metadata: { [letters(65)]: 'v' } }, 'metadata: keys must be 1 to 64 characters'],
    [{ metadata: { '': 'v' } }, 'metadata: keys must be 1 to 64 characters'],
    [{ metadata: { k: letters(513) } }, 'metadata: values must be at most 512 characters'],
    [custom(letters(129)), 'tools.0.custom.name: must be at most 128 characters'],
    [custom('a b'), 'tools.0.custom.name: must be letters, digits, underscores and hyphens'],
    [
      search({ allowed_domains: [] }),
      'allowed_domains: Empty list of domains is ambiguous. Provide at least one domain or null.',
    ],
    [
      search({ allowed_domains: times(65, 'example.com') }),
      'tools.0.agent_toolset_20260401.configs.0.web_search.allowed_domains: must have at most 64 entries',
    ],
    [
      search({ allowed_domains: ['example.com'], blocked_domains: ['example.org'] }),
      'Only one of allowed_domains or blocked_domains may be set.',
    ],
    [
      fetcher({ max_content_tokens: 0 }),
      'tools.0.agent_toolset_20260401.configs.0.web_fetch.max_content_tokens: must be at least 1',
    ],
  ])('may not be beyond it (%#)', (part, says) => {
    expect(refused('agents.create', withPart(part)).message).toBe(says);
  });

  it.each([
    'https://example.com',
    'example.com:443',
    '10.0.0.1',
    'localhost',
    'com',
    '*.example.com',
    '-a.com',
    'example.com/path',
  ])('may not fetch from %s, which is no plain hostname', (domain) => {
    expect(refused('agents.create', withPart(fetcher({ allowed_domains: [domain] }))).message).toBe(
      'tools.0.agent_toolset_20260401.configs.0.web_fetch.allowed_domains.0: must be a plain hostname, without scheme, port or path',
    );
  });

  it('keeps the same limits where a session overrides it', () => {
    const agent = { type: 'agent_with_overrides', id: 'agent_1', system: letters(100_001) };
    expect(refused('sessions.create', { body: { agent, environment_id: 'env_1' } }).message).toBe(
      'agent.agent_with_overrides.system: must be at most 100000 characters',
    );
  });

  it('may be patched with more metadata keys than it can hold, since some may be deletions', () => {
    const metadata = Object.fromEntries(times(32, 0).map((_, i) => [`key-${i}`, i % 2 === 0 ? null : 'v']));
    expect(() => accepted('agents.update', { body: { metadata } })).not.toThrow();
  });
});

describe('a session', () => {
  it('takes a budget in whole cents', () => {
    expect(accepted('sessions.create', create(budget('2500'))).body.budget?.max_list_cost.amount).toBe('2500');
    for (const amount of ['025', '2.5', '-1', '0', '', '1e3', 'x', '9'.repeat(16), 25]) {
      expect(refused('sessions.create', create(budget(amount))).message).toMatch(/^budget\.max_list_cost\.amount: /);
    }
    expect(refused('sessions.create', create(budget('1', 'EUR'))).message).toBe(
      'budget.max_list_cost.currency: must be one of "USD"',
    );
  });

  it('takes up to 50 initial events', () => {
    const event = { type: 'user.message', content: [{ type: 'text', text: 'hi' }] };
    expect(() => accepted('sessions.create', create({ initial_events: times(50, event) }))).not.toThrow();
    expect(refused('sessions.create', create({ initial_events: times(51, event) })).message).toBe(
      'initial_events: must have at most 50 entries',
    );
    expect(refused('sessions.create', create({ initial_events: [{ type: 'user.interrupt' }] })).message).toBe(
      'initial_events.0.type: must be one of "user.message", "user.define_outcome"',
    );
  });

  it('takes an outcome of up to 20 iterations', () => {
    expect(() => accepted('sessions.events.send', outcome({ max_iterations: 20 }))).not.toThrow();
    expect(refused('sessions.events.send', outcome({ max_iterations: 21 })).message).toBe(
      'events.0.user_define_outcome.max_iterations: must be between 1 and 20',
    );
    expect(
      refused('sessions.events.send', outcome({ rubric: { type: 'text', content: letters(262_145) } })).message,
    ).toBe('events.0.user_define_outcome.rubric.text.content: must be at most 262144 characters');
  });

  it('is sent at least one event with at least one block', () => {
    expect(refused('sessions.events.send', { body: { events: [] } }).message).toBe('events: value is required');
    expect(refused('sessions.events.send', { body: { events: [{ type: 'user.message', content: [] }] } }).message).toBe(
      'events.0.user_message.content: value is required',
    );
  });

  it.each([
    ['iVBORw0KGgo=', true],
    ['iVBORw0KGgo', true],
    ['A'.repeat(30_000_000), true],
    ['A'.repeat(30_000_001), false],
    ['', false],
    ['a', false],
    ['ab=', false],
    ['ab===', false],
    ['a b=', false],
    ['data:image/png;base64,AAAA', false],
  ])('is sent images in base64 only (%#)', (data, isAccepted) => {
    const source = { type: 'base64', media_type: 'image/png', data };
    const request = { body: { events: [{ type: 'user.message', content: [{ type: 'image', source }] }] } };
    if (isAccepted) expect(() => accepted('sessions.events.send', request)).not.toThrow();
    else
      expect(refused('sessions.events.send', request).message).toMatch(
        /^events\.0\.user_message\.content\.0\.image\.source\.base64\.data: /,
      );
  });

  it('takes a reason only with a denial', () => {
    expect(() => accepted('sessions.events.send', confirmation('deny'))).not.toThrow();
    expect(refused('sessions.events.send', confirmation('allow')).message).toBe(
      'events.0.user_tool_confirmation: deny_message is only allowed when result is "deny"',
    );
  });

  it('streams at most 100 kinds of preview', () => {
    const query = times(101, 'event_deltas[]=agent.message').join('&');
    expect(refused('sessions.events.stream', { query }).message).toBe('event_deltas: must have at most 100 entries');
  });

  it('lists a thousand events at once, as workers ask for them', () => {
    expect(accepted('sessions.events.list', { query: 'limit=1000' }).query).toEqual({ limit: 1000 });
  });
});

describe('a poll for work', () => {
  it.each(['0', '1000', '-1'])('may not block for %s ms', (ms) => {
    expect(refused('environments.work.poll', { query: `block_ms=${ms}` }).message).toBe(
      'block_ms: must be between 1 and 999',
    );
  });

  it('may block for up to 999 ms, or not at all', () => {
    expect(accepted('environments.work.poll', { query: 'block_ms=999' }).query).toEqual({ block_ms: 999 });
    expect(accepted('environments.work.poll', {}).query).toEqual({});
  });
});
