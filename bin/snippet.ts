import type { Connection } from '../runtime/local/data-directory';

/** What to paste into a file to talk to the server. */
export function snippet({ base_url, api_key }: Connection): string {
  return `
Ready.

  base URL  ${base_url}
  API key   ${api_key}

Save this as hello.mjs where @anthropic-ai/sdk is installed (here, for one), and run it with \`node hello.mjs\`:

import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({
  baseURL: '${base_url}',
  apiKey: '${api_key}',
});
const environment = await client.beta.environments.create({ name: \`hello-\${Date.now()}\` });
const agent = await client.beta.agents.create({
  name: 'Hello',
  model: 'claude-opus-5',
  tools: [{ type: 'agent_toolset_20260401' }],
});
const session = await client.beta.sessions.create({ agent: agent.id, environment_id: environment.id });
const stream = await client.beta.sessions.events.stream(session.id);
await client.beta.sessions.events.send(session.id, {
  events: [{ type: 'user.message', content: [{ type: 'text', text: 'Run \`uname -a\` in the shell.' }] }],
});
for await (const event of stream) {
  console.log(event.type, event.content ?? event.input ?? '');
  if (event.type === 'session.status_idle') break;
}

Ctrl-C stops the server; what is under way goes on at the next start.
`;
}
