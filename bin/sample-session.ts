import Anthropic from '@anthropic-ai/sdk';
import type { Connection } from '../runtime/local/data-directory';
import type { SessionEvent } from '../runtime/contract/wire';

/** A message that the offline model, too, understands as a command. */
const MESSAGE = 'Please run this in the shell: `echo "Hello from $(uname -sm), in $(pwd)" | tee hello.txt && ls -l`';
const MODEL = 'claude-opus-5';
const PATIENCE_MS = 120_000;

/** Runs one session as any client would, and shows its events as they happen. */
export async function runSampleSession(
  connection: Connection,
  show: (line: string) => void,
  stopped: AbortSignal,
): Promise<void> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(PATIENCE_MS)]);
  const client = new Anthropic({ baseURL: connection.base_url, apiKey: connection.api_key, logLevel: 'off' });
  const { agents, environments, sessions } = client.beta;
  const environment = await environments.create({ name: `sample-${Date.now()}` });
  const agent = await agents.create({ name: 'Sample', model: MODEL, tools: [{ type: 'agent_toolset_20260401' }] });
  const session = await sessions.create({ agent: agent.id, environment_id: environment.id, title: 'Sample session' });
  const begin = Date.now();
  const stream = await sessions.events.stream(session.id, {}, { signal });
  await sessions.events.send(session.id, {
    events: [{ type: 'user.message', content: [{ type: 'text', text: MESSAGE }] }],
  });
  for await (const event of stream) {
    if (event.type === 'event_start' || event.type === 'event_delta') continue;
    show(describeEvent(event as SessionEvent, Date.now() - begin));
    if (event.type === 'session.status_idle' || event.type === 'session.status_terminated') break;
  }
}

const TYPE_WIDTH = 30;
const INDENT = ' '.repeat(TYPE_WIDTH + 13);

/** One event in a line, or in as many as its text has: time, type, what it says. */
export function describeEvent(event: SessionEvent, elapsedMs: number): string {
  const time = `${(elapsedMs / 1_000).toFixed(2)} s`.padStart(9);
  const words = wordsOf(event).trimEnd().replaceAll('\n', `\n${INDENT}`);
  return `${time}  ${event.type.padEnd(TYPE_WIDTH)}  ${words}`.trimEnd();
}

function wordsOf(event: SessionEvent): string {
  switch (event.type) {
    case 'user.message':
    case 'agent.message':
    case 'agent.tool_result':
      return textOf(event.content);
    case 'agent.tool_use':
      return `${event.name} ${JSON.stringify(event.input)}`;
    case 'session.status_idle':
      return event.stop_reason.type;
    case 'session.error':
      return event.error.message;
    case 'span.model_request_end':
      return `${event.model_usage.input_tokens} tokens in, ${event.model_usage.output_tokens} out`;
    default:
      return '';
  }
}

function textOf(content: readonly { readonly type: string }[] | undefined): string {
  return (content ?? []).map((block) => ('text' in block ? String(block.text) : `[${block.type}]`)).join('\n');
}
