import Anthropic, { APIError } from '@anthropic-ai/sdk';
import type { BetaMessage, MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import { createOfflineModel } from '../../runtime/local/offline-model';
import { respondOffline } from '../../runtime/local/offline-model/brain';
import { callsFor } from '../../runtime/local/offline-model/intents';
import { plausibleInput } from '../../runtime/local/offline-model/plausible-input';
import type { ModelServer } from '../../runtime/local/offline-model/server';
import { judgeRequest } from '../../runtime/harness/judge';
import { sandboxTool, SANDBOX_TOOLS } from '../../runtime/harness/sandbox-tools';
import { requestFor, SessionLog } from '../support/session-log';

const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a city',
  input_schema: {
    type: 'object' as const,
    properties: {
      city: { type: 'string' },
      days: { type: 'integer', minimum: 2 },
      unit: { enum: ['celsius', 'kelvin'] },
    },
    required: ['city', 'days', 'unit'],
  },
};
const TOOLS = [...SANDBOX_TOOLS.map(sandboxTool), WEATHER];

let server: ModelServer;
let client: Anthropic;
beforeAll(async () => {
  server = await createOfflineModel();
  client = new Anthropic({ baseURL: server.url, apiKey: 'any', maxRetries: 0 });
});
afterAll(() => server.close());

const request = (
  text: string,
  more: Partial<MessageCreateParamsNonStreaming> = {},
): MessageCreateParamsNonStreaming => ({
  model: 'claude-opus-5-5',
  max_tokens: 1000,
  tools: TOOLS,
  messages: [{ role: 'user', content: text }],
  ...more,
});
const textOf = (message: BetaMessage): string =>
  message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
const shapes = (message: BetaMessage) => message.content.map((block) => ({ ...block, id: undefined }));
const failureOf = async (promise: PromiseLike<unknown>): Promise<APIError> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof APIError) return error;
  }
  throw new Error('The request should have been refused');
};

describe('the offline model as a Messages API', () => {
  it('streams the same message that it gives whole', async () => {
    const whole = await client.beta.messages.create(request('Run `echo hello` please'));
    const streamed = await client.beta.messages.stream(request('Run `echo hello` please')).finalMessage();
    expect(streamed.stop_reason).toBe('tool_use');
    expect(shapes(streamed)).toEqual(shapes(whole));
  });

  it('sends text in several pieces', async () => {
    const pieces: string[] = [];
    const stream = client.beta.messages.stream(request('Who are you?')).on('text', (text) => pieces.push(text));
    const message = await stream.finalMessage();
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('')).toBe(textOf(message));
  });

  it('thinks when it is asked to, and its signed thought can be sent back', async () => {
    const thinking = { type: 'adaptive' as const };
    const first = await client.beta.messages.create(request('Run `date`', { thinking }));
    expect(first.content[0]).toMatchObject({ type: 'thinking', signature: expect.stringMatching(/.{40}/) });
    const call = first.content.find((block) => block.type === 'tool_use');
    const second = await client.beta.messages.create(
      request('', {
        thinking,
        messages: [
          { role: 'user', content: 'Run `date`' },
          { role: 'assistant', content: first.content },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: call?.id ?? '', content: 'Monday' }] },
        ],
      }),
    );
    expect(textOf(second)).toContain('This is what bash gave:\n\n```\nMonday\n```');
    expect(second.stop_reason).toBe('end_turn');
  });

  it('refuses a thought whose conversation has changed, unless it is told to drop such thoughts', async () => {
    const thinking = { type: 'adaptive' as const };
    const { content } = await client.beta.messages.create(request('Hello', { thinking }));
    const changed = request('', {
      thinking,
      messages: [
        { role: 'user', content: 'Hello there' },
        { role: 'assistant', content },
        { role: 'user', content: 'And now?' },
      ],
    });
    expect(await failureOf(client.beta.messages.create(changed))).toMatchObject({
      status: 400,
      message: expect.stringContaining('bound to a different conversation'),
    });
    const dropping = { ...thinking, block_binding: { prefix_mismatch_behavior: 'drop_block' as const } };
    await client.beta.messages.create({ ...changed, thinking: dropping });
  });

  it('counts what a prompt cache would hold', async () => {
    const long = `Say something. ${'word '.repeat(2000)}`;
    const cached = { cache_control: { type: 'ephemeral' as const } };
    const first = await client.beta.messages.create(request(long, cached));
    expect(first.usage.cache_read_input_tokens).toBe(0);
    expect(first.usage.cache_creation_input_tokens).toBeGreaterThan(2000);
    const second = await client.beta.messages.create(
      request('', {
        ...cached,
        messages: [
          { role: 'user', content: long },
          { role: 'assistant', content: first.content },
          { role: 'user', content: 'More' },
        ],
      }),
    );
    expect(second.usage.cache_read_input_tokens).toBe(first.usage.cache_creation_input_tokens);
    expect(second.usage.cache_creation_input_tokens).toBeGreaterThan(0);
  });

  it('lists the models and knows each by its id', async () => {
    const models = await client.beta.models.list();
    expect(models.data.length).toBeGreaterThan(5);
    const first = models.data[0];
    expect(await client.beta.models.retrieve(first?.id ?? '')).toEqual(first);
    expect(await failureOf(client.beta.models.retrieve('nobody'))).toMatchObject({
      status: 404,
      type: 'not_found_error',
    });
  });

  it('asks for a credential', async () => {
    const response = await fetch(`${server.url}/v1/messages`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'authentication_error' } });
  });

  const use = { type: 'tool_use' as const, id: 'toolu_1', name: 'bash', input: {} };
  const result = { type: 'tool_result' as const, tool_use_id: 'toolu_1', content: 'ok' };
  const question = { role: 'user' as const, content: 'Go' };
  it.each<[string, Partial<MessageCreateParamsNonStreaming>, RegExp]>([
    ['no messages', { messages: [] }, /at least one message/],
    ['an assistant first', { messages: [{ role: 'assistant', content: 'Hi' }] }, /first message/],
    ['an empty text', { messages: [{ role: 'user', content: ' ' }] }, /non-whitespace/],
    [
      'a call without a result',
      { messages: [question, { role: 'assistant', content: [use] }, question] },
      /without `tool_result`/,
    ],
    ['a result without a call', { messages: [{ role: 'user', content: [result] }] }, /unexpected `tool_use_id`/],
    [
      'two results of one call',
      { messages: [question, { role: 'assistant', content: [use] }, { role: 'user', content: [result, result] }] },
      /single result/,
    ],
    [
      'a result after other content',
      {
        messages: [
          question,
          { role: 'assistant', content: [use] },
          { role: 'user', content: [{ type: 'text', text: 'Wait' }, result] },
        ],
      },
      /must come first/,
    ],
    ['a system turn first', { messages: [{ role: 'system', content: 'Be kind' }, question] }, /first message/],
    [
      'a system turn on a model that knows none',
      { model: 'claude-haiku-4-5', messages: [question, { role: 'system', content: 'Be kind' }] },
      /role 'system'/,
    ],
    [
      'a system turn before a user turn',
      { messages: [question, { role: 'system', content: 'Be kind' }, question] },
      /must be last or precede/,
    ],
    ['two tools of one name', { tools: [WEATHER, WEATHER] }, /unique/],
  ])('refuses %s', async (_, more, message) => {
    expect(await failureOf(client.beta.messages.create(request('Hi', more)))).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: expect.stringMatching(message),
    });
  });
});

describe('what the offline model reads from a text', () => {
  const tools = TOOLS.map((tool) =>
    'input_schema' in tool ? { name: tool.name, input_schema: tool.input_schema } : { name: '' },
  );
  it.each<[string, unknown[]]>([
    ['run: ls -la /tmp', [{ name: 'bash', input: { command: 'ls -la /tmp' } }]],
    ['Please run `uname -a`.', [{ name: 'bash', input: { command: 'uname -a' } }]],
    [
      'First `pwd`, then `ls`',
      [
        { name: 'bash', input: { command: 'pwd' } },
        { name: 'bash', input: { command: 'ls' } },
      ],
    ],
    ['```bash\nset -e\nmake\n```', [{ name: 'bash', input: { command: 'set -e\nmake' } }]],
    ['Write "hello" to notes.txt', [{ name: 'write', input: { file_path: 'notes.txt', content: 'hello' } }]],
    [
      'Create a file src/a.py with the content `print(1)` and read it: read src/a.py.',
      [
        { name: 'write', input: { file_path: 'src/a.py', content: 'print(1)' } },
        { name: 'read', input: { file_path: 'src/a.py' } },
      ],
    ],
    ['Show me the contents of `notes.txt`', [{ name: 'read', input: { file_path: 'notes.txt' } }]],
    [
      'Replace "a" with "b" in notes.txt',
      [{ name: 'edit', input: { file_path: 'notes.txt', old_string: 'a', new_string: 'b' } }],
    ],
    ['Find all files matching "*.ts"', [{ name: 'glob', input: { pattern: '*.ts' } }]],
    ['grep for "TODO" in src', [{ name: 'grep', input: { pattern: 'TODO', path: 'src' } }]],
    ['Use `get_weather` for "Basel"', [{ name: 'get_weather', input: { city: 'Basel', days: 2, unit: 'celsius' } }]],
    ['Just chat with me. Show me what you know.', []],
    ['Open https://example.com/a.html', []],
  ])('%s', (text, calls) => {
    expect(callsFor(text, tools)).toEqual(calls);
  });

  it('calls nothing that is not offered', () => {
    expect(callsFor('run: ls', [{ name: 'read' }])).toEqual([]);
  });

  it('makes up input that fits the schema', () => {
    expect(
      plausibleInput(
        {
          type: 'object',
          properties: {
            to: { type: 'string' },
            tags: { type: 'array', items: { type: 'string' } },
            urgent: { type: 'boolean' },
            nested: { type: 'object', properties: { n: { type: 'number' } } },
          },
        },
        'Send it, to: bob@example.com, urgent: false, n=2.5',
      ),
    ).toEqual({ to: 'bob@example.com', tags: ['tags'], urgent: false, nested: { n: 2.5 } });
  });
});

const ask = (system: string, content: string) =>
  respondOffline({ model: 'm', max_tokens: 10, betas: [], system, messages: [{ role: 'user', content }] });

describe('what the offline model says to the harness', () => {
  const judge = (call: string) =>
    ask(
      'Answer ALLOW, DENY or ASK.',
      `<user_request>\nrun: make test\n</user_request>\n<tool_call name="bash">\n${call}\n</tool_call>`,
    );

  it('does not take a summary of its own words for a new wish', () => {
    const plan = ask('', 'It was long. <conversation_summary>\n- user: run `ls`\n</conversation_summary>');
    expect(plan).toMatchObject({ blocks: [{ type: 'text', text: expect.stringContaining('offline model') }] });
  });

  it('sums a conversation up when the harness asks for it', () => {
    const { messages } = requestFor(new SessionLog().says('Look at `date`'), { purpose: 'compaction' });
    const plan = respondOffline({ model: 'm', max_tokens: 10, betas: [], messages });
    expect(plan).toMatchObject({ blocks: [{ type: 'text', text: expect.stringContaining('- user: Look at `date`') }] });
  });

  it('judges by the words of the harness', () => {
    const question = judgeRequest('m', new SessionLog().says('run: make test').records, {
      name: 'bash',
      input: { command: 'make test' },
    });
    expect(respondOffline({ ...question, betas: [] })).toMatchObject({ blocks: [{ type: 'text', text: 'ALLOW' }] });
  });

  it.each([
    ['{"command":"make test"}', 'ALLOW'],
    ['{"command":"rm -rf /"}', 'DENY'],
    ['{"command":"make deploy"}', 'ASK'],
    ['not json', 'ASK'],
  ])('judges the call %s', (call, verdict) => {
    expect(judge(call)).toMatchObject({ blocks: [{ type: 'text', text: verdict }] });
  });
});
