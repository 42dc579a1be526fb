import { TURN_LIMITS } from '../../runtime/harness/policy';
import { checkHistory } from '../../runtime/thread/invariants';
import { Play, sessionRecord } from '../support/decisions';

const RUNNING = ['session.status_running', 'session.thread_status_running'];

const lastIdle = (play: Play) => {
  const idle = play.events.findLast((event) => event.type === 'session.status_idle');
  return idle?.type === 'session.status_idle' ? idle.stop_reason : undefined;
};

describe('a model that fails', () => {
  it('is tried again with rescheduling in between', () => {
    const play = new Play();
    play.message();
    play.step();
    expect(play.fail(true)).toMatchObject({ type: 'sleep' });
    expect(play.types.slice(-4)).toEqual([
      'span.model_request_end',
      'session.error',
      'session.thread_status_rescheduled',
      'session.status_rescheduled',
    ]);
    play.now += 60_000_000;
    play.step();
    expect(play.types.slice(-3)).toEqual([...RUNNING, 'span.model_request_start']);
    play.respond({ text: 'at last' });
    expect(checkHistory(play.events)).toEqual([]);
  });

  it('is given up after its attempts; what was queued is flushed', () => {
    const play = new Play();
    play.message();
    play.step();
    play.message('queued');
    for (let i = 0; i < TURN_LIMITS.attempts; i += 1) {
      play.fail(true);
      play.now += 120_000_000;
      play.step();
    }
    expect(lastIdle(play)).toEqual({ type: 'retries_exhausted' });
    expect(play.inbox).toEqual([]);
    expect(play.events.findLast(({ type }) => type === 'session.error')).toMatchObject({
      error: { retry_status: { type: 'exhausted' } },
    });
    expect(checkHistory(play.events)).toEqual([]);
  });

  it('ends the session when the conversation does not fit any more', () => {
    const play = new Play();
    play.message();
    play.step();
    play.fail(false, 'context_overflow');
    expect(play.types.slice(-3)).toEqual(['span.model_request_end', 'session.error', 'session.status_terminated']);
    play.message('too late');
    expect(play.step()).toEqual({ type: 'rest' });
    expect(play.summary.status).toBe('terminated');
  });

  it('or a harness that dies in the middle of it, costs a try and is asked again', () => {
    const play = new Play();
    play.message();
    play.step();
    expect(play.step()).toMatchObject({ type: 'sleep' });
    play.now += 60_000_000;
    play.step();
    play.respond({ text: 'here again' });
    expect(play.types.filter((type) => type === 'agent.message')).toHaveLength(1);
    expect(checkHistory(play.events)).toEqual([]);
  });
});

describe('limits', () => {
  const budget = { type: 'limit' as const, max_list_cost: { amount: '100', currency: 'USD' as const } };

  it('stop at the budget before the next request, and a raise resumes', () => {
    const play = new Play(sessionRecord({ budget }));
    play.message();
    play.step();
    play.respond({ calls: [{}], charge: { tokenCostNanoUsd: 1_000_000_000 } });
    play.send({ type: 'user.tool_result', tool_use_id: play.open[0] });
    play.step();
    expect(lastIdle(play)).toEqual({ type: 'budget_reached' });
    play.send({ type: 'user.interrupt' });
    play.step();
    expect(play.types).not.toContain('user.interrupt');
    const raised = { ...budget, max_list_cost: { amount: '200', currency: 'USD' as const } };
    play.session = { ...play.session, budget: raised };
    play.signal({ type: 'session_updated', event: { id: 'sevt_update', type: 'session.updated', budget: raised } });
    expect(play.step()).toMatchObject({ type: 'request' });
    play.respond({ text: 'go on' });
    expect(checkHistory(play.events)).toEqual([]);
  });

  it('end a turn that calls tools for ever', () => {
    const play = new Play();
    play.message();
    play.step();
    while (play.deed.type === 'request') play.respond({ calls: [{ route: 'refused', permission: 'deny' }] });
    expect(play.events.findLast(({ type }) => type === 'session.error')).toMatchObject({
      error: { type: 'tool_use_limit_reached_error' },
    });
    expect(lastIdle(play)).toEqual({ type: 'retries_exhausted' });
    play.message('another turn');
    expect(play.step()).toMatchObject({ type: 'request' });
  });

  it('compact a context that has grown too long, before the request that would overflow it', () => {
    const play = new Play(sessionRecord(), 1_000);
    play.message();
    play.step();
    play.respond({ calls: [{}], contextTokens: 900 });
    play.send({ type: 'user.tool_result', tool_use_id: play.open[0] });
    expect(play.step()).toMatchObject({ type: 'request', purpose: 'compaction' });
    expect(play.respond({ text: 'what happened so far' })).toMatchObject({ type: 'request', purpose: 'turn' });
    expect(play.types).toContain('agent.thread_context_compacted');
    expect(play.summary.contextStart).toBe(play.commits.length);
    play.respond({ text: 'done' });
    expect(checkHistory(play.events)).toEqual([]);
  });
});
