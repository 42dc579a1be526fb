import { call, conversations, say, type Step } from '../support/conversations';
import { startLocalServer, type LocalServer } from '../support/local-server';
import { newSession, ofType, onlyOne, tell, textOf, TOOLSET, turn } from '../support/sessions';

/** What is done to a sandbox, and what the model reads of it. */
interface Attack {
  readonly name: string;
  readonly input: { readonly command: string; readonly timeout_ms?: number };
  readonly says: RegExp;
}

const ATTACKS: readonly Attack[] = [
  {
    name: 'a fork bomb',
    input: { command: 'bomb() { bomb | bomb & }; bomb; sleep 60', timeout_ms: 3_000 },
    says: /./,
  },
  {
    name: 'a file as big as the disk',
    input: { command: 'truncate -s 100T huge; truncate -s 5G big; ls' },
    says: /too large|exceeded/i,
  },
  {
    name: 'a gigabyte of output',
    input: { command: 'head -c 1000000000 /dev/zero | tr "\\0" x', timeout_ms: 60_000 },
    says: /./,
  },
  {
    name: 'output without an end',
    input: { command: 'yes', timeout_ms: 3_000 },
    says: /./,
  },
  {
    name: 'a command that never ends',
    input: { command: 'sleep infinity', timeout_ms: 2_000 },
    says: /time|stopped/i,
  },
  {
    name: 'a shell that is killed',
    input: { command: 'kill -9 $$' },
    says: /./,
  },
  {
    name: 'everything in the sandbox killed',
    input: { command: 'kill -9 -1' },
    says: /./,
  },
  {
    name: 'more memory than there is',
    input: {
      command: `node -e 'const a = []; for (;;) a.push(Buffer.alloc(1e8, 1))' || echo ended`,
      timeout_ms: 20_000,
    },
    says: /./,
  },
  {
    name: 'a file system of its own filled with names',
    input: { command: 'mkdir many; cd many; for i in $(seq 20000); do : > $i; done; cd ..; rm -r many; echo emptied' },
    says: /emptied/,
  },
  {
    name: 'a shell that is told to ignore everything',
    input: { command: "trap '' TERM INT HUP; while :; do :; done", timeout_ms: 2_000 },
    says: /./,
  },
];

/** The longest that another session may wait for a call while one is attacked, with two processors for all of them. */
const OTHERS_WITHIN_MS = 30_000;
/** No result that the model reads may be longer. */
const LONGEST_RESULT = 200_000;

let server: LocalServer;
beforeAll(async () => {
  const attacks = ATTACKS.map(({ name, input }): [string, Step[]] => [
    `${name}!`,
    [call(['bash', input]), say('Over.'), call(['bash', { command: 'echo still mine' }]), say('Good.')],
  ]);
  server = await startLocalServer(
    conversations({
      ...Object.fromEntries(attacks),
      bystander: Array.from({ length: 2 * ATTACKS.length + 2 }, (_, n) =>
        n % 2 === 0 ? call(['bash', { command: 'echo unharmed' }]) : say('Fine.'),
      ),
      'a flood of calls': [
        call(
          ...Array.from({ length: 30 }, () => ['bash', { command: 'head -c 2000000 /dev/urandom | base64' }] as const),
        ),
        say('Over.'),
      ],
      spy: [call(['bash', { command: SPY }]), say('Nothing.')],
    }),
  );
});
afterAll(() => server.close());

/** Looks for the data of the server, other sandboxes, and the memory of the supervisor. */
const SPY = [
  'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr "\\0" "\\n"',
  'find / -xdev \\( -name api-key -o -name connection.json -o -name admin.sock -o -name worker.json -o -name "*.ldb" \\) 2>/dev/null | while read f; do echo "found $f"; cat "$f"; done',
  'ls -a / /workspace/.. /proc/1/root /proc/self/root/tmp',
  'for p in /proc/[0-9]*; do head -c 1000 $p/mem; ls $p/fd; done',
  'echo looked',
].join('; ');

const useSandbox = () => newSession(server.client, { tools: [TOOLSET] });
const runs = (sessionId: string, text: string) =>
  turn(server.client, sessionId, () => tell(server.client, sessionId, text));

test('what is done in a sandbox hurts that session alone, and it goes on', async () => {
  const bystander = await useSandbox();
  await runs(bystander.id, 'bystander');
  for (const { name, says } of ATTACKS) {
    const session = await useSandbox();
    const attack = runs(session.id, `${name}!`);
    const began = Date.now();
    const unharmed = await runs(bystander.id, 'again');
    expect([name, textOf(onlyOne(unharmed, 'agent.tool_result'))]).toEqual([name, expect.stringContaining('unharmed')]);
    expect(Date.now() - began).toBeLessThan(OTHERS_WITHIN_MS);

    const result = textOf(onlyOne(await attack, 'agent.tool_result'));
    expect([name, result.slice(0, 300)]).toEqual([name, expect.stringMatching(says)]);
    expect(result.length).toBeLessThan(LONGEST_RESULT);
    const after = await runs(session.id, 'and now?');
    expect([name, textOf(onlyOne(after, 'agent.tool_result'))]).toEqual([name, expect.stringContaining('still mine')]);
    await server.client.beta.sessions.delete(session.id);
  }
}, 400_000);

test('a flood of results is cut, and every call has one', async () => {
  const session = await useSandbox();
  const events = await runs(session.id, 'a flood of calls');
  const results = ofType(events, 'agent.tool_result');
  expect(results).toHaveLength(30);
  for (const result of results) expect(textOf(result).length).toBeLessThan(LONGEST_RESULT);
}, 120_000);

test('a sandbox sees nothing of the server, its data, its supervisor, or other sandboxes', async () => {
  const session = await useSandbox();
  const text = textOf(onlyOne(await runs(session.id, 'spy'), 'agent.tool_result'));
  expect(text).toContain('looked');
  expect(text).not.toContain(server.client.apiKey);
  expect(text).not.toMatch(/sk-ant-|found /);
}, 60_000);
