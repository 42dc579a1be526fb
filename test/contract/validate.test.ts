import { accepted, refused } from './refusals';

const AGENT = { name: 'Ada', model: 'claude-opus-5-5' };
const message = (...content: unknown[]) => ({ events: [{ type: 'user.message', content }] });
const nested = (depth: number): unknown => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);

const tool = (properties: unknown) => ({
  type: 'custom',
  name: 't',
  description: 'd',
  input_schema: { type: 'object', properties },
});

const override = (part: object) => ({
  body: { environment_id: 'env_1', agent: { type: 'agent_with_overrides', id: 'agent_1', ...part } },
});

describe('a body', () => {
  it('comes back with what the operation declares, and nothing else', () => {
    const body = { ...AGENT, unheard_of: 1, tools: [{ type: 'agent_toolset_20260401', novelty: [] }] };
    expect(accepted('agents.create', { body }).body).toEqual({ ...AGENT, tools: [{ type: 'agent_toolset_20260401' }] });
  });

  it('may be left out where nothing in it is required', () => {
    expect(accepted('agents.update', {}).body).toEqual({});
    expect(refused('agents.create', {}).message).toBe('model: value is required');
  });

  it('is undefined for an operation that takes none', () => {
    expect(accepted('agents.archive', { body: { any: 'thing' } }).body).toBeUndefined();
  });

  it.each([[[]], ['text'], [7], [null], [true]])('is refused when it is %j', (body) => {
    expect(refused('agents.create', { body }).message).toBe('request body: must be an object');
  });

  it('is refused when it nests deeper than anything sensible', () => {
    expect(() => accepted('agents.create', { body: { ...AGENT, tools: [tool(nested(50))] } })).not.toThrow();
    const deep = refused('agents.create', { body: { ...AGENT, tools: [tool(nested(100_000))] } });
    expect(deep.message).toBe('request body: must not be nested more than 100 levels deep');
  });

  it('is refused when it carries a key that could reach a prototype', () => {
    const metadata: unknown = JSON.parse('{"__proto__": "x"}');
    expect(refused('agents.create', { body: { ...AGENT, metadata } }).message).toBe(
      'request body: must not use the key "__proto__"',
    );
  });

  it('takes names that objects inherit for what they are: names', () => {
    const metadata = { constructor: 'a', toString: 'b', hasOwnProperty: 'c' };
    expect(accepted('agents.create', { body: { ...AGENT, metadata } }).body.metadata).toEqual(metadata);
    expect(refused('sessions.events.send', { body: { events: [{ type: 'constructor' }] } }).message).toMatch(
      /^events\.0\.type: must be one of/,
    );
  });

  it('does not take an inherited property for one of its own', () => {
    const body = Object.create({ ...AGENT }) as unknown;
    expect(refused('agents.create', { body }).message).toBe('model: value is required');
  });

  it('is refused when a text has no UTF-8 form', () => {
    expect(refused('sessions.events.send', { body: message({ type: 'text', text: 'a\ud800' }) }).message).toBe(
      'request body: must not contain half of a surrogate pair',
    );
    expect(() => accepted('sessions.events.send', { body: message({ type: 'text', text: '😀' }) })).not.toThrow();
  });

  it('may be a form where the operation takes files', () => {
    const form = new FormData();
    expect(accepted('files.upload', { body: form }).body).toBe(form);
    expect(refused('files.upload', { body: {} }).message).toBe('request body: must be multipart/form-data');
  });

  it('is not changed by the check', () => {
    const body = Object.freeze({ ...AGENT, extra: 1, tools: Object.freeze([]) });
    expect(() => accepted('agents.create', { body })).not.toThrow();
  });
});

describe('a message', () => {
  it('names the member of a union that was meant (reference 1.2, 6.2)', () => {
    expect(refused('sessions.events.send', { body: message({ type: 'text', text: '' }) }).message).toBe(
      'events.0.user_message.content.0.text: value is required',
    );
    const resources = [{ type: 'github_repository' }];
    expect(refused('sessions.create', { body: { agent: 'a', environment_id: 'e', resources } }).message).toBe(
      'resources.0.github_repository.url: value is required',
    );
    const tools = [
      { type: 'agent_toolset_20260401' },
      { type: 'custom', description: '', input_schema: { type: 'object' } },
    ];
    expect(refused('agents.create', { body: { ...AGENT, tools } }).message).toBe(
      'tools.1.custom.name: value is required',
    );
  });

  it.each([
    [{ name: 7 }, 'name: must be a string'],
    [{ name: null }, 'name: value is required'],
    [{ model: [] }, 'model: must be a string or an object'],
    [{ model: {} }, 'model.id: value is required'],
    [{ model: { id: 'm', effort: 'extreme' } }, 'model.effort: must be one of "low", "medium", "high", "xhigh", "max"'],
    [
      { model: { id: 'm', effort: { type: 'extreme' } } },
      'model.effort.type: must be one of "low", "medium", "high", "xhigh", "max"',
    ],
    [{ tools: {} }, 'tools: must be a list'],
    [{ tools: ['bash'] }, 'tools.0: must be an object'],
    [{ tools: [null] }, 'tools.0: value is required'],
    [{ tools: [{}] }, 'tools.0.type: value is required'],
    [{ metadata: { a: 1 } }, 'metadata.a: must be a string'],
    [{ metadata: [] }, 'metadata: must be an object'],
    [
      { tools: [{ type: 'agent_toolset_20260401', configs: [{ name: 'bash', enabled: 'yes' }] }] },
      'tools.0.agent_toolset_20260401.configs.0.bash.enabled: must be true or false',
    ],
  ])('for %j says where and what', (part, says) => {
    expect(refused('agents.create', { body: { ...AGENT, ...part } }).message).toBe(says);
  });

  it('does not repeat what was sent', () => {
    const long = 'x'.repeat(1_000_000);
    for (const part of [{ name: long }, { metadata: { [long]: 1 } }, { model: { id: 'm', effort: long } }]) {
      expect(refused('agents.create', { body: { ...AGENT, ...part } }).message.length).toBeLessThan(300);
    }
  });
});

describe('null', () => {
  it('is the same as absent for an optional field (reference 19)', () => {
    expect(accepted('agents.create', { body: { ...AGENT, tools: null, metadata: null } }).body).toEqual(AGENT);
    expect(accepted('agents.update', { body: { version: null } }).body).toEqual({});
  });

  it('stays where it has a meaning of its own', () => {
    expect(accepted('agents.update', { body: { system: null, tools: null } }).body).toEqual({
      system: null,
      tools: null,
    });
    expect(accepted('sessions.update', { body: { metadata: { a: null }, budget: null } }).body).toEqual({
      metadata: { a: null },
      budget: null,
    });
  });

  it('clears a list of an override, and cannot clear its model (reference 5.1)', () => {
    expect(accepted('sessions.create', override({ tools: null, system: null })).body.agent).toEqual({
      type: 'agent_with_overrides',
      id: 'agent_1',
      tools: [],
      system: null,
    });
    const error = refused('sessions.create', override({ model: null }));
    expect(error.details?.error_code).toBe('agent_model_required');
  });

  it("cannot clear an agent's name or model (reference 3.3)", () => {
    expect(refused('agents.update', { body: { name: null } }).message).toBe('name: value is required');
    expect(refused('agents.update', { body: { model: null } }).message).toBe('model: value is required');
  });
});

describe('a query', () => {
  it('is read by the declared types', () => {
    const query =
      'limit=5&include_archived=true&statuses[]=idle&statuses=running&created_at[gte]=2026-01-02T03:04:05Z&beta=true';
    expect(accepted('sessions.list', { query }).query).toEqual({
      limit: 5,
      include_archived: true,
      statuses: ['idle', 'running'],
      'created_at[gte]': '2026-01-02T03:04:05Z',
    });
  });

  it.each([
    ['limit=0', 'limit: must be between 1 and 100'],
    ['limit=101', 'limit: must be between 1 and 100'],
    ['limit=', 'limit: must be an integer'],
    ['limit=5.5', 'limit: must be an integer'],
    ['limit=1e1', 'limit: must be an integer'],
    ['limit=0x10', 'limit: must be an integer'],
    ['limit=99999999999999999999', 'limit: must be an integer'],
    ['include_archived=yes', 'include_archived: must be true or false'],
    ['created_at[gte]=yesterday', 'created_at[gte]: must be an RFC 3339 timestamp'],
  ])('is refused when it says %s', (query, says) => {
    expect(refused('agents.list', { query }).message).toBe(says);
  });

  it('refuses a malformed id in a filter (reference 1.5)', () => {
    expect(refused('sessions.list', { query: 'agent_id=nobody' }).message).toBe(
      'agent_id: must be an id of the form agent_...',
    );
  });

  it('reads an empty cursor as none', () => {
    expect(accepted('agents.list', { query: 'page=' }).query).toEqual({ page: null });
  });

  it("knows what the service takes beyond the SDK's types", () => {
    expect(accepted('environments.delete', { query: 'force=true' }).query).toEqual({ force: true });
  });

  it('names the previews that a stream may ask for (reference 6.6)', () => {
    expect(accepted('sessions.events.stream', { query: 'event_deltas[]=agent.message' }).query).toEqual({
      event_deltas: ['agent.message'],
    });
    expect(refused('sessions.events.stream', { query: 'event_deltas[]=agent.tool_use' }).message).toBe(
      'event_deltas.0: must be one of "agent.message", "agent.thinking"',
    );
  });
});

describe('headers', () => {
  it('reach the operation when it declares them', () => {
    const headers = { 'anthropic-worker-id': 'w1', 'x-other': 'y' };
    expect(accepted('environments.work.poll', { headers }).headers).toEqual({ 'Anthropic-Worker-ID': 'w1' });
    expect(accepted('environments.work.list', { headers }).headers).toEqual({});
  });
});
