import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionEvent } from '../../runtime/contract/wire';
import type { ResponsePlan } from '../../runtime/local/offline-model/plan';
import { startModelServer, type ModelServer } from '../../runtime/local/offline-model/server';
import { checkHistory } from '../../runtime/thread/invariants';
import { call, conversations, say } from '../support/conversations';
import { startCommand, type StartedCommand } from '../support/command';
import { history, newSession, ofType, tell, textOf, TOOLSET } from '../support/sessions';

/** A dead harness's lease lapses after 15 s, a dead worker's after 60 s; the rest is for a busy machine. */
const RECOVERS_WITHIN_MS = 180_000;
const RUN_THE_TOOL = 'echo began >> log; sleep 30; echo ended >> log';

let talks = 0;
/** For minutes at first, in which the server is sure to be killed, and then for a second. */
const talk = (): ResponsePlan => say('word '.repeat((talks += 1) === 1 ? 9_000 : 50), { betweenMs: 20 });

const MODEL = conversations({
  'die in the model call': [() => talk(), say('Here I am.')],
  'die in the tool call': [call(['bash', { command: RUN_THE_TOOL }]), say('Enough.')],
  'die between the two': [call(['bash', { command: 'echo quick' }]), say('At last.', { beforeMs: 10_000 })],
  'die before anything': [say('Never too late.', { beforeMs: 10_000 })],
});

let model: ModelServer;
let dataDirectory: string;
let server: StartedCommand;

/** One session for each way to be struck, all struck by one SIGKILL and finished by the next server. */
const sessions: Record<string, { readonly id: string; readonly accepted: string[]; events: SessionEvent[] }> = {};

beforeAll(async () => {
  model = await startModelServer({ respond: MODEL });
  dataDirectory = await mkdtemp(join(tmpdir(), 'crash-'));
  server = await start();
  await begin('die in the model call');
  await begin('die in the tool call');
  await begin('die between the two');
  await until('die in the model call', has('span.model_request_start'));
  await until('die in the tool call', async () => (await logOfTool()) === 'began\n');
  await until('die between the two', has('agent.tool_result'));
  await begin('die before anything');
  await server.end('SIGKILL');

  server = await start();
  await Promise.all(Object.keys(sessions).map((name) => until(name, isAtRest)));
}, RECOVERS_WITHIN_MS);
afterAll(async () => {
  await server.end('SIGKILL');
  await model.close();
  await rm(dataDirectory, { recursive: true, force: true });
});

const start = (): Promise<StartedCommand> =>
  startCommand(dataDirectory, '--no-sample', '--model-url', model.url, '--model-key', 'scripted');

async function begin(name: string): Promise<void> {
  const { id } = await newSession(server.client, { tools: [TOOLSET] });
  const { data } = await tell(server.client, id, name);
  sessions[name] = { id, accepted: (data ?? []).map((event) => event.id), events: [] };
}

const sessionOf = (name: string) => {
  const session = sessions[name];
  if (!session) throw new Error(`no session ${name}`);
  return session;
};

async function until(name: string, holds: (events: SessionEvent[]) => boolean | Promise<boolean>): Promise<void> {
  const session = sessionOf(name);
  do {
    await sleep(50);
    session.events = await history(server.client, session.id);
  } while (!(await holds(session.events)));
}

const has = (type: SessionEvent['type']) => (events: SessionEvent[]) => events.some((event) => event.type === type);
const isAtRest = (events: SessionEvent[]) => events.at(-1)?.type === 'session.status_idle';

/** What the tool wrote into its working directory. */
const logOfTool = (): Promise<string> => {
  const { id } = sessionOf('die in the tool call');
  return readFile(join(dataDirectory, 'sandboxes', id, 'workspace', 'log'), 'utf8').catch(() => '');
};

describe('a server that is killed and started again', () => {
  test.each(['die in the model call', 'die in the tool call', 'die between the two', 'die before anything'])(
    'has a whole log of a session that had to %s',
    (name) => {
      const { events, accepted } = sessionOf(name);
      expect(checkHistory(events, { accepted, secrets: [server.connection.api_key] })).toEqual([]);
      expect(ofType(events, 'session.status_idle').at(-1)?.stop_reason).toEqual({ type: 'end_turn' });
    },
  );

  test('makes the model call again that it was in', () => {
    const { events } = sessionOf('die in the model call');
    expect(ofType(events, 'agent.message')).toHaveLength(1);
    expect(ofType(events, 'span.model_request_start').length).toBeGreaterThan(1);
  });

  test('says that the outcome of the tool call is unknown, and does not make it again', async () => {
    const { events } = sessionOf('die in the tool call');
    const [result, ...more] = ofType(events, 'agent.tool_result');
    expect(more).toEqual([]);
    expect(result?.is_error).toBe(true);
    expect(textOf(result)).toMatch(/may or may not/);
    expect(ofType(events, 'agent.message').map(textOf)).toEqual(['Enough.']);
    expect(await logOfTool()).toBe('began\n');
  });

  test('goes on with a result that was already there', () => {
    const { events } = sessionOf('die between the two');
    expect(ofType(events, 'agent.tool_result').map(textOf)).toEqual(['quick']);
    expect(ofType(events, 'agent.message').map(textOf)).toEqual(['At last.']);
  });

  test('has not forgotten a message that it took just before', () => {
    const { events } = sessionOf('die before anything');
    expect(ofType(events, 'user.message')).toHaveLength(1);
    expect(ofType(events, 'agent.message').map(textOf)).toEqual(['Never too late.']);
  });
});
