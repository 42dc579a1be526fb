import type { BetaContentBlock, BetaRawMessageStreamEvent } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import { ResponseAssembly } from '../../runtime/model/assembly';
import { prepareAnswer, endOf, eventsOf } from '../../runtime/local/offline-model/answer';

const NOTHING = { input_tokens: 1, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };

function assemble(
  blocks: BetaContentBlock[],
  change: (event: BetaRawMessageStreamEvent) => BetaRawMessageStreamEvent[] = (event) => [event],
) {
  const request = { model: 'm', max_tokens: 1, messages: [] };
  const preamble = { hash: '', tokens: 0 };
  const answer = prepareAnswer(request, preamble, [], { blocks: [] }, NOTHING);
  const message = { ...answer.message, content: blocks };
  const assembly = new ResponseAssembly(() => undefined);
  for (const event of [...eventsOf({ ...answer, message }), ...endOf({ ...answer, message })].flatMap(change))
    assembly.take(event);
  return assembly;
}

const SEARCH: BetaContentBlock[] = [
  { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } },
  {
    type: 'web_search_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: [{ type: 'web_search_result', url: 'https://a', title: 'A', encrypted_content: 'x', page_age: null }],
  },
];
const CITATION = {
  type: 'web_search_result_location' as const,
  cited_text: 'c',
  encrypted_index: 'i',
  title: 'A',
  url: 'https://a',
};

describe('the assembly of a response', () => {
  it('keeps what it does not have to understand', () => {
    const unknown = { type: 'redacted_thinking' as const, data: 'sealed' };
    expect(assemble([unknown, ...SEARCH]).finished().blocks).toEqual([unknown, ...SEARCH]);
  });

  it('joins citations to their text', () => {
    const assembly = assemble([{ type: 'text', text: 'It is so.', citations: null }], (event) =>
      event.type === 'content_block_stop'
        ? [
            { type: 'content_block_delta', index: event.index, delta: { type: 'citations_delta', citation: CITATION } },
            event,
          ]
        : [event],
    );
    expect(assembly.finished().blocks).toEqual([{ type: 'text', text: 'It is so.', citations: [CITATION] }]);
  });

  it('reads the input of a server tool that is streamed in pieces', () => {
    const assembly = assemble([{ type: 'server_tool_use', id: 's', name: 'web_fetch', input: {} }], (event) =>
      event.type === 'content_block_stop'
        ? [
            { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"url":' } },
            {
              type: 'content_block_delta',
              index: 0,
              delta: { type: 'input_json_delta', partial_json: '"https://a"}' },
            },
            event,
          ]
        : [event],
    );
    expect(assembly.finished().blocks).toMatchObject([{ input: { url: 'https://a' } }]);
  });

  it('takes a compaction from its delta, and leaves out one that failed', () => {
    const compaction = (content: string | null) =>
      assemble(
        [
          { type: 'compaction', content: null, encrypted_content: null },
          { type: 'text', text: 'On we go.', citations: null },
        ],
        (event) =>
          event.type === 'content_block_stop' && event.index === 0
            ? [
                {
                  type: 'content_block_delta',
                  index: 0,
                  delta: { type: 'compaction_delta', content, encrypted_content: 'e' },
                },
                event,
              ]
            : [event],
      ).finished().blocks;
    expect(compaction('All of it')).toMatchObject([
      { type: 'compaction', content: 'All of it', encrypted_content: 'e' },
      { type: 'text' },
    ]);
    expect(compaction(null)).toMatchObject([{ type: 'text' }]);
  });

  it('bills a compaction, and measures the context by the last round', () => {
    const round = { cache_creation: null, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, model: null };
    const assembly = assemble([], (event) =>
      event.type === 'message_delta'
        ? [
            {
              ...event,
              usage: {
                ...event.usage,
                input_tokens: 300,
                output_tokens: 30,
                server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
                iterations: [
                  { ...round, type: 'compaction', input_tokens: 1000, output_tokens: 100 },
                  { ...round, type: 'message', input_tokens: 100, output_tokens: 10 },
                  { ...round, type: 'message', input_tokens: 200, output_tokens: 20 },
                ],
              },
            },
          ]
        : [event],
    );
    expect(assembly.finished().usage).toMatchObject({
      inputTokens: 1300,
      outputTokens: 130,
      webSearches: 2,
      contextTokens: 220,
    });
  });

  it('passes over events and deltas that are newer than it', () => {
    const unknown = { type: 'message_progress' } as unknown as BetaRawMessageStreamEvent;
    expect(
      assemble([{ type: 'text', text: 'Fine.', citations: null }], (event) => [unknown, event]).finished(),
    ).toMatchObject({
      blocks: [{ text: 'Fine.' }],
    });
  });

  it('keeps only text of what was cut off, and no citation into results that are gone', () => {
    const cut = assemble([
      ...SEARCH,
      { type: 'text', text: 'Half', citations: [CITATION] },
      { type: 'text', text: ' ', citations: null },
    ]);
    expect(cut.interrupted()).toMatchObject({
      stopReason: 'interrupted',
      blocks: [{ type: 'text', text: 'Half', citations: null }],
    });
  });
});
