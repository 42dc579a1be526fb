import { ModelError } from '../../runtime/model/port';
import type { Fact } from '../../runtime/telemetry/facts';
import { calls, says, World } from '../support/harness-world';

let world: World;
let facts: Fact[];
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());
beforeEach(() => {
  facts = [];
  world.onWant = async () => {};
});

const observed = () => ({ ...world.deps, observe: (fact: Fact) => void facts.push(fact) });
const ofType = <T extends Fact['type']>(type: T) =>
  facts.filter((fact): fact is Extract<Fact, { type: T }> => fact.type === type);

describe('what the harness tells of a wake', () => {
  test('the wake, each of its commits, and the model request, under one wake id', async () => {
    world.script = (_request, { say }) => {
      say({ type: 'text', block: 0, text: 'hel' });
      return says('hello');
    };
    const session = await world.session();
    await world.message(session);
    await world.wake(session, { deps: observed() });

    const [wake] = ofType('wake');
    const [request] = ofType('model_request');
    expect(facts.map(({ type }) => type)).toEqual(['commit', 'model_request', 'commit', 'wake']);
    expect(wake).toMatchObject({ outcome: 'worked', ref: world.ref(session) });
    expect(new Set(ofType('commit').map(({ commit }) => commit.by))).toEqual(new Set([wake?.wake]));
    expect(request).toMatchObject({ wake: wake?.wake, purpose: 'turn', cycleStart: 1, session: { id: session.id } });
    expect(request?.answer).toMatchObject({ response: { stopReason: 'end_turn' } });
    expect(request?.firstTokenAt).toBeGreaterThan(request?.startedAt ?? Infinity);
    expect(request?.endedAt).toBeGreaterThan(request?.firstTokenAt ?? Infinity);
  });

  test('a model that refuses, and a wake that found another at work', async () => {
    const session = await world.session();
    await world.message(session);
    world.script = async () => {
      await world.wake(session, { deps: observed() });
      return new ModelError('model_overloaded_error', false, 'too busy');
    };
    await world.wake(session, { deps: observed() });

    expect(ofType('wake').map(({ outcome }) => outcome)).toEqual(['busy', 'worked']);
    expect(ofType('model_request')).toMatchObject([
      { firstTokenAt: undefined, answer: { failure: 'model_overloaded_error', message: 'too busy' } },
    ]);
  });

  test('a wake that an error ended, which is still an error to whoever asked for it', async () => {
    world.script = () => calls({ id: 'toolu_1', name: 'bash', input: { command: 'ls' } });
    world.onWant = () => Promise.reject(new Error('no queue'));
    const session = await world.session();
    await world.message(session);
    await expect(world.wake(session, { deps: observed() })).rejects.toThrow('no queue');
    expect(ofType('wake')).toMatchObject([{ outcome: 'failed', error: new Error('no queue') }]);
  });
});
