import { systemIds } from '../../runtime/contract/ids';
import { MICROS_PER_MS, systemClock, toTimestamp } from '../../runtime/contract/time';
import type { SessionEvent } from '../../runtime/contract/wire';
import type { WorkRecord } from '../../runtime/store/work-ports';
import type { Commit, EventRecord, OpenCall, PrivatePart, ThreadSummary } from '../../runtime/store/records';
import type { CommitFact, ModelFact, WakeFact } from '../../runtime/telemetry/facts';
import { measuresOf } from '../../runtime/telemetry/measures';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { sessionRecord } from '../support/decisions';

const session = sessionRecord({});
const model = session.agent.model.id;
const ref = { workspace: 'default', sessionId: session.id, threadId: session.threadId };
const start = systemClock.now();
const after = (ms: number) => start + ms * MICROS_PER_MS;

const record = (event: object, hidden?: PrivatePart): EventRecord => ({
  event: { id: 'sevt_1', processed_at: toTimestamp(after(40)), ...event } as SessionEvent,
  ...(hidden ? { private: hidden } : {}),
});
const commitFact = (
  records: readonly EventRecord[],
  before: Partial<ThreadSummary> = {},
  written = true,
): CommitFact => {
  const summary = { ...EMPTY_SUMMARY, ...before };
  const commit: Commit = { n: 2, at: after(40), by: 'req_1', records, consumed: [], summary };
  return { type: 'commit', ref, session, before: summary, commit, written };
};
const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 3, cacheWriteTokens: 2, webSearches: 0 };
const charge = { ...usage, tokenCostNanoUsd: 2_500_000 };

describe('a wake', () => {
  const wake = (outcome: WakeFact['outcome']): WakeFact => ({
    type: 'wake',
    ref,
    wake: 'req_1',
    startedAt: start,
    endedAt: after(250),
    outcome,
  });

  test.each(['worked', 'failed', 'superseded'] as const)('that %s is a sample of its time', (outcome) => {
    expect(measuresOf(wake(outcome))).toEqual([{ values: { WakeTime: 250 } }]);
  });

  test('that found another at work is a conflict and no sample', () => {
    expect(measuresOf(wake('busy'))).toEqual([{ values: { LeaseConflicts: 1 } }]);
  });
});

describe('a model request', () => {
  const request = (fact: Partial<ModelFact>): ModelFact => ({
    type: 'model_request',
    ref,
    session,
    wake: 'req_1',
    purpose: 'turn',
    startId: 'sevt_1',
    cycleStart: 1,
    request: { model, max_tokens: 1, messages: [] },
    startedAt: start,
    endedAt: after(900),
    answer: { response: { blocks: [], stopReason: 'end_turn', stopDetails: null, usage } },
    ...fact,
  });

  test('is measured to its first token and to its end, by model', () => {
    expect(measuresOf(request({ firstTokenAt: after(300) }))).toEqual([
      { values: { ModelTime: 900, TimeToFirstToken: 300 }, by: { Model: model } },
    ]);
  });

  test('without any content has no first token', () => {
    expect(measuresOf(request({}))).toEqual([{ values: { ModelTime: 900 }, by: { Model: model } }]);
  });

  test('that failed is an error, and one that was interrupted says nothing of the model', () => {
    const failed = request({ answer: { failure: 'model_overloaded_error', message: 'busy' } });
    const response = { blocks: [], stopReason: 'interrupted', stopDetails: null, usage };
    expect(measuresOf(failed)).toEqual([{ values: { ModelErrors: 1 } }]);
    expect(measuresOf(request({ answer: { response } }))).toEqual([]);
  });
});

describe('a commit', () => {
  test('that ends a request counts its tokens and dollars, by model', () => {
    const ended = record({ type: 'span.model_request_end' }, { charge });
    const values = { InputTokens: 10, OutputTokens: 5, CacheReadTokens: 3, CacheWriteTokens: 2, ModelCost: 0.0025 };
    expect(measuresOf(commitFact([ended]))).toEqual([{ values, by: { Model: model } }]);
  });

  test('of a model without a price counts tokens alone', () => {
    const ended = record({ type: 'span.model_request_end' }, { charge: { ...charge, unpriced: true } });
    expect(measuresOf(commitFact([ended]))[0]?.values).not.toHaveProperty('ModelCost');
  });

  test('that lost against another harness counts as that alone', () => {
    const ended = record({ type: 'span.model_request_end' }, { charge });
    expect(measuresOf(commitFact([ended], {}, false))).toEqual([{ values: { CommitConflicts: 1 } }]);
  });

  test('that ends a turn says how long it ran, and one that postpones it is a retry', () => {
    const idle = record({ type: 'session.status_idle', stop_reason: { type: 'end_turn' } });
    expect(measuresOf(commitFact([idle], { runningSince: start }))).toEqual([{ values: { TurnTime: 40 } }]);
    expect(measuresOf(commitFact([record({ type: 'session.status_rescheduled' })]))).toEqual([
      { values: { Retries: 1 } },
    ]);
  });

  const call = (open: Partial<OpenCall>): OpenCall => ({
    id: systemIds.make('event'),
    type: 'agent.tool_use',
    name: 'bash',
    modelId: 'toolu_1',
    route: 'sandbox',
    permission: 'allow',
    ...open,
  });
  const result = ({ id }: OpenCall) =>
    record({ type: 'agent.tool_result', tool_use_id: id, processed_at: toTimestamp(systemClock.now() + 70_000) });

  test('with results says how long the tools took, apart for MCP', () => {
    const inSandbox = [call({}), call({})];
    const mcp = call({ type: 'agent.mcp_tool_use', route: 'mcp' });
    const records = [
      ...inSandbox.map(result),
      record({ ...result(mcp).event, type: 'agent.mcp_tool_result', tool_use_id: undefined, mcp_tool_use_id: mcp.id }),
    ];
    const measures = measuresOf(commitFact(records, { openCalls: [...inSandbox, mcp] }));
    expect(measures).toEqual([
      { values: { ToolTime: [expect.any(Number), expect.any(Number)] } },
      { values: { McpToolTime: [expect.any(Number)] } },
    ]);
  });

  test('does not count the time that a person or a client took', () => {
    const asked = call({ permission: 'ask', verdict: 'allow' });
    const custom = call({ type: 'agent.custom_tool_use', route: 'custom' });
    const answered = record({ type: 'user.custom_tool_result', custom_tool_use_id: custom.id });
    expect(measuresOf(commitFact([result(asked), answered], { openCalls: [asked, custom] }))).toEqual([]);
  });
});

test('a sandbox is counted by how it started, and timed until it is ready', () => {
  const work = { id: 'work_1', sessionId: session.id } as WorkRecord;
  expect(measuresOf({ type: 'sandbox_start', work, outcome: 'warm' })).toEqual([
    { values: { SandboxStarts: 1 }, by: { Start: 'warm' } },
  ]);
  expect(measuresOf({ type: 'sandbox_start', work, outcome: 'failed' })).toEqual([
    { values: { SandboxStartFailures: 1 } },
  ]);
  expect(measuresOf({ type: 'sandbox_ready', work, startedAt: start, endedAt: after(30_000) })).toEqual([
    { values: { SandboxStartTime: 30_000 }, by: { Start: 'cold' } },
  ]);
  const ready = {
    type: 'sandbox_ready',
    work: { ...work, startedWarm: true },
    startedAt: start,
    endedAt: after(900),
  } as const;
  expect(measuresOf(ready)).toEqual([{ values: { SandboxStartTime: 900 }, by: { Start: 'warm' } }]);
});

test('a ring counts for the share that fails, whether it was heard or not', () => {
  expect(measuresOf({ type: 'ring', ref })).toEqual([{ values: { RingFailures: 0 } }]);
  const failed = { type: 'ring_failure', ref, error: new Error('nobody may ring') } as const;
  expect(measuresOf(failed)).toEqual([{ values: { RingFailures: 1 } }]);
});

test('a sweep says by how many seconds the oldest item was late', () => {
  expect(measuresOf({ type: 'sweep', found: 3, age: 1_500_000 })).toEqual([{ values: { DueAge: 1.5 } }]);
});
