import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { startLocal } from '../../runtime/local/start';
import { startFront } from '../aws/model-front';

const before = { ...process.env };
beforeAll(() => {
  process.env.AWS_ACCESS_KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
});
afterAll(() => {
  process.env = before;
});

test('a session runs over Bedrock as over any other provider, tool calls and all', async () => {
  const front = await startFront(
    [
      { blocks: [{ type: 'tool_use', name: 'bash', input: { command: 'echo $((6*7))' } }] },
      { blocks: [{ type: 'text', text: 'It is 42.' }] },
    ],
    { scope: 'us-east-1/bedrock', frames: true },
  );
  const dataDirectory = await mkdtemp(join(tmpdir(), 'bedrock-'));
  const system = await startLocal({
    dataDirectory,
    port: 0,
    model: {
      type: 'bedrock',
      region: 'us-east-1',
      models: { ours: 'eu.anthropic.claude-opus-5-5' },
      baseURL: front.url,
    },
    log: () => undefined,
  });
  const client = new Anthropic({ baseURL: system.connection.base_url, apiKey: system.connection.api_key });
  expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['ours']);

  const environment = await client.beta.environments.create({ name: 'here' });
  const agent = await client.beta.agents.create({
    name: 'Counter',
    model: 'ours',
    tools: [{ type: 'agent_toolset_20260401' }],
  });
  const session = await client.beta.sessions.create({ agent: agent.id, environment_id: environment.id });
  const stream = await client.beta.sessions.events.stream(session.id);
  await client.beta.sessions.events.send(session.id, {
    events: [{ type: 'user.message', content: [{ type: 'text', text: 'What is 6 * 7?' }] }],
  });
  const seen: unknown[] = [];
  for await (const event of stream) {
    if (event.type === 'agent.tool_result' || event.type === 'agent.message') seen.push(event.content);
    if (event.type === 'session.status_idle') break;
  }

  expect(JSON.stringify(seen)).toMatch(/42.*It is 42\./);
  expect(front.passed).toHaveLength(2);
  const offered = (front.passed[0]?.body.tools ?? []) as { readonly name: string }[];
  expect(offered.map(({ name }) => name)).toEqual(expect.arrayContaining(['bash', 'read']));
  expect(offered.map(({ name }) => name)).not.toContain('web_search');
  await system.close();
  await front.close();
  await rm(dataDirectory, { recursive: true, force: true });
});
