import type { AgentCreateParams } from '@anthropic-ai/sdk/resources/beta/agents/agents';
import { call, conversations, say } from '../support/conversations';
import { startLocalServer, type LocalServer } from '../support/local-server';
import { history, newSession, ofType, onlyOne, tell, textOf, TOOLSET, turn, typesOf } from '../support/sessions';

type Tool = NonNullable<AgentCreateParams['tools']>[number];

const WEATHER: Tool = {
  type: 'custom',
  name: 'weather',
  description: 'The weather of a city.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const ASK_BASH: Tool = { ...TOOLSET, configs: [{ name: 'bash', permission_policy: { type: 'always_ask' } }] };

let server: LocalServer;
beforeAll(async () => {
  server = await startLocalServer(
    conversations({
      'ask the weather': [call(['weather', { city: 'Oslo' }]), say('Snow in Oslo.')],
      'ask two cities': [call(['weather', { city: 'Oslo' }], ['weather', { city: 'Rome' }]), say('Both known.')],
      'with permission': [call(['bash', { command: 'echo done' }]), say('So it is.')],
      'a mixed turn': [
        call(['bash', { command: 'echo asked' }], ['write', { file_path: 'a', content: 'a' }]),
        say('Mixed.'),
      ],
      'one that fails': [call(['bash', { command: 'sh -c "echo oops; exit 3"' }]), say('It failed.')],
      'a tool that is not there': [call(['teleport', {}]), say('No teleport.')],
    }),
  );
});
afterAll(() => server.close());

const texts = (text: string) => [{ type: 'text' as const, text }];

describe('custom tools', () => {
  test('wait for the client, whose result reaches the model', async () => {
    const { client } = server;
    const session = await newSession(client, { tools: [WEATHER] });
    const asked = await turn(client, session.id, () => tell(client, session.id, 'ask the weather'));
    const use = onlyOne(asked, 'agent.custom_tool_use');
    expect(use).toMatchObject({ name: 'weather', input: { city: 'Oslo' } });
    expect(onlyOne(asked, 'session.status_idle').stop_reason).toEqual({ type: 'requires_action', event_ids: [use.id] });

    const answered = await turn(client, session.id, () =>
      client.beta.sessions.events.send(session.id, {
        events: [{ type: 'user.custom_tool_result', custom_tool_use_id: use.id, content: texts('snow, -3 °C') }],
      }),
    );
    expect(typesOf(answered).slice(0, 4)).toEqual([
      'user.custom_tool_result',
      'session.status_running',
      'session.thread_status_running',
      'span.model_request_start',
    ]);
    expect(textOf(onlyOne(answered, 'agent.message'))).toBe('Snow in Oslo.');
    expect(onlyOne(answered, 'session.status_idle').stop_reason).toEqual({ type: 'end_turn' });
  });

  test('are processed in the order of the calls, whatever the order of the answers', async () => {
    const { client } = server;
    const session = await newSession(client, { tools: [WEATHER] });
    const asked = await turn(client, session.id, () => tell(client, session.id, 'ask two cities'));
    const [oslo, rome] = ofType(asked, 'agent.custom_tool_use').map(({ id }) => id) as [string, string];
    await client.beta.sessions.events.send(session.id, {
      events: [{ type: 'user.custom_tool_result', custom_tool_use_id: rome, content: texts('sun') }],
    });
    await turn(client, session.id, () =>
      client.beta.sessions.events.send(session.id, {
        events: [{ type: 'user.custom_tool_result', custom_tool_use_id: oslo, content: texts('snow') }],
      }),
    );
    const results = ofType(await history(client, session.id), 'user.custom_tool_result');
    expect(results.map(({ custom_tool_use_id }) => custom_tool_use_id)).toEqual([oslo, rome]);
  });

  test('a second answer, or one to no call, is refused and leaves no trace', async () => {
    const { client } = server;
    const session = await newSession(client, { tools: [WEATHER] });
    const asked = await turn(client, session.id, () => tell(client, session.id, 'ask the weather'));
    const use = onlyOne(asked, 'agent.custom_tool_use');
    const answer = { type: 'user.custom_tool_result', custom_tool_use_id: use.id, content: texts('snow') } as const;
    await turn(client, session.id, () => client.beta.sessions.events.send(session.id, { events: [answer] }));
    const before = await history(client, session.id);
    for (const event of [answer, { ...answer, custom_tool_use_id: 'sevt_011111111111111111111111' }]) {
      await expect(client.beta.sessions.events.send(session.id, { events: [event] })).rejects.toMatchObject({
        status: 400,
      });
    }
    expect(await history(client, session.id)).toEqual(before);
  });
});

describe('tools that ask first', () => {
  test('run after they were allowed', async () => {
    const { client } = server;
    const session = await newSession(client, { tools: [ASK_BASH] });
    const asked = await turn(client, session.id, () => tell(client, session.id, 'with permission'));
    const use = onlyOne(asked, 'agent.tool_use');
    expect(use.evaluated_permission).toBe('ask');
    expect(onlyOne(asked, 'session.status_idle').stop_reason).toEqual({ type: 'requires_action', event_ids: [use.id] });
    const allowed = await turn(client, session.id, () =>
      client.beta.sessions.events.send(session.id, {
        events: [{ type: 'user.tool_confirmation', tool_use_id: use.id, result: 'allow' }],
      }),
    );
    expect(textOf(onlyOne(allowed, 'agent.tool_result'))).toBe('done');
    expect(textOf(onlyOne(allowed, 'agent.message'))).toBe('So it is.');
  });

  test('are rejected with the reason, and the model goes on', async () => {
    const { client } = server;
    const session = await newSession(client, { tools: [ASK_BASH] });
    const asked = await turn(client, session.id, () => tell(client, session.id, 'with permission'));
    const use = onlyOne(asked, 'agent.tool_use');
    const denied = await turn(client, session.id, () =>
      client.beta.sessions.events.send(session.id, {
        events: [{ type: 'user.tool_confirmation', tool_use_id: use.id, result: 'deny', deny_message: 'Not today.' }],
      }),
    );
    expect(typesOf(denied).slice(0, 5)).toEqual([
      'user.tool_confirmation',
      'session.status_running',
      'session.thread_status_running',
      'agent.tool_result',
      'span.model_request_start',
    ]);
    const result = onlyOne(denied, 'agent.tool_result');
    expect(result.is_error).toBe(true);
    expect(textOf(result)).toBe('Permission to use bash has been rejected. Rejection message: Not today.');
    expect(onlyOne(denied, 'session.status_idle').stop_reason).toEqual({ type: 'end_turn' });
  });

  test('hold back the calls beside them, and the results come in the order of the calls', async () => {
    const { client } = server;
    const session = await newSession(client, { tools: [ASK_BASH] });
    const asked = await turn(client, session.id, () => tell(client, session.id, 'a mixed turn'));
    const [bash, write] = ofType(asked, 'agent.tool_use').map(({ id }) => id) as [string, string];
    expect(ofType(asked, 'agent.tool_result')).toEqual([]);
    expect(onlyOne(asked, 'session.status_idle').stop_reason).toEqual({ type: 'requires_action', event_ids: [bash] });
    const allowed = await turn(client, session.id, () =>
      client.beta.sessions.events.send(session.id, {
        events: [{ type: 'user.tool_confirmation', tool_use_id: bash, result: 'allow' }],
      }),
    );
    expect(ofType(allowed, 'agent.tool_result').map(({ tool_use_id }) => tool_use_id)).toEqual([bash, write]);
  });
});

describe('calls that cannot succeed', () => {
  test('a command that fails gives an error result with its output', async () => {
    const { client } = server;
    const session = await newSession(client, { tools: [TOOLSET] });
    const events = await turn(client, session.id, () => tell(client, session.id, 'one that fails'));
    const result = onlyOne(events, 'agent.tool_result');
    expect(result.is_error).toBe(true);
    expect(textOf(result)).toContain('oops');
  });

  test('a tool that the agent does not have gives an error result', async () => {
    const { client } = server;
    const session = await newSession(client, { tools: [TOOLSET] });
    const events = await turn(client, session.id, () => tell(client, session.id, 'a tool that is not there'));
    expect(onlyOne(events, 'agent.tool_result').is_error).toBe(true);
    expect(textOf(onlyOne(events, 'agent.message'))).toBe('No teleport.');
  });
});
