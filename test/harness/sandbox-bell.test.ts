import { setTimeout as pause } from 'node:timers/promises';
import { LARGEST_RING_BYTES, type Ring } from '../../runtime/contract/ring';
import { fromTimestamp } from '../../runtime/contract/time';
import type { HarnessDeps } from '../../runtime/harness/ports';
import type { SessionRecord } from '../../runtime/store/records';
import type { Fact } from '../../runtime/telemetry/facts';
import { calls, says, World, type Answer } from '../support/harness-world';

let world: World;
let session: SessionRecord;
/** What was rung, by connection. */
let rung: [connection: string, ring: Ring][];
let facts: Fact[];
let onRing: (signal: AbortSignal) => Promise<boolean>;

beforeEach(async () => {
  world = await World.open();
  session = await world.session();
  [rung, facts, onRing] = [[], [], async () => true];
  world.script = answering(calls({ id: 'toolu_1', name: 'bash' }), says('done'));
});
afterEach(() => world.close());

/** A model that gives these answers, one after the other. */
const answering = (...answers: Answer[]) => {
  const left = [...answers];
  return (): Answer => left.shift() ?? says('nothing more');
};

const deps = (): HarnessDeps => ({
  ...world.deps,
  observe: (fact) => void facts.push(fact),
  bell: {
    ring: (connection, message, signal) => {
      rung.push([connection, JSON.parse(message) as Ring]);
      return onRing(signal);
    },
  },
});
const wake = (): Promise<void> => world.wake(session, { deps: deps() });
const connect = async (connection = 'c='): Promise<void> => {
  const ref = world.ref(session);
  await world.store.log.acquireLease(ref, 'once', 0, 1);
  expect(await world.store.log.noteBell(ref, connection, 1)).toBe(true);
};
const rings = (): Ring[] => rung.map(([, ring]) => ring);
const typesOf = ({ events }: Ring): string[] => events.map(({ type }) => type);
const callId = async (): Promise<string> =>
  (await world.history(session)).find(({ type }) => type === 'agent.tool_use')?.id ?? '';
const answer = async (): Promise<unknown> =>
  world.send(session, { type: 'user.tool_result', tool_use_id: await callId(), content: [], is_error: false });

describe('a harness', () => {
  it('tells the sandbox of a call with everything that came before it, and of the end of the turn', async () => {
    await connect();
    await world.message(session);
    await wake();
    await answer();
    await wake();
    const told = rings().flatMap(({ events }) => events.map(({ id }) => id));
    const history = await world.history(session);
    expect([...new Set(told)]).toEqual(history.map(({ id }) => id));
    expect(rings().map((ring) => typesOf(ring).at(-1))).toEqual([
      'span.model_request_start',
      'span.model_request_end',
      'session.status_idle',
    ]);
    expect(new Set(rung.map(([connection]) => connection))).toEqual(new Set(['c=']));
  });

  it('says from where to where a ring reaches, so that they make a chain', async () => {
    await connect();
    await world.message(session);
    await wake();
    await answer();
    await wake();
    let position = 0;
    for (const { after, to, events } of rings()) {
      const instants = events.map(({ processed_at }) => fromTimestamp(processed_at ?? '') ?? 0);
      expect(after).toBeLessThanOrEqual(position);
      expect(instants.at(-1)).toBe(to);
      expect(instants[0]).toBeGreaterThan(after);
      expect(to).toBeGreaterThan(position);
      position = to;
    }
    expect(rings()).toHaveLength(3);
  });

  it('shows a worker what it is shown by the API, and no private part', async () => {
    await connect();
    await world.message(session);
    await wake();
    await answer();
    await wake();
    const results = rings().flatMap(({ events }) => events.filter(({ type }) => type.endsWith('tool_result')));
    expect(results.map(({ type }) => type)).toEqual(['user.tool_result']);
    expect(JSON.stringify(rung)).not.toMatch(/toolu_1|private|digest/);
  });

  it('tells of an interrupt that ends a call', async () => {
    await connect();
    await world.message(session);
    await wake();
    rung.length = 0;
    await world.send(session, { type: 'user.interrupt' });
    await wake();
    expect(typesOf(rings()[0] ?? { after: 0, to: 0, events: [] })).toEqual(
      expect.arrayContaining(['user.tool_result', 'user.interrupt', 'session.status_idle']),
    );
  });

  it('tells of a confirmation', async () => {
    const ask = { type: 'always_ask' as const };
    const tools = [
      {
        type: 'agent_toolset_20260401' as const,
        default_config: { enabled: true, permission_policy: ask },
        configs: [],
      },
    ];
    const { agent } = session;
    session = await world.session({ agent: { ...agent, tools } });
    await connect();
    await world.message(session);
    await wake();
    rung.length = 0;
    await world.send(session, { type: 'user.tool_confirmation', tool_use_id: await callId(), result: 'allow' });
    await wake();
    expect(rings().flatMap(typesOf)).toContain('user.tool_confirmation');
  });

  it('tells again of a call when a wake comes to it that found it committed', async () => {
    await world.message(session);
    await wake();
    expect(rung).toEqual([]);
    await connect();
    await wake();
    const last = await world.store.log.lastCommit(world.ref(session));
    expect(rings().map(({ to }) => to)).toEqual([last?.summary.lastAt]);
    expect(rings()).toHaveLength(1);
  });

  it('tells a sandbox that has connected while it was at work, when it lets go', async () => {
    world.onWant = async () => void (await world.store.log.noteBell(world.ref(session), 'late=', 1));
    await world.message(session);
    await wake();
    const last = await world.store.log.lastCommit(world.ref(session));
    expect(rung.map(([connection, { to }]) => [connection, to])).toEqual([['late=', last?.summary.lastAt]]);
  });

  it('tells the connection that has taken the place of one that was gone', async () => {
    onRing = async () => rung.at(-1)?.[0] === 'new=';
    await connect('old=');
    world.onWant = async () => void (await world.store.log.noteBell(world.ref(session), 'new=', 1));
    await world.message(session);
    await wake();
    expect(rung.map(([connection]) => connection)).toEqual(['old=', 'new=']);
    expect(typesOf(rings().at(-1) ?? { after: 0, to: 0, events: [] })).toContain('agent.tool_use');
  });

  it('tells the new connection, too, where it shows only after the release that the old one was gone', async () => {
    world.script = answering(says('done'));
    await connect('old=');
    onRing = async () => {
      const isNew = rung.at(-1)?.[0] === 'new=';
      if (!isNew) await pause(100);
      return isNew;
    };
    const { log } = world.store;
    const releaseLease: typeof log.releaseLease = async (ref, ...rest) => {
      await log.noteBell(ref, 'new=', 2);
      return log.releaseLease(ref, ...rest);
    };
    await world.message(session);
    await world.wake(session, { deps: { ...deps(), log: { ...log, releaseLease } } });
    expect(rung.at(-1)?.[0]).toBe('new=');
    expect(typesOf(rings().at(-1) ?? { after: 0, to: 0, events: [] })).toContain('session.status_idle');
  });

  it('tells nobody where no sandbox has connected', async () => {
    await world.message(session);
    await wake();
    expect(rung).toEqual([]);
  });

  it('leaves out what is too large for one message, and says that there is something', async () => {
    world.script = answering(calls({ id: 'toolu_1', name: 'bash', input: { command: 'x'.repeat(40_000) } }));
    await connect();
    await world.message(session);
    await wake();
    const ring = rings().at(-1);
    const last = await world.store.log.lastCommit(world.ref(session));
    expect(ring).toEqual({ after: last?.summary.lastAt, to: last?.summary.lastAt, events: [] });
  });

  it('sends no message that would be counted as two', async () => {
    world.script = answering(calls({ id: 'toolu_1', name: 'bash', input: { command: 'ü'.repeat(15_000) } }));
    await connect();
    await world.message(session, 'x'.repeat(10_000));
    await wake();
    for (const ring of rings()) expect(Buffer.byteLength(JSON.stringify(ring))).toBeLessThanOrEqual(LARGEST_RING_BYTES);
    expect(typesOf(rings().at(-1) ?? { after: 0, to: 0, events: [] })).toContain('agent.tool_use');
  });

  it('tries a connection that is gone once a wake', async () => {
    onRing = async () => false;
    await connect();
    await world.message(session);
    await wake();
    expect(rung).toHaveLength(1);
    await answer();
    await wake();
    expect(rung).toHaveLength(2);
  });

  it('does its work although ringing fails, and says so', async () => {
    onRing = async () => Promise.reject(new Error('nobody may ring'));
    await connect();
    await world.message(session);
    await wake();
    await answer();
    await wake();
    expect((await world.history(session)).at(-1)?.type).toBe('session.status_idle');
    expect(facts.filter(({ type }) => type === 'ring_failure')).toHaveLength(3);
    expect(facts.filter(({ type }) => type === 'ring')).toEqual([]);
    expect(facts.filter((fact) => fact.type === 'wake' && fact.outcome === 'failed')).toEqual([]);
  });

  it('says of each ring that it was heard, and of none that nobody was there to hear', async () => {
    const told = (): Fact[] => facts.filter(({ type }) => type.startsWith('ring'));
    await connect();
    await world.message(session);
    await wake();
    expect(told()).toEqual([1, 2].map(() => ({ type: 'ring', ref: world.ref(session) })));
    onRing = async () => false;
    await answer();
    await wake();
    expect(rung).toHaveLength(3);
    expect(told()).toHaveLength(2);
  });

  it('asks the model, commits and leaves although a ring never ends', async () => {
    onRing = () => new Promise(() => undefined);
    world.script = () => says('done');
    await connect();
    await world.message(session);
    await wake();
    expect(rung).toHaveLength(2);
    expect((await world.history(session)).at(-1)?.type).toBe('session.status_idle');
    const ref = world.ref(session);
    expect(await world.store.log.acquireLease(ref, 'next', 0, 1)).toBeDefined();
  });

  it('tells of nothing that is not in the log', async () => {
    await connect();
    await world.message(session);
    const seen: boolean[] = [];
    onRing = async () => {
      const known = new Set((await world.history(session)).map(({ id }) => id));
      seen.push(rings().every(({ events }) => events.every(({ id }) => known.has(id))));
      return true;
    };
    await wake();
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).not.toContain(false);
  });
});
