import { MICROS_PER_SECOND, systemClock } from '../../runtime/contract/time';
import type { SessionAgent, SessionEvent } from '../../runtime/contract/wire';
import { checkHistory } from '../../runtime/thread/invariants';
import type { SessionRecord } from '../../runtime/store/records';
import { eventually } from '../support/eventually';
import { calls, says, World } from '../support/harness-world';
import { TestMcpServer } from '../support/mcp-server';
import { agentWith } from '../support/session-agent';
import { quietPort } from '../support/quiet-port';

const allow = { type: 'always_allow' as const };
const ask = { type: 'always_ask' as const };

let world: World;
let server: TestMcpServer;
beforeEach(async () => {
  world = await World.open();
  server = await TestMcpServer.start([
    { name: 'echo', description: 'Says it again', run: ({ text }) => `you said ${String(text)}` },
  ]);
});
afterEach(() => Promise.all([world.close(), server.close()]));

const agentOn = (policy: typeof allow | typeof ask = allow, ...urls: string[]): SessionAgent => {
  const servers = [server.url, ...urls].map((url, i) => ({
    type: 'url' as const,
    name: i === 0 ? 'own' : `own${i}`,
    url,
  }));
  return agentWith({
    mcp_servers: servers,
    tools: servers.map(({ name }) => ({
      type: 'mcp_toolset' as const,
      mcp_server_name: name,
      default_config: { enabled: true, permission_policy: policy },
      configs: [],
    })),
  });
};

const typesOf = (events: readonly SessionEvent[]): string[] => events.map(({ type }) => type);
const resultsOf = (events: readonly SessionEvent[]) =>
  events.flatMap((event) => (event.type === 'agent.mcp_tool_result' ? [event] : []));
const textOf = (events: readonly SessionEvent[]): string =>
  JSON.stringify(resultsOf(events).map(({ content }) => content));

/** The model calls the tool in its first answer, and is content with the second. */
function callOnce(name = 'mcp__own__echo', input: unknown = { text: 'hello' }): void {
  world.script = (request) => (request.messages.length === 1 ? calls({ id: 'toolu_1', name, input }) : says('done'));
}

async function sessionOn(agent: SessionAgent): Promise<SessionRecord> {
  const session = await world.session({ agent });
  await world.message(session);
  return session;
}

describe('a session with an MCP server', () => {
  it('lists its tools before the first request, calls one, and gives the model what it said', async () => {
    callOnce();
    const session = await sessionOn(agentOn());
    await world.wake(session);
    const events = await world.history(session);
    expect(typesOf(events)).toEqual([
      'session.status_running',
      'session.thread_status_running',
      'user.message',
      'span.model_request_start',
      'agent.mcp_tool_use',
      'span.model_request_end',
      'agent.mcp_tool_result',
      'span.model_request_start',
      'agent.message',
      'span.model_request_end',
      'session.thread_status_idle',
      'session.usage',
      'session.status_idle',
    ]);
    expect(events.find(({ type }) => type === 'agent.mcp_tool_use')).toMatchObject({
      mcp_server_name: 'own',
      name: 'echo',
      input: { text: 'hello' },
      evaluated_permission: 'allow',
    });
    expect(resultsOf(events)).toMatchObject([{ content: [{ type: 'text', text: 'you said hello' }], is_error: false }]);
    expect(world.requests[0]?.tools).toEqual([
      { name: 'mcp__own__echo', description: 'Says it again', input_schema: { type: 'object' } },
    ]);
    expect(JSON.stringify(world.requests[1]?.messages)).toContain('you said hello');
    expect(checkHistory(events)).toEqual([]);
    expect(server.count('tools/list')).toBe(1);
  });

  it('asks first, as MCP tools do unless they are told otherwise, and dials anew for the next cycle', async () => {
    callOnce();
    const session = await sessionOn(agentOn(ask));
    await world.wake(session);
    const use = (await world.history(session)).find(({ type }) => type === 'agent.mcp_tool_use');
    expect(server.called).toEqual([]);
    await world.send(session, { type: 'user.tool_confirmation', tool_use_id: use?.id ?? '', result: 'allow' });
    await world.wake(session);
    const events = await world.history(session);
    expect(server.called).toEqual([{ name: 'echo', input: { text: 'hello' } }]);
    expect(events.at(-1)).toMatchObject({ type: 'session.status_idle', stop_reason: { type: 'end_turn' } });
    expect(checkHistory(events)).toEqual([]);
    expect(server.count('tools/list')).toBe(2);
  });

  it('says between the two running events what could not be dialled, and goes on without its tools', async () => {
    const gone = `http://127.0.0.1:${await quietPort()}/mcp`;
    const locked = await TestMcpServer.start();
    locked.interfere = (_method, _request, response) => Boolean(response.writeHead(401).end());
    world.script = () => says('fine');
    const session = await sessionOn(agentOn(allow, gone, locked.url));
    await world.wake(session);
    await world.message(session);
    await world.wake(session);
    const events = await world.history(session);
    const cycle = ['session.status_running', 'session.error', 'session.error', 'session.thread_status_running'];
    expect(typesOf(events).slice(0, 4)).toEqual(cycle);
    expect(typesOf(events).filter((type) => cycle.includes(type))).toEqual([...cycle, ...cycle]);
    expect(events.slice(1, 3)).toMatchObject([
      { error: { type: 'mcp_connection_failed_error', mcp_server_name: 'own1', retry_status: { type: 'retrying' } } },
      {
        error: { type: 'mcp_authentication_failed_error', mcp_server_name: 'own2', retry_status: { type: 'retrying' } },
      },
    ]);
    expect(world.requests[0]?.tools).toHaveLength(1);
    expect(checkHistory(events)).toEqual([]);
    await locked.close();
  });

  it('survives tools of every oddity', async () => {
    server.tools = [
      { name: 'fine' },
      { name: 'dots.and spaces/é' },
      { name: 'n'.repeat(200) },
      { name: 'top', inputSchema: { type: 'object', anyOf: [{ required: ['a'] }] } },
      { name: 'loop', inputSchema: { type: 'object', properties: { a: { $ref: '#/$defs/no' } } } },
      { name: 'wrong', inputSchema: { type: 'object', properties: { a: { type: 'text' } } } },
      { name: 'huge', inputSchema: { type: 'object', description: 'x'.repeat(200_000) } },
    ];
    world.script = () => says('fine');
    const session = await sessionOn(agentOn());
    await world.wake(session);
    const tools = world.requests[0]?.tools ?? [];
    expect(tools).toHaveLength(7);
    for (const tool of tools) {
      if (!('input_schema' in tool)) throw new Error('a tool without a schema');
      expect(tool.name).toMatch(/^[a-zA-Z0-9_-]{1,128}$/);
      expect(tool.input_schema).toEqual({ type: 'object' });
    }
    expect(new Set(tools.map((tool) => ('name' in tool ? tool.name : ''))).size).toBe(7);
  });

  it('asks the model the same after a compaction, and in a harness that did not dial', async () => {
    world.script = () => says('fine');
    const session = await sessionOn(agentOn());
    await world.wake(session);
    server.interfere = (_method, _request, response) => Boolean(response.destroy());
    const before = world.requests.at(-1)?.tools;
    await world.message(session);
    await world.wake(session);
    expect(world.requests.at(-1)?.tools).toBeUndefined();
    server.interfere = () => undefined;
    await world.message(session);
    await world.wake(session);
    expect(world.requests.at(-1)?.tools).toEqual(before);
  });
});

describe('a call of an MCP tool', () => {
  it('that a harness left unfinished has an unknown outcome, and is not made again', async () => {
    callOnce();
    const session = await sessionOn(agentOn());
    await dieDuringCall(session);
    await wakeLater(session);
    const events = await world.history(session);
    expect(server.called).toHaveLength(1);
    expect(textOf(events)).toContain('may or may not have taken effect');
    expect(resultsOf(events)).toMatchObject([{ is_error: true }]);
    expect(checkHistory(events)).toEqual([]);
  });

  it('is made again by the next harness where the tool says that it may be', async () => {
    server.tools = [{ name: 'echo', annotations: { readOnlyHint: true } }];
    callOnce();
    const session = await sessionOn(agentOn());
    await dieDuringCall(session);
    await wakeLater(session);
    expect(server.called).toHaveLength(2);
    expect(textOf(await world.history(session))).toContain('echo ran');
  });

  it('is made again when the server has forgotten the session, and only then', async () => {
    server.interfere = (method, _request, response) => {
      if (method === 'tools/list') response.once('close', () => server.forgetSessions());
      return undefined;
    };
    callOnce();
    const session = await sessionOn(agentOn());
    await world.wake(session);
    expect(textOf(await world.history(session))).toContain('you said');
    expect(server.called).toHaveLength(1);
    expect(server.count('initialize')).toBe(2);
  });

  it('that breaks off says that it may have taken effect; one that was refused says that it had none', async () => {
    for (const [status, words] of [
      [500, 'may or may not'],
      [403, 'had no effect'],
    ] as const) {
      server.interfere = (method, _request, response) =>
        method === 'tools/call' ? Boolean(response.writeHead(status).end('secret page')) : undefined;
      callOnce();
      const session = await sessionOn(agentOn());
      await world.wake(session);
      const text = textOf(await world.history(session));
      expect(text).toContain(words);
      expect(text).not.toContain('secret page');
    }
  });

  it('stops at an interrupt', async () => {
    server.tools = [{ name: 'echo', run: () => new Promise(() => undefined) }];
    callOnce();
    const session = await sessionOn(agentOn());
    const waking = world.wake(session);
    await eventually(() => server.called.length > 0);
    await world.send(session, { type: 'user.interrupt' });
    await waking;
    const events = await world.history(session);
    expect(textOf(events)).toContain('interrupted before completion');
    expect(events.at(-1)).toMatchObject({ type: 'session.status_idle', stop_reason: { type: 'end_turn' } });
    expect(checkHistory(events)).toEqual([]);
  });

  it('of a tool that nobody listed is refused', async () => {
    callOnce('mcp__own__rm');
    const session = await sessionOn(agentOn());
    await world.wake(session);
    expect(textOf(await world.history(session))).toContain('not enabled');
    expect(server.called).toEqual([]);
  });
});

/** Wakes the session in a harness that dies while the server runs the tool: nothing that it writes then arrives. */
async function dieDuringCall(session: SessionRecord): Promise<void> {
  const { deps } = world;
  const never = new Promise<never>(() => undefined);
  let isDead = false;
  const log: typeof deps.log = {
    ...deps.log,
    append: (ref, commit) => (isDead ? never : deps.log.append(ref, commit)),
    renewLease: (...args) => (isDead ? never : deps.log.renewLease(...args)),
  };
  const { tools } = server;
  const called = new Promise<void>((resolve) => {
    server.tools = tools.map((tool) => ({
      ...tool,
      run: (...asked) => {
        isDead = true;
        resolve();
        return (tool.run ?? (() => `${tool.name} ran`))(...asked);
      },
    }));
  });
  void world.wake(session, { deps: { ...deps, log } });
  await called;
  server.tools = tools;
}

/** Wakes the session after the lease of a dead harness has lapsed. */
function wakeLater(session: SessionRecord): Promise<void> {
  const clock = { now: () => systemClock.now() + 60 * MICROS_PER_SECOND };
  return world.wake(session, { deps: { ...world.deps, clock } });
}
