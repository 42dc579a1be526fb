import { toTimestamp } from '../../runtime/contract/time';
import type { SessionEvent } from '../../runtime/contract/wire';
import { checkHistory } from '../../runtime/thread/invariants';

const T0 = 1_790_000_000_000_000;

/** A history of these events, each a second after the one before. */
function history(...events: Record<string, unknown>[]): SessionEvent[] {
  return events.map(
    (event, n) =>
      ({ id: `sevt_${n}`, processed_at: toTimestamp(T0 + n * 1_000_000), ...event }) as unknown as SessionEvent,
  );
}

const running = { type: 'session.status_running' };
const start = { type: 'span.model_request_start' };
const idle = (stop_reason: Record<string, unknown> = { type: 'end_turn' }) => ({
  type: 'session.status_idle',
  stop_reason,
});
const call = (id: string, more = {}) => ({
  id,
  type: 'agent.tool_use',
  name: 'bash',
  evaluated_permission: 'allow',
  ...more,
});
const result = (id: string) => ({ type: 'agent.tool_result', tool_use_id: id, content: [] });
const usage = (cents: string, cap: string, tokens = 0) => ({
  type: 'session.usage',
  usage: { input_tokens: tokens, list_cost: { amount: cents, currency: 'USD' } },
  budget: { type: 'limit', max_list_cost: { amount: cap, currency: 'USD' } },
});
const atBudget = [usage('2', '1'), idle({ type: 'budget_reached' }), running, start];

const found = (events: SessionEvent[], options = {}) => checkHistory(events, options).map(({ invariant }) => invariant);

it('finds nothing in a history that is whole', () => {
  const events = history(
    { type: 'user.message' },
    running,
    start,
    call('a'),
    result('a'),
    start,
    usage('1', '9'),
    idle(),
  );
  expect(found(events, { accepted: ['sevt_0'], secrets: ['sk-secret'] })).toEqual([]);
});

it.each<[string, number, SessionEvent[], object?]>([
  ['an id that stands twice', 1, history({ id: 'x', type: 'user.message' }, { id: 'x', type: 'user.message' })],
  [
    'a time that does not grow',
    1,
    history({ type: 'user.message' }, { type: 'user.message', processed_at: toTimestamp(T0) }),
  ],
  [
    'a processed event behind a waiting one',
    1,
    history({ type: 'user.message', processed_at: null }, { type: 'user.message' }),
  ],
  ['an accepted event that is missing', 2, history({ type: 'user.message' }), { accepted: ['sevt_9'] }],
  ['a request while a call is open', 3, history(running, start, call('a'), start), { finished: false }],
  ['a second result', 3, history(running, start, call('a'), result('a'), result('a'), idle())],
  ['a result of no call', 3, history(running, result('a'), idle())],
  ['running twice', 4, history(running, running, idle())],
  ['a history that ends running', 4, history(running)],
  ['something after the end', 4, history(running, { type: 'session.status_terminated' }, { type: 'user.message' })],
  ['idle that names the wrong calls', 5, history(running, idle({ type: 'requires_action', event_ids: ['a'] }))],
  ['cost that falls', 6, history(running, usage('2', '9'), usage('1', '9'), idle())],
  ['tokens that fall', 6, history(running, usage('2', '9', 5), usage('2', '9', 4), idle())],
  ['a request at the budget', 6, history(running, ...atBudget, usage('3', '1'), idle())],
  ['a secret', 7, history({ type: 'user.message', content: 'sk-secret' }), { secrets: ['sk-secret'] }],
  ['a private part', 7, history({ type: 'user.message', private: {} })],
  ['the content of a thought', 7, history({ type: 'agent.thinking', thinking: 'hm' })],
])('finds %s', (...[, invariant, events, options]) => {
  expect(found(events, options)).toContain(invariant);
});

it('takes a raise whose event was lost for one', () => {
  expect(found(history(running, ...atBudget, usage('3', '100'), idle()))).toEqual([]);
});
