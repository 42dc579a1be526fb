import { call, conversations, say } from '../support/conversations';
import { startLocalServer, type LocalServer } from '../support/local-server';
import { history, newSession, ofType, tell, textOf, typesOf, untilIdle } from '../support/sessions';

const SESSIONS = 100;

let server: LocalServer;
beforeAll(async () => {
  server = await startLocalServer(
    conversations({ 'count to': [say('One.', { beforeMs: 50 }), call(['none', {}]), say('Two.')] }),
  );
});
afterAll(() => server.close());

describe('a hundred sessions at once', () => {
  jest.setTimeout(120_000);

  test('each come to their own end, and each log is whole', async () => {
    const { client } = server;
    const ends = await Promise.all(
      Array.from({ length: SESSIONS }, async (_, n) => {
        const session = await newSession(client);
        const stream = await client.beta.sessions.events.stream(session.id);
        await tell(client, session.id, `count to ${n}`);
        const streamed = await untilIdle(stream);
        return { n, session, streamed };
      }),
    );
    for (const { n, session, streamed } of ends) {
      const listed = await history(client, session.id);
      expect(listed).toEqual(streamed);
      expect(typesOf(listed).at(-1)).toBe('session.status_idle');
      expect(ofType(listed, 'user.message').map(textOf)).toEqual([`count to ${n}`]);
      expect(ofType(listed, 'agent.message').map(textOf)).toEqual(['One.']);
    }
  });
});
