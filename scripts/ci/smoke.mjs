/**
 * What a stranger would do, as a check: `npm start`, watch the sample session, paste the snippet, make a key, pull the plug
 * in the middle of a session, start again, find the session finished, and stop with Ctrl-C.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import Anthropic from '@anthropic-ai/sdk';

const run = promisify(execFile);
const data = await mkdtemp(join(tmpdir(), 'smoke-'));
const pasted = 'hello-smoke.mjs';
let server;
try {
  server = start();
  await server.says('Ctrl-C stops the server');
  assert.match(server.output(), /Hello from Linux/, 'the sample session shows what bash printed');
  assert.match(server.output(), /session\.status_idle\s+end_turn/);

  const connection = await readConnection();
  await writeFile(pasted, snippetIn(server.output()));
  const { stdout } = await run(process.execPath, [pasted], { timeout: 60_000 });
  assert.match(stdout, /session\.status_idle/, 'the snippet runs as pasted');

  const cli = (...args) => run(process.execPath, ['dist/managed-agents.js', ...args, '--data', data]);
  const { stdout: key } = await cli('keys', 'create', '--workspace', 'elsewhere');
  const stranger = clientOf({ ...connection, api_key: key.trim() });
  const client = clientOf(connection);
  const session = await beginSession(client, 'Run `sleep 3; echo survived` in the shell.');
  await assert.rejects(stranger.beta.sessions.retrieve(session.id), { status: 404 });

  await sleep(1_500);
  server.kill('SIGKILL');
  await server.ended;
  const { stdout: keys } = await cli('keys', 'list');
  assert.match(keys, /elsewhere/, 'keys can be listed while no server runs');

  server = start('--no-sample');
  await server.says('Ctrl-C stops the server');
  const again = await readConnection();
  assert.equal(again.api_key, connection.api_key, 'the key survives a restart');
  await finished(clientOf(again), session.id);

  server.kill('SIGINT');
  await server.ended;
  await assert.rejects(readConnection(), { code: 'ENOENT' }, 'Ctrl-C stops it cleanly');
  console.log('The smoke run went well.');
} catch (error) {
  console.error(server?.output());
  throw error;
} finally {
  server?.kill('SIGKILL');
  await rm(pasted, { force: true });
  await rm(data, { recursive: true, force: true });
}

/** `npm start` in a process group of its own, as a terminal would have it, and without a key for a real model. */
function start(...options) {
  const args = ['start', '--', '--port', '0', '--data', data, ...options];
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:ANTHROPIC|MODEL)_/.test(name));
  const child = spawn('npm', args, {
    env: Object.fromEntries(kept),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve) => child.on('close', resolve));
  return {
    ended,
    output: () => output,
    kill(signal) {
      try {
        process.kill(-child.pid, signal);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    },
    async says(text) {
      const deadline = Date.now() + 60_000;
      while (!output.includes(text)) {
        assert(child.exitCode === null && Date.now() < deadline, `the server did not say "${text}"`);
        await sleep(50);
      }
    },
  };
}

async function readConnection() {
  const path = join(data, 'connection.json');
  assert.equal((await stat(path)).mode & 0o777, 0o600, 'connection.json is for its owner only');
  return JSON.parse(await readFile(path, 'utf8'));
}

function clientOf({ base_url, api_key }) {
  return new Anthropic({ baseURL: base_url, apiKey: api_key });
}

function snippetIn(output) {
  const begin = output.indexOf('import Anthropic');
  return output.slice(begin, output.indexOf('Ctrl-C stops the server'));
}

async function beginSession(client, text) {
  const environment = await client.beta.environments.create({ name: `smoke-${Date.now()}` });
  const agent = await client.beta.agents.create({
    name: 'Smoke',
    model: 'claude-opus-5',
    tools: [{ type: 'agent_toolset_20260401' }],
  });
  const session = await client.beta.sessions.create({ agent: agent.id, environment_id: environment.id });
  await client.beta.sessions.events.send(session.id, {
    events: [{ type: 'user.message', content: [{ type: 'text', text }] }],
  });
  return session;
}

/** The call that was running when the plug was pulled has a result, which says so, and the turn came to its end. */
async function finished(client, sessionId) {
  const deadline = Date.now() + 90_000;
  for (;;) {
    const events = [];
    for await (const event of client.beta.sessions.events.list(sessionId)) events.push(event);
    const last = events.at(-1);
    if (last?.type === 'session.status_idle') {
      const uses = events.filter(({ type }) => type === 'agent.tool_use').length;
      const results = events.filter(({ type }) => type === 'agent.tool_result').length;
      assert.equal(last.stop_reason.type, 'end_turn');
      assert(uses > 0 && uses === results, `${uses} calls have ${results} results`);
      return;
    }
    assert(Date.now() < deadline, `the session did not finish: ${events.map(({ type }) => type).join(', ')}`);
    await sleep(500);
  }
}
