import { setTimeout as sleep } from 'node:timers/promises';
import { accumulateManagedAgentsEvent, type AccumulatedEvent } from '@anthropic-ai/sdk/lib/sessions/accumulate';
import { call, conversations, say } from '../support/conversations';
import { startLocalServer, type LocalServer } from '../support/local-server';
import {
  fresh,
  history,
  newSession,
  ofType,
  onlyOne,
  tell,
  textOf,
  TOOLSET,
  turn,
  typesOf,
  untilIdle,
} from '../support/sessions';

let server: LocalServer;
beforeAll(async () => {
  server = await startLocalServer(
    conversations({
      'say hello': [say('Hello, you.')],
      'two turns': [say('First.'), say('Second.')],
      'tell a story': [say('Once upon a time there was a log that never forgot. '.repeat(20), { betweenMs: 10 })],
      'use the shell': [
        call(['bash', { command: 'echo "6 * 7 = $((6 * 7))" > answer.txt; cat answer.txt' }]),
        say('It is 42.'),
      ],
      'keep a file': [
        call(['write', { file_path: 'note.txt', content: 'remember me' }]),
        say('Kept.'),
        call(['read', { file_path: 'note.txt' }]),
        say('Read.'),
      ],
    }),
  );
});
afterAll(() => server.close());

/** The events of a turn with one answer, in the recorded order (reference 6.5). */
const SIMPLE_TURN = [
  'session.status_running',
  'session.thread_status_running',
  'user.message',
  'span.model_request_start',
  'agent.message',
  'span.model_request_end',
  'session.thread_status_idle',
  'session.usage',
  'session.status_idle',
];

describe('a session through the official client', () => {
  test('needs an environment with a name, an agent with a name and a model, and nothing else', async () => {
    const { client } = server;
    const environment = await client.beta.environments.create({ name: fresh('plain') });
    expect(environment.config).toEqual({
      type: 'cloud',
      networking: { type: 'unrestricted' },
      packages: { type: 'packages', apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] },
    });
    const agent = await client.beta.agents.create({ name: 'Plain', model: 'claude-opus-5' });
    expect(agent).toMatchObject({ type: 'agent', version: 1, model: { id: 'claude-opus-5', speed: 'standard' } });
    const session = await client.beta.sessions.create({ agent: agent.id, environment_id: environment.id });
    expect(session).toMatchObject({ type: 'session', status: 'idle', agent: { id: agent.id, version: 1 } });
  });

  test('streams a turn that was sent after the stream was opened', async () => {
    const { client } = server;
    const session = await newSession(client);
    const events = await turn(client, session.id, () => tell(client, session.id, 'say hello'));
    expect(typesOf(events)).toEqual(SIMPLE_TURN);
    expect(textOf(onlyOne(events, 'agent.message'))).toBe('Hello, you.');
    expect(onlyOne(events, 'session.status_idle').stop_reason).toEqual({ type: 'end_turn' });
  });

  test.each([
    ['right after the send', 0],
    ['two seconds after it, when the turn is long over', 2_000],
  ])('streams the turn when the stream is opened %s', async (_, delay) => {
    const { client } = server;
    const session = await newSession(client);
    await tell(client, session.id, 'say hello');
    await sleep(delay);
    const events = await untilIdle(await client.beta.sessions.events.stream(session.id));
    expect(typesOf(events)).toEqual(SIMPLE_TURN);
  });

  test('lists what it streamed, and shows the state after it', async () => {
    const { client } = server;
    const session = await newSession(client);
    const streamed = await turn(client, session.id, () => tell(client, session.id, 'say hello'));
    expect(await history(client, session.id)).toEqual(streamed);
    const after = await client.beta.sessions.retrieve(session.id);
    expect(after.status).toBe('idle');
    expect(after.usage.output_tokens).toBeGreaterThan(0);
  });

  test('goes on from turn to turn', async () => {
    const { client } = server;
    const session = await newSession(client);
    const first = await turn(client, session.id, () => tell(client, session.id, 'two turns'));
    const second = await turn(client, session.id, () => tell(client, session.id, 'go on'));
    expect(textOf(onlyOne(first, 'agent.message'))).toBe('First.');
    expect(textOf(onlyOne(second, 'agent.message'))).toBe('Second.');
    expect(await history(client, session.id)).toEqual([...first, ...second]);
  });

  test('sends deltas that the official accumulator puts together to the final text', async () => {
    const { client } = server;
    const session = await newSession(client);
    const stream = await client.beta.sessions.events.stream(session.id, { event_deltas: ['agent.message'] });
    await tell(client, session.id, 'tell a story');
    const events = await untilIdle(stream);
    let growing: AccumulatedEvent | undefined;
    let deltas = 0;
    for (const event of events) {
      if (event.type === 'event_delta') deltas += 1;
      if (event.type === 'event_start' || event.type === 'event_delta') {
        growing = accumulateManagedAgentsEvent(growing, event) ?? growing;
      }
    }
    const final = onlyOne(events, 'agent.message');
    expect(deltas).toBeGreaterThan(1);
    expect(growing?.id).toBe(final.id);
    expect(textOf(growing)).not.toBe('');
    expect(textOf(final).startsWith(textOf(growing))).toBe(true);
  });

  test('runs a real shell and shows what it printed', async () => {
    const { client } = server;
    const session = await newSession(client, { tools: [TOOLSET] });
    const events = await turn(client, session.id, () => tell(client, session.id, 'use the shell'));
    const use = onlyOne(events, 'agent.tool_use');
    const result = onlyOne(events, 'agent.tool_result');
    expect(use).toMatchObject({ name: 'bash', evaluated_permission: 'allow' });
    expect(result.tool_use_id).toBe(use.id);
    expect(textOf(result)).toBe('6 * 7 = 42');
    expect(textOf(onlyOne(events, 'agent.message'))).toBe('It is 42.');
    expect(ofType(events, 'session.status_running')).toHaveLength(1);
  });

  test('keeps the files of the sandbox from turn to turn', async () => {
    const { client } = server;
    const session = await newSession(client, { tools: [TOOLSET] });
    await turn(client, session.id, () => tell(client, session.id, 'keep a file'));
    const events = await turn(client, session.id, () => tell(client, session.id, 'and read it'));
    expect(textOf(onlyOne(events, 'agent.tool_result'))).toContain('remember me');
  });
});
