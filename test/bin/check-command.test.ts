import { checkCommand } from '../../bin/check-command';
import { UsageError } from '../../bin/usage';
import { call, conversations, say } from '../support/conversations';
import { startLocalServer, type LocalServer } from '../support/local-server';
import { newSession, tell, TOOLSET, turn } from '../support/sessions';

let server: LocalServer;
let said: string[];
beforeAll(async () => {
  server = await startLocalServer(
    conversations({
      'run it': [call(['bash', { command: 'echo ran' }]), say('Done.')],
      'take your time': [say('slow', { beforeMs: 5_000 })],
    }),
  );
});
afterAll(() => server.close());
beforeEach(() => {
  said = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
});

const check = (...args: string[]) =>
  checkCommand(['--base-url', server.baseURL, '--api-key', server.client.apiKey ?? '', ...args]);

test('a sound session is said to be sound', async () => {
  const session = await newSession(server.client, { tools: [TOOLSET] });
  await turn(server.client, session.id, () => tell(server.client, session.id, 'run it'));
  await check(session.id);
  expect(said).toEqual([expect.stringMatching(/^sesn_\w+: idle, \d+ events, nothing wrong$/)]);
  expect(process.exitCode).toBeUndefined();
});

test('a session that is still at work is not blamed for it', async () => {
  const session = await newSession(server.client);
  await tell(server.client, session.id, 'take your time');
  await check(session.id);
  expect(said).toEqual([expect.stringContaining('nothing wrong')]);
});

test('what is wrong is said in words, and the exit code tells', async () => {
  const session = await newSession(server.client);
  await turn(server.client, session.id, () => tell(server.client, session.id, 'hello'));
  const events = await server.client.beta.sessions.events.list(session.id);
  const forged = { data: events.data.filter(({ type }) => type !== 'session.status_running'), next_page: null };
  await withAnswers(
    (url) => (url.includes('/events?limit=1000') ? forged : undefined),
    () => check(session.id),
  );
  expect(said[0]).toMatch(/wrong$/);
  expect(said.join('\n')).toContain('4 (running and idle alternate, and nothing follows the end)');
  expect(process.exitCode).toBe(1);
});

test('a session that is not there is an error', async () => {
  await expect(check('sesn_011111111111111111111111')).rejects.toThrow(/404/);
});

test('a command without a session or a server says what is missing', async () => {
  await expect(checkCommand([])).rejects.toThrow(UsageError);
  await expect(checkCommand(['sesn_1', '--data', '/nonexistent'])).rejects.toThrow('No server runs on /nonexistent');
});

/** Forges the server's answers to some requests while it runs `act`. */
async function withAnswers(forge: (url: string) => object | undefined, act: () => Promise<void>): Promise<void> {
  const { fetch } = globalThis;
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const answer = forge(input instanceof Request ? input.url : input.toString());
    return answer ? Response.json(answer) : fetch(input, init);
  });
  await act();
}
