import type { SessionEvent } from '../../runtime/contract/wire';
import { ModelError } from '../../runtime/model/port';
import type { WorkRecord } from '../../runtime/store/work-ports';
import type { CommitFact, Fact, ModelFact } from '../../runtime/telemetry/facts';
import { lineOf } from '../../runtime/telemetry/lines';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { sessionRecord } from '../support/decisions';

const SAID = 'canary-of-what-was-said';

const session = sessionRecord({ title: SAID, metadata: { note: SAID } });
const ref = { workspace: 'wrkspc_test', sessionId: session.id, threadId: session.threadId };
const work = { id: 'work_1', sessionId: session.id, metadata: { note: SAID } } as unknown as WorkRecord;
const span = { startedAt: 0, endedAt: 1_500 };

const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4, webSearches: 0 };
const request: ModelFact = {
  type: 'model_request',
  ref,
  session,
  wake: 'req_1',
  purpose: 'turn',
  startId: 'sevt_1',
  cycleStart: 1,
  request: { model: 'claude-opus-5', max_tokens: 1, system: SAID, messages: [{ role: 'user', content: SAID }] },
  answer: {
    response: {
      blocks: [{ type: 'text', text: SAID, citations: null }],
      stopReason: 'end_turn',
      stopDetails: null,
      usage,
    },
  },
  firstTokenAt: 900,
  ...span,
};

const commit = (...events: object[]): CommitFact => ({
  type: 'commit',
  ref,
  session,
  before: EMPTY_SUMMARY,
  commit: {
    n: 7,
    at: 0,
    by: 'req_1',
    records: events.map((event) => ({ event: event as SessionEvent, private: { summary: SAID, response: [SAID] } })),
    consumed: [],
    summary: EMPTY_SUMMARY,
  },
  written: true,
});

const FACTS: readonly Fact[] = [
  { type: 'wake', ref, wake: 'req_1', outcome: 'worked', ...span },
  { type: 'wake', ref, wake: 'req_1', outcome: 'busy', ...span },
  request,
  { ...request, answer: new ModelError('billing_error', false, 'no credit') },
  commit({ type: 'agent.message', content: [{ type: 'text', text: SAID }] }),
  commit({
    type: 'session.error',
    error: { type: 'unknown_error', message: SAID, retry_status: { type: 'terminal' } },
  }),
  { ...commit(), written: false },
  { type: 'sandbox_start', work, outcome: 'cold' },
  { type: 'sandbox_ready', work, ...span },
  { type: 'connect', connection: 'c=', sessionId: session.id, status: 200, ...span },
  { type: 'ring', ref },
  { type: 'ring_failure', ref, error: new Error('nobody may ring') },
  { type: 'sweep', found: 1, age: 2_000_000 },
];

describe('the line of a fact', () => {
  test.each(FACTS.map((fact) => [fact.type, fact] as const))('(%s) holds nothing that was said', (_, fact) => {
    expect(JSON.stringify(lineOf(fact))).not.toContain(SAID);
  });

  test('names the session, the thread and the wake', () => {
    expect(lineOf(request)).toMatchObject({
      level: 'info',
      fields: {
        session_id: session.id,
        thread_id: session.threadId,
        wake_id: 'req_1',
        model: 'claude-opus-5',
        ms: 2,
        first_token_ms: 1,
        input_tokens: 1,
      },
    });
  });

  test('is a warning where a session noted an error, and an error where we failed', () => {
    const failed: Fact = { type: 'wake', ref, wake: 'req_1', outcome: 'failed', error: new Error('no table'), ...span };
    const broken: Fact = {
      type: 'stream_failure',
      requestId: 'req_2',
      sessionId: session.id,
      error: new Error('no table'),
    };
    expect([FACTS[5], failed, broken].map((fact) => fact && lineOf(fact).level)).toEqual(['warn', 'error', 'error']);
  });

  test('of a request tells the error only where it was ours', () => {
    const answered = { type: 'request', requestId: 'req_1', method: 'GET', operation: 'agents.list', ...span } as const;
    expect(lineOf({ ...answered, status: 404 }).level).toBe('info');
    expect(lineOf({ ...answered, status: 500, error: new Error('no table') })).toMatchObject({
      level: 'error',
      error: { message: 'no table' },
    });
  });
});
