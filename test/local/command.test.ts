import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { checkHistory } from '../../runtime/thread/invariants';
import { runCommand, startCommand } from '../support/command';
import { eventually } from '../support/eventually';
import { history, newSession, onlyOne, tell, TOOLSET, untilIdle } from '../support/sessions';

let dataDirectory: string;
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'command-'));
});
afterEach(() => rm(dataDirectory, { recursive: true, force: true }));

const data = (): string[] => ['--data', dataDirectory];

describe('managed-agents start', () => {
  test('shows a sample session with what bash printed, and a snippet, and stops well', async () => {
    const server = await startCommand(dataDirectory);
    await server.prints('Ctrl-C stops the server');
    const output = server.output();
    expect(output).toMatch(/agent\.tool_result +Hello from Linux/);
    expect(output).toMatch(/session\.status_idle +end_turn/);
    expect(output).toContain(`baseURL: '${server.connection.base_url}'`);
    expect(output).toContain(server.connection.api_key);
    expect(await server.end('SIGINT')).toBe(0);
    await expect(stat(join(dataDirectory, 'connection.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('keeps its data and its key over a restart, for its owner only', async () => {
    const first = await startCommand(dataDirectory, '--no-sample');
    const agent = await first.client.beta.agents.create({ name: 'Kept', model: 'm' });
    for (const file of ['connection.json', 'api-key', 'admin.sock']) {
      expect((await stat(join(dataDirectory, file))).mode & 0o077).toBe(0);
    }
    expect(await first.end('SIGTERM')).toBe(0);
    const second = await startCommand(dataDirectory, '--no-sample');
    expect(second.connection.api_key).toBe(first.connection.api_key);
    expect(await second.client.beta.agents.retrieve(agent.id)).toEqual(agent);
    await second.end('SIGTERM');
  });

  test('stops soon while sessions are at work, and the next start finishes them', async () => {
    const first = await startCommand(dataDirectory, '--no-sample');
    const session = await newSession(first.client, { tools: [TOOLSET] });
    const sent = await tell(first.client, session.id, 'Run `touch begun; sleep 60; echo slept` in the shell.');
    const stream = await first.client.beta.sessions.events.stream(session.id);
    for await (const event of stream) if (event.type === 'agent.tool_use') break;
    await eventually(() => existsSync(join(dataDirectory, 'sandboxes', session.id, 'workspace', 'begun')));
    const before = Date.now();
    expect(await first.end('SIGTERM')).toBe(0);
    expect(Date.now() - before).toBeLessThan(10_000);

    const second = await startCommand(dataDirectory, '--no-sample');
    const events = await untilIdle(await second.client.beta.sessions.events.stream(session.id));
    expect(onlyOne(events, 'agent.tool_result').is_error).toBe(true);
    const accepted = (sent.data ?? []).map(({ id }) => id);
    expect(checkHistory(await history(second.client, session.id), { accepted })).toEqual([]);
    await second.end('SIGTERM');
  });

  test('says so when the data are in use, or the port is', async () => {
    const server = await startCommand(dataDirectory, '--no-sample');
    const { port } = new URL(server.connection.base_url);
    const sameData = await runCommand('start', '--no-sample', '--port', '0', ...data());
    expect(sameData).toMatchObject({ code: 1, stderr: expect.stringContaining(dataDirectory) as string });
    expect(sameData.stderr).toContain('another process');
    const other = await mkdtemp(join(tmpdir(), 'command-'));
    const samePort = await runCommand('start', '--no-sample', '--port', port, '--data', other);
    expect(samePort).toMatchObject({ code: 1, stderr: expect.stringContaining(`Port ${port}`) as string });
    await rm(other, { recursive: true, force: true });
    await server.end('SIGTERM');
  });
});

describe('managed-agents keys', () => {
  test('makes, lists and revokes keys, whether a server runs or not', async () => {
    const { stdout, code } = await runCommand('keys', 'create', '--workspace', 'team', '--name', 'ci', ...data());
    expect(code).toBe(0);
    const apiKey = stdout.trim();
    const server = await startCommand(dataDirectory, '--no-sample');
    const client = new Anthropic({ baseURL: server.connection.base_url, apiKey });
    await client.beta.agents.create({ name: 'Theirs', model: 'm' });
    const listed = await runCommand('keys', 'list', ...data());
    expect(listed.stdout).not.toContain(apiKey);
    const line = listed.stdout.split('\n').find((text) => text.includes('"ci"')) ?? '';
    const [keyId = ''] = line.split(' ');
    expect(keyId).toMatch(/^apikey_/);

    expect((await runCommand('keys', 'revoke', keyId, ...data())).code).toBe(0);
    expect((await runCommand('keys', 'list', ...data())).stdout).toMatch(new RegExp(`${keyId}.*revoked`));
    await expect(client.beta.agents.list()).rejects.toMatchObject({ status: 401 });
    await server.end('SIGTERM');
  });

  test('makes keys for environments that are there', async () => {
    const server = await startCommand(dataDirectory, '--no-sample');
    const environment = await server.client.beta.environments.create({ name: 'mine', config: { type: 'self_hosted' } });
    const made = await runCommand('environment-keys', 'create', environment.id, ...data());
    const worker = new Anthropic({ baseURL: server.connection.base_url, apiKey: made.stdout.trim() });
    expect(await worker.beta.environments.work.poll(environment.id, {})).toBeNull();
    expect((await runCommand('environment-keys', 'list', ...data())).stdout).toContain(environment.id);
    const absent = await runCommand('environment-keys', 'create', 'env_1', ...data());
    expect(absent).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('env_1') as string });
    await server.end('SIGTERM');
  });

  test.each([
    [['keys', 'destroy']],
    [['keys', 'revoke']],
    [['keys', 'create', 'superfluous']],
    [['environment-keys', 'create']],
    [['start', '--port', 'eighty']],
    [['start', '--model-url', 'not a url']],
    [['start', '--no-such-option']],
    [['stop']],
  ])('%j is refused with a hint and exit code 2', async (args) => {
    const { code, stderr } = await runCommand(...args);
    expect(code).toBe(2);
    expect(stderr).toContain('--help');
  });
});
