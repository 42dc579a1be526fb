import { systemIds } from '../../runtime/contract/ids';
import { MICROS_PER_SECOND, systemClock, toTimestamp } from '../../runtime/contract/time';
import type { SessionEvent } from '../../runtime/contract/wire';
import type { OpenCall, ThreadSummary } from '../../runtime/store/records';
import type { CommitFact, ModelFact } from '../../runtime/telemetry/facts';
import { spansOf } from '../../runtime/telemetry/spans';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { sessionRecord } from '../support/decisions';

const session = sessionRecord({});
const ref = { workspace: 'default', sessionId: session.id, threadId: session.threadId };
const OPTIONS = { provider: 'anthropic', content: false };
const start = systemClock.now();
const call: OpenCall = {
  id: systemIds.make('event'),
  type: 'agent.tool_use',
  name: 'bash',
  modelId: 'toolu_1',
  route: 'sandbox',
  permission: 'allow',
};

function commit(events: readonly object[], changes: Partial<ThreadSummary> = {}, written = true): CommitFact {
  const before = { ...EMPTY_SUMMARY, cycleStart: 3, runningSince: start, openCalls: [call], ...changes };
  const records = events.map((event) => ({ event: { id: 'sevt_1', ...event } as SessionEvent }));
  const summary = { ...before, openCalls: [] };
  return {
    type: 'commit',
    ref,
    session,
    before,
    commit: { n: 5, at: start + MICROS_PER_SECOND, by: 'req_1', records, consumed: [], summary },
    written,
  };
}
const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 3, cacheWriteTokens: 2, webSearches: 0 };
const chat = (changes: Partial<ModelFact> = {}): ModelFact => ({
  type: 'model_request',
  ref,
  session,
  wake: 'req_1',
  purpose: 'turn',
  startId: 'sevt_start',
  cycleStart: 3,
  request: {
    model: 'claude-opus-5',
    max_tokens: 100,
    system: 'Be brief.',
    messages: [{ role: 'user', content: 'Hi' }],
  },
  startedAt: start,
  firstTokenAt: start + 250_000,
  endedAt: start + MICROS_PER_SECOND,
  answer: {
    response: {
      blocks: [
        { type: 'text', text: 'Hello', citations: null },
        { type: 'tool_use', id: 'toolu_1', name: 'bash', input: { command: 'ls' } },
      ],
      stopReason: 'tool_use',
      stopDetails: null,
      usage,
    },
  },
  ...changes,
});
const result = {
  type: 'agent.tool_result',
  tool_use_id: call.id,
  content: [{ type: 'text', text: 'listing' }],
  processed_at: toTimestamp(start + 2 * MICROS_PER_SECOND),
};
const idle = { type: 'session.status_idle', stop_reason: { type: 'end_turn' } };

describe('the trace of a turn', () => {
  const [request] = spansOf(chat(), OPTIONS);
  const [tool, turn] = spansOf(commit([result, idle]), OPTIONS);

  test('has the model request and the tool call below the turn, whoever wrote them', () => {
    expect(turn).not.toHaveProperty('parentId');
    expect([request?.parentId, tool?.parentId]).toEqual([turn?.spanId, turn?.spanId]);
    expect(new Set([request, tool, turn].map((span) => span?.traceId)).size).toBe(1);
    expect(new Set([request, tool, turn].map((span) => span?.spanId)).size).toBe(3);
    for (const span of [request, tool, turn]) {
      expect(span?.traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(span?.spanId).toMatch(/^[0-9a-f]{16}$/);
    }
  });

  test('says who worked and for which session', () => {
    expect(turn).toMatchObject({
      name: 'invoke_agent tester',
      startedAt: start,
      endedAt: start + MICROS_PER_SECOND,
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.conversation.id': session.id,
        'gen_ai.agent.id': session.agent.id,
        'gen_ai.agent.name': 'tester',
      },
    });
  });

  test('says what was asked of the model and what it took', () => {
    expect(request).toMatchObject({
      name: 'chat claude-opus-5',
      kind: 'client',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.conversation.id': session.id,
        'gen_ai.request.model': 'claude-opus-5',
        'gen_ai.response.finish_reasons': ['tool_use'],
        'gen_ai.response.time_to_first_chunk': 0.25,
        'gen_ai.usage.input_tokens': 15,
        'gen_ai.usage.output_tokens': 5,
        'gen_ai.usage.cache_read.input_tokens': 3,
        'gen_ai.usage.cache_creation.input_tokens': 2,
      },
    });
  });

  test('says which tool ran, and how it ended', () => {
    expect(tool).toMatchObject({
      name: 'execute_tool bash',
      attributes: { 'gen_ai.tool.name': 'bash', 'gen_ai.tool.call.id': call.id, 'gen_ai.tool.type': 'function' },
    });
    const [failed] = spansOf(commit([{ ...result, is_error: true }]), OPTIONS);
    expect(failed).toMatchObject({ error: 'tool_error', attributes: { 'error.type': 'tool_error' } });
  });

  test('is another one for the next turn', () => {
    const [next] = spansOf(commit([idle], { cycleStart: 9 }), OPTIONS);
    expect(next?.traceId).not.toBe(turn?.traceId);
  });
});

describe('what goes wrong', () => {
  test('stands in the span of the request and in that of the turn', () => {
    const answer = { failure: 'billing_error' as const, message: 'no credit' };
    expect(spansOf(chat({ answer }), OPTIONS)).toMatchObject([
      { error: 'billing_error', attributes: { 'error.type': 'billing_error' } },
    ]);
    const error = { type: 'session.error', error: { type: 'billing_error', retry_status: { type: 'exhausted' } } };
    expect(spansOf(commit([error, idle]), OPTIONS)).toMatchObject([{ error: 'billing_error' }]);
  });

  test('a commit that lost, and one that ends nothing, are no spans', () => {
    expect(spansOf(commit([result, idle], {}, false), OPTIONS)).toEqual([]);
    expect(spansOf(commit([{ type: 'agent.message' }]), OPTIONS)).toEqual([]);
    expect(spansOf({ type: 'sweep', found: 0, age: 0 }, OPTIONS)).toEqual([]);
  });
});

describe('what was said', () => {
  const said = (content: boolean) =>
    JSON.stringify([
      ...spansOf(chat(), { ...OPTIONS, content }),
      ...spansOf(commit([result]), { ...OPTIONS, content }),
    ]);

  test('stays out, unless somebody asked for it', () => {
    for (const text of ['Be brief.', 'Hi', 'Hello', 'listing']) {
      expect(said(false)).not.toContain(text);
      expect(said(true)).toContain(text);
    }
  });

  test('has the form of the conventions', () => {
    const [request] = spansOf(chat(), { ...OPTIONS, content: true });
    const parsed = (name: string): unknown => JSON.parse(String(request?.attributes[name]));
    expect(parsed('gen_ai.system_instructions')).toEqual([{ type: 'text', content: 'Be brief.' }]);
    expect(parsed('gen_ai.input.messages')).toEqual([{ role: 'user', parts: [{ type: 'text', content: 'Hi' }] }]);
    expect(parsed('gen_ai.output.messages')).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'text', content: 'Hello' },
          { type: 'tool_call', id: 'toolu_1', name: 'bash', arguments: { command: 'ls' } },
        ],
        finish_reason: 'tool_use',
      },
    ]);
  });
});
