import type { BetaContentBlock } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import { requestFor, SessionLog } from '../support/session-log';

const text = (words: string): BetaContentBlock => ({ type: 'text', text: words, citations: null });
const thinking = (words: string): BetaContentBlock => ({
  type: 'thinking',
  thinking: words,
  signature: `signed ${words}`,
});
const use = (id: string, name = 'bash'): BetaContentBlock => ({ type: 'tool_use', id, name, input: { command: 'ls' } });

describe('the conversation in a model request', () => {
  it('sends back what the model said exactly as it said it', () => {
    const log = new SessionLog().says('Look around');
    const first = [thinking('Hm.'), text('I look.'), use('toolu_1')];
    const [id = ''] = log.answers(first);
    log.returns(id, 'a.txt');
    const second = [thinking('I see.'), text('There is a file.')];
    log.answers(second);
    log.says('Thanks');
    expect(requestFor(log).messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Look around' }] },
      { role: 'assistant', content: first },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'a.txt' }] }],
      },
      { role: 'assistant', content: second },
      { role: 'user', content: [{ type: 'text', text: 'Thanks' }] },
    ]);
  });

  it('puts results first and in the order of the calls, and what the user said meanwhile after them', () => {
    const log = new SessionLog().says('Go');
    const [one = '', two = ''] = log.answers([use('toolu_1'), use('toolu_2')]);
    log.says('Hurry').returns(two, 'second').returns(one, 'first', true);
    expect(requestFor(log).messages.at(-1)).toEqual({
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'first' }], is_error: true },
        { type: 'tool_result', tool_use_id: 'toolu_2', content: [{ type: 'text', text: 'second' }] },
        { type: 'text', text: 'Hurry' },
      ],
    });
  });

  it('takes the first result of a call, and none that came too late', () => {
    const log = new SessionLog().says('Go');
    const [id = ''] = log.answers([use('toolu_1')]);
    log.push(
      { id: 'sevt_x', type: 'user.tool_result', tool_use_id: id, content: [{ type: 'text', text: 'stale' }] },
      { stale: true },
    );
    log.returns(id, 'first').returns(id, 'second');
    expect(requestFor(log).messages.at(-1)?.content).toMatchObject([{ content: [{ text: 'first' }] }]);
  });

  it('knows the results of every kind of call', () => {
    const log = new SessionLog().says('Go');
    log.push(
      { id: 'sevt_c', type: 'agent.custom_tool_use', name: 'c', input: {}, processed_at: '' },
      { modelId: 'toolu_c', route: 'custom' },
    );
    log.push(
      { id: 'sevt_m', type: 'agent.mcp_tool_use', name: 'm', mcp_server_name: 's', input: {}, processed_at: '' },
      { modelId: 'toolu_m', route: 'mcp' },
    );
    const [id = ''] = log.answers([use('toolu_s'), use('toolu_c'), use('toolu_m')]);
    log.push({ id: 'sevt_1', type: 'user.tool_result', tool_use_id: id });
    log.push({ id: 'sevt_2', type: 'agent.mcp_tool_result', mcp_tool_use_id: 'sevt_m', processed_at: '' });
    log.push({ id: 'sevt_3', type: 'user.custom_tool_result', custom_tool_use_id: 'sevt_c' });
    const content = requestFor(log).messages.at(-1)?.content;
    expect(content).toMatchObject(['toolu_s', 'toolu_c', 'toolu_m'].map((tool_use_id) => ({ tool_use_id })));
  });

  it('passes over the results of tools that the model API ran itself', () => {
    const log = new SessionLog().says('Search');
    log.push(
      { id: 'sevt_w', type: 'agent.tool_use', name: 'web_search', input: {}, processed_at: '' },
      { modelId: 'srvtoolu_1', route: 'model' },
    );
    log.answers([{ type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }, text('Found.')]);
    log.returns('sevt_w', 'the web').says('And?');
    expect(requestFor(log).messages.at(-1)?.content).toEqual([{ type: 'text', text: 'And?' }]);
  });

  it('throws when a call has no result, since the model API would refuse the request', () => {
    const log = new SessionLog().says('Go');
    log.answers([use('toolu_1')]);
    log.says('Well?');
    expect(() => requestFor(log)).toThrow(/toolu_1 has no result/);
  });

  it('throws when there is nothing to answer', () => {
    expect(() => requestFor(new SessionLog())).toThrow(/context is empty/);
  });

  it('joins what the user said when no answer came between', () => {
    const log = new SessionLog().says('One');
    log.answers([]);
    log.says('Two');
    log.answers([text(' \n')]);
    log.says(' ', 'Three');
    expect(requestFor(log).messages).toEqual([
      { role: 'user', content: ['One', 'Two', 'Three'].map((words) => ({ type: 'text', text: words })) },
    ]);
  });

  it('goes on from the text of an interrupted response', () => {
    const log = new SessionLog().says('Tell me a story');
    log.answers([text('Once upon a')]);
    log.push({ id: 'sevt_i', type: 'user.interrupt' }).says('Shorter');
    expect(requestFor(log).messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  });

  it('leaves a paused response last, so that the model API goes on with it', () => {
    const paused: BetaContentBlock[] = [
      text('I search.'),
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
    ];
    const log = new SessionLog().says('Search');
    log.answers(paused);
    expect(requestFor(log).messages.at(-1)).toEqual({ role: 'assistant', content: paused });
    log.says('Stop, I know');
    expect(requestFor(log).messages.slice(1)).toEqual([
      { role: 'assistant', content: [paused[0]] },
      { role: 'user', content: [{ type: 'text', text: 'Stop, I know' }] },
    ]);
  });
});

describe('what a result says', () => {
  const contentOf = (content: Parameters<SessionLog['returns']>[1], isError = false) => {
    const log = new SessionLog().says('Go');
    const [id = ''] = log.answers([use('toolu_1')]);
    const block = requestFor(log.returns(id, content, isError)).messages.at(-1)?.content?.[0];
    return typeof block === 'object' && block.type === 'tool_result' ? block.content : undefined;
  };
  const image = { type: 'image' as const, source: { type: 'base64' as const, media_type: 'image/png', data: 'AA==' } };

  it.each([[undefined], [''], [[]], [[{ type: 'text' as const, text: '\n' }]]])(
    'is "(no output)" for %j',
    (content) => {
      expect(contentOf(content)).toEqual([{ type: 'text', text: '(no output)' }]);
    },
  );

  it('includes images, documents and search results', () => {
    const found = {
      type: 'search_result' as const,
      source: 'https://a',
      title: 'A',
      content: [{ type: 'text' as const, text: 'of a' }],
      citations: { enabled: true },
    };
    const pdf = {
      type: 'document' as const,
      source: { type: 'base64' as const, media_type: 'application/pdf', data: 'AA==' },
    };
    expect(contentOf([image, pdf, found])).toEqual([image, pdf, found]);
  });

  it('is text alone when it is an error', () => {
    expect(contentOf([image, { type: 'text', text: 'Broken' }], true)).toEqual([{ type: 'text', text: 'Broken' }]);
    expect(contentOf([image], true)).toEqual([{ type: 'text', text: '(no output)' }]);
  });
});

describe('what a message holds', () => {
  it('is sent in the form of the model API, or named where that has none', () => {
    const log = new SessionLog().says(
      { type: 'image', source: { type: 'url', url: 'https://a/b.png' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/tiff', data: 'AA==' } },
      { type: 'document', title: 'T', context: 'C', source: { type: 'text', media_type: 'text/plain', data: 'words' } },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'text/csv', data: Buffer.from('a,b').toString('base64') },
      },
      { type: 'document', source: { type: 'base64', media_type: 'application/zip', data: 'AA==' } },
    );
    expect(requestFor(log).messages[0]?.content).toEqual([
      { type: 'image', source: { type: 'url', url: 'https://a/b.png' } },
      { type: 'text', text: '[An image of the type image/tiff, which cannot be shown]' },
      { type: 'document', title: 'T', context: 'C', source: { type: 'text', media_type: 'text/plain', data: 'words' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,b' } },
      { type: 'text', text: '[A document of a type that cannot be shown]' },
    ]);
  });
});

describe('a system message', () => {
  const log = new SessionLog().says('Hi').instructs('Be brief').instructs('Be kind');

  it('is a system turn after the user turn, where the model knows such', () => {
    expect(requestFor(log).messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      {
        role: 'system',
        content: [
          { type: 'text', text: 'Be brief' },
          { type: 'text', text: 'Be kind' },
        ],
      },
    ]);
  });

  it('is marked text of the user, where it does not', () => {
    expect(requestFor(log, { agent: { model: { id: 'claude-haiku-4-5' } } }).messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hi' },
          { type: 'text', text: '<system_message>\nBe brief\n</system_message>' },
          { type: 'text', text: '<system_message>\nBe kind\n</system_message>' },
        ],
      },
    ]);
  });

  it('is marked text of the user when it comes alone, since a system turn must follow a user turn', () => {
    expect(requestFor(new SessionLog().instructs('Be brief')).messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: '<system_message>\nBe brief\n</system_message>' }] },
    ]);
  });
});

describe('a compacted context', () => {
  it('begins with our own summary', () => {
    const log = new SessionLog().says('A long story');
    const [id = ''] = log.answers([use('toolu_1')]);
    log.returns(id, 'much').answers([text('The summary')], { purpose: 'compaction' });
    log.compacts('It was long.').says('Go on');
    const { messages } = requestFor(log);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.content).toMatchObject([
      { text: expect.stringContaining('<conversation_summary>\nIt was long.\n</conversation_summary>') },
      { text: 'Go on' },
    ]);
  });

  it("begins with the model API's own compaction block", () => {
    const compaction: BetaContentBlock = { type: 'compaction', content: 'All of it', encrypted_content: 'e' };
    const log = new SessionLog().says('A long story').compacts();
    const [id = ''] = log.answers([thinking('Before'), compaction, text('On we go.'), use('toolu_1')]);
    log.returns(id, 'ok');
    expect(requestFor(log).messages).toEqual([
      { role: 'assistant', content: [compaction, text('On we go.'), use('toolu_1')] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'ok' }] }],
      },
    ]);
  });

  it('is asked for with the same prefix and an instruction at its end', () => {
    const log = new SessionLog().says('A long story');
    const [id = ''] = log.answers([use('toolu_1')]);
    log.returns(id, 'much').instructs('Be brief');
    const turn = requestFor(log);
    const summary = requestFor(log, { purpose: 'compaction' });
    expect({ ...summary, messages: [] }).toEqual({
      ...turn,
      messages: [],
      context_management: undefined,
      betas: undefined,
    });
    expect(summary.messages.slice(0, 2)).toEqual(turn.messages.slice(0, 2));
    expect(summary.messages[2]?.content).toMatchObject([
      { type: 'tool_result' },
      { text: expect.stringContaining('summary of this conversation') },
    ]);
    expect(summary.messages[3]?.role).toBe('system');
  });
});
