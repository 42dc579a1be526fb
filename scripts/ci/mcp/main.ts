/**
 * `npm run test:mcp`: the reference server of MCP, as npm has it, called by sessions of a system on this machine. Installs the server in a
 * directory of its own.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';
import { call, conversations, say } from '../../../test/support/conversations';
import { startLocalServer } from '../../../test/support/local-server';

const SERVER = '@modelcontextprotocol/server-everything@2026.8.31';
const directory = resolve(__dirname, '..', '..', '..', 'node_modules', '.cache', 'mcp-servers');
const START_WITHIN_MS = 30_000;

/** Calls of the reference server's tools, and what must stand in each result. */
const CALLS: readonly (readonly [tool: string, input: Record<string, unknown>, result: RegExp])[] = [
  ['echo', { message: 'across' }, /Echo: across/],
  ['get-sum', { a: 19, b: 23 }, /is 42/],
  ['get-tiny-image', {}, /"type":"image","source":\{"type":"base64","media_type":"image\/png"/],
  ['get-annotated-message', { messageType: 'error', includeImage: false }, /Error/],
  ['get-resource-reference', { resourceType: 'Text', resourceId: 7 }, /"type":"document".*Resource 7/],
  ['get-resource-links', { count: 2 }, /Link to .*demo:\/\/resource/],
  ['get-structured-content', { location: 'Chicago' }, /temperature/],
  ['trigger-long-running-operation', { duration: 3, steps: 3 }, /completed/],
  ['get-sum', { a: 'not a number' }, /"is_error":true/],
];

function install(): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  execFileSync('npm', ['install', ...flags, SERVER], { cwd: directory, stdio: 'inherit' });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Starts the reference server and waits until it answers. */
async function startReference(): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort();
  const script = join(directory, 'node_modules', '@modelcontextprotocol', 'server-everything', 'dist', 'index.js');
  const env = { PATH: process.env.PATH, PORT: String(port) };
  const child = spawn(process.execPath, [script, 'streamableHttp'], { env, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}/mcp`;
  for (const deadline = Date.now() + START_WITHIN_MS; Date.now() < deadline; await pause(100)) {
    if (await fetch(url).catch(() => undefined)) return { url, child };
  }
  child.kill();
  throw new Error('The reference server does not answer');
}

async function play(client: Anthropic, url: string): Promise<Anthropic.Beta.Sessions.BetaManagedAgentsSessionEvent[]> {
  const { agents, environments, sessions } = client.beta;
  const agent = await agents.create({
    name: 'reference',
    model: 'claude-opus-5',
    mcp_servers: [{ type: 'url', name: 'everything', url }],
    tools: [
      {
        type: 'mcp_toolset',
        mcp_server_name: 'everything',
        default_config: { permission_policy: { type: 'always_allow' } },
      },
    ],
  });
  const environment = await environments.create({ name: 'reference' });
  const session = await sessions.create({
    agent: agent.id,
    environment_id: environment.id,
    initial_events: [{ type: 'user.message', content: [{ type: 'text', text: 'go' }] }],
  });
  for await (const event of await sessions.events.stream(session.id)) if (event.type === 'session.status_idle') break;
  const events = [];
  for await (const event of sessions.events.list(session.id)) events.push(event);
  return events;
}

async function main(): Promise<void> {
  install();
  const { url, child } = await startReference();
  const named = CALLS.map(([tool, input]) => [`mcp__everything__${tool}`, input] as const);
  const server = await startLocalServer(conversations({ go: [call(...named), say('Done.')] }), {
    privateHosts: ['127.0.0.1'],
  });
  try {
    const events = await play(server.client, url);
    const uses = events.filter((event) => event.type === 'agent.mcp_tool_use');
    assert.equal(uses.length, CALLS.length, 'each call stands in the log');
    for (const [i, [tool, , expected]] of CALLS.entries()) {
      const result = events.find(
        (event) => event.type === 'agent.mcp_tool_result' && event.mcp_tool_use_id === uses[i]?.id,
      );
      assert.match(JSON.stringify(result), expected, tool);
      console.log(`${tool}: as expected`);
    }
    const errors = events.filter((event) => event.type === 'session.error');
    assert.deepEqual(errors, [], 'the server was dialled without an error');
  } finally {
    await server.close();
    child.kill();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
