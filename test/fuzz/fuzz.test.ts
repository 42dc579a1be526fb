import { startLocalServer, type LocalServer } from '../support/local-server';
import { fuzz, type FuzzFindings } from './run';
import { beginAndDrop, openAndDrop, servesSession } from './streams';
import type { Target } from './world';

let server: LocalServer;
let target: Target;
beforeAll(async () => {
  server = await startLocalServer(() => ({ blocks: [{ type: 'text', text: 'Yes.' }] }));
  target = {
    baseURL: server.baseURL,
    apiKey: server.client.apiKey ?? '',
    makeKey: (command) => server.makeKey(command),
  };
});
afterAll(() => server.close());

test('every request, right or wrong, gets a proper answer, and shows nothing of another workspace', async () => {
  const { problems, statuses, reached }: FuzzFindings = await fuzz(target, { requests: 400, seed: 1 });
  expect(problems.join('\n\n')).toBe('');
  // Else the requests were not what they should have been.
  expect(statuses.get(200)).toBeGreaterThan(20);
  expect(reached.size).toBeGreaterThan(8);
}, 60_000);

test('crowds that come and go leave a server that serves', async () => {
  await openAndDrop(target, 50);
  await beginAndDrop(target, 50);
  expect(await servesSession(target)).toBe(true);
});
