import { RESULT_TEXT } from '../../runtime/harness/policy';
import { checkHistory } from '../../runtime/thread/invariants';
import { Play, sessionRecord } from '../support/decisions';

const RUNNING = ['session.status_running', 'session.thread_status_running'];
const IDLE = ['session.thread_status_idle', 'session.usage', 'session.status_idle'];
const custom = { eventType: 'agent.custom_tool_use', route: 'custom', name: 'weather' } as const;
const ask = { permission: 'ask', evaluation: { type: 'always_ask' } } as const;

const lastIdle = (play: Play) => {
  const idle = play.events.findLast((event) => event.type === 'session.status_idle');
  return idle?.type === 'session.status_idle' ? idle.stop_reason : undefined;
};

describe('a turn woken by a message', () => {
  it('costs two commits and has the recorded order (reference 6.5)', () => {
    const play = new Play();
    play.message();
    expect(play.step()).toMatchObject({ type: 'request', purpose: 'turn' });
    play.respond({ text: 'hi', thinking: 1 });
    expect(play.types).toEqual([
      ...RUNNING,
      'user.message',
      'span.model_request_start',
      'agent.thinking',
      'agent.message',
      'span.model_request_end',
      ...IDLE,
    ]);
    expect(play.commits).toHaveLength(2);
    expect(play.inbox).toEqual([]);
    expect(lastIdle(play)).toEqual({ type: 'end_turn' });
  });

  it('puts the message one microsecond before the request that takes it up', () => {
    const play = new Play();
    play.message();
    play.step();
    const [message, start] = play.events.slice(-2);
    expect(message?.processed_at?.slice(-4, -1)).toBe('002');
    expect(start?.processed_at?.slice(-4, -1)).toBe('003');
  });

  it('takes a message that came meanwhile into its next request, without idling between', () => {
    const play = new Play();
    play.message('one');
    play.step();
    play.message('two');
    play.respond({ text: 'answer to one' });
    expect(play.types.slice(-3)).toEqual(['span.model_request_end', 'user.message', 'span.model_request_start']);
    play.respond({ text: 'answer to two' });
    expect(play.types.filter((type) => type === 'session.status_running')).toHaveLength(1);
    expect(checkHistory(play.events)).toEqual([]);
  });

  it('goes on by itself when the model API paused', () => {
    const play = new Play();
    play.message();
    play.step();
    expect(play.respond({ text: 'searching', stopReason: 'pause_turn' })).toMatchObject({ type: 'request' });
    play.respond({ text: 'found' });
    expect(lastIdle(play)).toEqual({ type: 'end_turn' });
  });

  it('ends by refusal with its details, and keeps what was refused out of the context', () => {
    const play = new Play();
    play.message();
    play.step();
    const details = { type: 'refusal' as const, category: 'cyber' as const, explanation: null };
    play.respond({ text: 'I', stopReason: 'refusal', stopDetails: details });
    expect(lastIdle(play)).toEqual({ type: 'refusal' });
    const end = play.commits
      .flatMap(({ records }) => records)
      .find(({ event }) => event.type === 'span.model_request_end');
    expect(end?.private?.response).toEqual([]);
    expect(play.events.at(-1)).toMatchObject({ stop_details: details });
  });
});

describe('tools', () => {
  it('are served by the sandbox while the session stays running, and answered as agent.tool_result on cloud', () => {
    const play = new Play();
    play.message();
    play.step();
    expect(play.respond({ calls: [{}] })).toEqual({ type: 'serve', wait: true });
    play.send({ type: 'user.tool_result', tool_use_id: play.open[0], content: [{ type: 'text', text: 'out' }] });
    expect(play.step()).toMatchObject({ type: 'request' });
    expect(play.types.slice(-2)).toEqual(['agent.tool_result', 'span.model_request_start']);
    play.respond({ text: 'done' });
    expect(checkHistory(play.events)).toEqual([]);
  });

  it('of a self-hosted environment wait idle for the user’s worker, and keep its result as it was sent', () => {
    const play = new Play(sessionRecord({ environmentConfig: { type: 'self_hosted' } }));
    play.message();
    play.step();
    expect(play.respond({ calls: [{}] })).toEqual({ type: 'serve', wait: false });
    expect(lastIdle(play)).toEqual({ type: 'requires_action', event_ids: play.open });
    play.send({ type: 'user.tool_result', tool_use_id: play.open[0], content: [] });
    play.step();
    expect(play.types.slice(-4)).toEqual(['user.tool_result', ...RUNNING, 'span.model_request_start']);
    play.respond({ text: 'done' });
    expect(checkHistory(play.events, { selfHosted: true })).toEqual([]);
  });

  it('of the client idle the session with their ids; answers come before the running pair', () => {
    const play = new Play();
    play.message();
    play.step();
    play.respond({ calls: [custom, custom] });
    const [first, second] = play.open;
    expect(lastIdle(play)).toEqual({ type: 'requires_action', event_ids: [first, second] });
    // The answer to the later call is early: it stays pending until the earlier one is answered.
    play.send({ type: 'user.custom_tool_result', custom_tool_use_id: second });
    play.step();
    expect(play.inbox).toHaveLength(1);
    play.send({ type: 'user.custom_tool_result', custom_tool_use_id: first });
    play.step();
    const order = play.events.flatMap((event) =>
      event.type === 'user.custom_tool_result' ? [event.custom_tool_use_id] : [],
    );
    expect(order).toEqual([first, second]);
    expect(play.types.slice(-3)).toEqual([...RUNNING, 'span.model_request_start']);
    expect(checkHistory(play.events, { finished: false })).toEqual([]);
  });

  it('that must be confirmed hold the whole turn; a denial is a result after the running pair (reference 7.3)', () => {
    const play = new Play();
    play.message();
    play.step();
    play.respond({ calls: [{}, { ...ask, name: 'write' }] });
    const [allowed, asked] = play.open;
    expect(lastIdle(play)).toEqual({ type: 'requires_action', event_ids: [asked] });
    play.send({ type: 'user.tool_confirmation', tool_use_id: asked, result: 'deny', deny_message: 'not today' });
    expect(play.step()).toEqual({ type: 'serve', wait: true });
    expect(play.types.slice(-4)).toEqual(['user.tool_confirmation', ...RUNNING, 'agent.tool_result']);
    expect(play.events.at(-1)).toMatchObject({
      tool_use_id: asked,
      is_error: true,
      content: [{ text: 'Permission to use write has been rejected. Rejection message: not today' }],
    });
    play.send({ type: 'user.tool_result', tool_use_id: allowed });
    play.step();
    play.respond({ text: 'done' });
    expect(checkHistory(play.events)).toEqual([]);
  });

  it('that ran before an earlier one was denied have their results taken up with the denial', () => {
    const play = new Play();
    play.message();
    play.step();
    play.respond({ calls: [ask, ask] });
    const [denied, allowed] = play.open;
    play.send({ type: 'user.tool_confirmation', tool_use_id: allowed, result: 'allow' });
    play.step();
    // The worker saw the confirmation and did not wait for the other one.
    play.send({ type: 'user.tool_result', tool_use_id: allowed });
    expect(play.step()).toEqual({ type: 'rest' });
    play.send({ type: 'user.tool_confirmation', tool_use_id: denied, result: 'deny' });
    expect(play.step()).toMatchObject({ type: 'request' });
    expect(play.inbox).toEqual([]);
    play.respond({ text: 'done' });
    expect(checkHistory(play.events)).toEqual([]);
  });

  it('that the agent does not have, or that were judged too risky, get an error result and the turn goes on', () => {
    const play = new Play();
    play.message();
    play.step();
    const denied = {
      permission: 'deny',
      evaluation: { type: 'auto', evaluated_permission: { type: 'deny', reason_code: 'high_risk' } },
    } as const;
    expect(play.respond({ calls: [{ route: 'refused', permission: 'deny', name: 'sing' }, denied] })).toMatchObject({
      type: 'request',
    });
    const texts = play.events.flatMap((event) =>
      event.type === 'agent.tool_result' ? [JSON.stringify(event.content)] : [],
    );
    expect(texts[0]).toContain(RESULT_TEXT.refused('sing'));
    expect(texts[1]).toContain(RESULT_TEXT.denied('bash'));
  });

  it('whose sandbox was lost end with a result that says the outcome is unknown', () => {
    const play = new Play();
    play.message();
    play.step();
    play.respond({ calls: [{}, {}] });
    play.send({ type: 'user.tool_result', tool_use_id: play.open[0], content: [{ type: 'text', text: 'real' }] });
    play.signal({ type: 'sandbox_lost', workId: 'work_1', calls: play.open, reason: 'its process ended' });
    play.step();
    const results = play.events.flatMap((event) => (event.type === 'agent.tool_result' ? [event] : []));
    expect(results).toMatchObject([{ is_error: false }, { is_error: true }]);
    expect(JSON.stringify(results[1]?.content)).toContain('may or may not have taken effect');
    play.respond({ text: 'I see' });
    expect(checkHistory(play.events)).toEqual([]);
  });
});

it('a call that was allowed and lost ends, though another one of its turn still waits to be confirmed', () => {
  const play = new Play();
  play.message();
  play.step();
  play.respond({ calls: [ask, ask] });
  const [first, second = ''] = play.open;
  play.send({ type: 'user.tool_confirmation', tool_use_id: second, result: 'allow' });
  play.step();
  play.signal({ type: 'sandbox_lost', workId: 'work_1', calls: [second], reason: 'it died' });
  play.step();
  expect(play.open).toEqual([first]);
  expect(JSON.stringify(play.events)).toContain('may or may not have taken effect');
  play.send({ type: 'user.tool_confirmation', tool_use_id: first, result: 'deny' });
  play.step();
  play.respond({ text: 'I see' });
  expect(checkHistory(play.events)).toEqual([]);
});

describe('an interrupt', () => {
  it('answers open calls, then stands itself, then idles (recorded order, reference 6.5)', () => {
    const play = new Play();
    play.message();
    play.step();
    play.respond({ calls: [{}] });
    play.send({ type: 'user.interrupt' });
    play.step();
    expect(play.types.slice(-5)).toEqual(['agent.tool_result', 'user.interrupt', ...IDLE]);
    expect(lastIdle(play)).toEqual({ type: 'end_turn' });
  });

  it('on an idle session is recorded and changes nothing', () => {
    const play = new Play();
    play.send({ type: 'user.interrupt' });
    play.step();
    expect(play.types).toEqual(['user.interrupt']);
  });

  it('followed by a message in the same request redirects: the turn ends and a new one begins', () => {
    const play = new Play();
    play.message('one');
    play.step();
    play.respond({ calls: [{}] });
    play.send({ type: 'user.interrupt' }, { type: 'user.message', content: [{ type: 'text', text: 'rather this' }] });
    expect(play.step()).toMatchObject({ type: 'request' });
    expect(play.types.slice(-9)).toEqual([
      'agent.tool_result',
      'user.interrupt',
      ...IDLE,
      ...RUNNING,
      'user.message',
      'span.model_request_start',
    ]);
    play.respond({ text: 'as you wish' });
    expect(checkHistory(play.events)).toEqual([]);
  });

  it('makes a late answer a recorded no-op', () => {
    const play = new Play();
    play.message();
    play.step();
    play.respond({ calls: [custom] });
    const [call] = play.open;
    play.send({ type: 'user.interrupt' });
    play.send({ type: 'user.custom_tool_result', custom_tool_use_id: call });
    play.step();
    const late = play.commits
      .at(-1)
      ?.records.find(
        ({ event }) =>
          event.id.startsWith('sevt') &&
          event.type === 'user.custom_tool_result' &&
          event.custom_tool_use_id === call &&
          !('is_error' in event),
      );
    expect(late?.private).toEqual({ stale: true });
    expect(play.inbox).toEqual([]);
  });
});

it('records what was accepted at the very moment of an archive, and lets nothing come of it', () => {
  const play = new Play(sessionRecord({ archivedAt: 1 }));
  play.message();
  expect(play.step()).toEqual({ type: 'rest' });
  expect(play.types).toEqual(['user.message']);
  expect(play.commits[0]?.records[0]?.private).toEqual({ stale: true });
  expect(play.inbox).toEqual([]);
});

describe('a turn that a message began at the very moment of an archive', () => {
  const archive = (play: Play): void => {
    play.session = { ...play.session, archivedAt: 1 };
    play.signal({ type: 'session_archived' });
  };

  it('is closed when the model has answered, with what it said', () => {
    const play = new Play();
    play.message();
    play.step();
    archive(play);
    expect(play.respond({ text: 'hi', calls: [{}] })).toEqual({ type: 'rest' });
    expect(play.types.slice(-6)).toEqual(['agent.tool_use', 'span.model_request_end', 'agent.tool_result', ...IDLE]);
    expect(checkHistory(play.events)).toEqual([]);
    expect(play.inbox).toEqual([]);
  });

  it('is closed by whoever comes when its harness has died', () => {
    const play = new Play();
    play.message();
    play.step();
    archive(play);
    expect(play.step()).toEqual({ type: 'rest' });
    expect(play.types.slice(-4)).toEqual(['span.model_request_end', ...IDLE]);
    expect(checkHistory(play.events)).toEqual([]);
  });

  it('keeps a result that was accepted before', () => {
    const play = new Play();
    play.message();
    play.step();
    play.respond({ calls: [{}] });
    const [id = ''] = play.open;
    play.send({ type: 'user.tool_result', tool_use_id: id, content: [{ type: 'text', text: 'done' }] });
    archive(play);
    play.step();
    const result = play.events.find(({ type }) => type === 'agent.tool_result');
    expect(result).toMatchObject({ content: [{ type: 'text', text: 'done' }] });
    expect(play.types.slice(-3)).toEqual(IDLE);
  });

  it('changes nothing of a thread that rests', () => {
    const play = new Play();
    play.message();
    play.step();
    play.respond({ text: 'hi' });
    const before = play.types;
    archive(play);
    play.step();
    expect(play.types).toEqual(before);
    expect(play.inbox).toEqual([]);
  });
});
