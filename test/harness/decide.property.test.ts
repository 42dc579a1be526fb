import * as fc from 'fast-check';
import { TURN_LIMITS } from '../../runtime/harness/policy';
import { foldCommit } from '../../runtime/thread/fold';
import { checkHistory } from '../../runtime/thread/invariants';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { Play, sessionRecord } from '../support/decisions';

/** What may happen to a thread at any point, whether it fits or not. */
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('message' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('interrupt' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('answer' as const), pick: fc.nat(3), deny: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('respond' as const),
      calls: fc.array(fc.constantFrom('sandbox', 'custom', 'ask', 'deny', 'mcp', 'again', 'askMcp'), { maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), transient: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('called' as const), all: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lost' as const) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

const MCP = { eventType: 'agent.mcp_tool_use', route: 'mcp', name: 'search', mcpServer: 'own' } as const;
const CALLS = {
  sandbox: {},
  custom: { eventType: 'agent.custom_tool_use', route: 'custom', name: 'weather' },
  ask: { permission: 'ask', evaluation: { type: 'always_ask' } },
  deny: { permission: 'deny', route: 'refused' },
  mcp: MCP,
  again: { ...MCP, repeatable: true },
  askMcp: { ...MCP, permission: 'ask', evaluation: { type: 'always_ask' } },
} as const;

/** Answers the open call at a position in whatever way its kind is answered now. */
function answer(play: Play, pick: number, deny: boolean): string[] {
  const call = play.summary.openCalls[pick % Math.max(1, play.summary.openCalls.length)];
  if (!call) return [];
  if (call.route === 'custom') return play.send({ type: 'user.custom_tool_result', custom_tool_use_id: call.id });
  if (call.permission === 'ask' && !call.verdict) {
    return play.send({ type: 'user.tool_confirmation', tool_use_id: call.id, result: deny ? 'deny' : 'allow' });
  }
  // Nobody can answer a call that may not run: the API takes no such event.
  return call.route === 'sandbox' ? play.send({ type: 'user.tool_result', tool_use_id: call.id }) : [];
}

function happen(play: Play, what: Happening, accepted: string[]): void {
  switch (what.do) {
    case 'message':
      accepted.push(...play.message());
      break;
    case 'interrupt':
      accepted.push(...play.send({ type: 'user.interrupt' }));
      break;
    case 'answer':
      accepted.push(...answer(play, what.pick, what.deny));
      break;
    case 'respond':
      if (play.deed.type === 'request') play.respond({ text: 'well', calls: what.calls.map((call) => CALLS[call]) });
      return;
    case 'fail':
      if (play.deed.type === 'request') play.fail(what.transient);
      return;
    case 'called':
      if (play.deed.type === 'call') play.called(...play.deed.callIds.slice(what.all ? 0 : 1));
      return;
    case 'crash':
      break;
    case 'lost':
      play.signal({ type: 'sandbox_lost', workId: 'work_1', calls: play.open, reason: 'it died' });
      break;
  }
  // A harness that waits for the model does not decide before it has answered; a crash makes another one decide.
  if ((play.deed.type !== 'request' && play.deed.type !== 'call') || what.do === 'crash') play.step();
}

/** The position of the first call that waits for a confirmation; the first call, when none does. */
function firstHeld(play: Play): number {
  return Math.max(
    0,
    play.summary.openCalls.findIndex(({ permission, verdict }) => permission === 'ask' && !verdict),
  );
}

/** Gives the thread all it waits for, until it has nothing left to do. */
function settle(play: Play): void {
  for (let i = 0; i < 200; i += 1) {
    play.now += 120_000_000;
    if (play.deed.type === 'request') play.respond({ text: 'done' });
    else if (play.deed.type === 'call') play.called(...play.deed.callIds);
    else if (play.summary.openCalls.length > 0) answer(play, firstHeld(play), false);
    else if (play.deed.type === 'rest' && play.inbox.length === 0) return;
    if (play.deed.type !== 'request' && play.deed.type !== 'call') play.step();
  }
  throw new Error(`the thread does not come to rest: ${JSON.stringify(play.deed)}`);
}

describe.each(['cloud', 'self_hosted'] as const)('whatever happens to a %s thread', (kind) => {
  const agent = {
    ...sessionRecord().agent,
    mcp_servers: [{ type: 'url' as const, name: 'own', url: 'https://a.test/' }],
  };
  const session = () =>
    kind === 'cloud' ? sessionRecord({ agent }) : sessionRecord({ agent, environmentConfig: { type: 'self_hosted' } });
  const played = (happenings: readonly Happening[]) => {
    const play = new Play(session());
    const accepted: string[] = [];
    for (const what of happenings) happen(play, what, accepted);
    settle(play);
    return { play, accepted };
  };

  it('comes to rest with a history in which all invariants hold', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        const { play, accepted } = played(happenings);
        // A cloud worker's answers are the service's own: late ones leave no trace.
        const own = new Set(
          kind === 'cloud' ? play.events.flatMap(({ type, id }) => (type === 'agent.tool_result' ? [id] : [])) : [],
        );
        const shown = new Set(play.events.map(({ id }) => id));
        const expected = accepted.filter((id) => shown.has(id) || own.has(id) || kind === 'self_hosted');
        expect(checkHistory(play.events, { accepted: expected, selfHosted: kind === 'self_hosted' })).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('begins a call once, or as often as is allowed where its tool may run again', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
        const { play } = played(happenings);
        const begun = new Map<string, number>();
        for (const id of play.commits.flatMap(({ begins = [] }) => begins)) begun.set(id, (begun.get(id) ?? 0) + 1);
        for (const { event, private: hidden } of play.commits.flatMap(({ records }) => records)) {
          if (event.type !== 'agent.mcp_tool_use') continue;
          expect(begun.get(event.id) ?? 0).toBeLessThanOrEqual(hidden?.repeatable ? TURN_LIMITS.begins : 1);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('has numbered its commits without a gap, and each carries the fold of all records before it', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
        const { play } = played(happenings);
        let summary = EMPTY_SUMMARY;
        play.commits.forEach((commit, index) => {
          expect(commit.n).toBe(index + 1);
          summary = foldCommit(summary, commit);
          expect(commit.summary).toEqual({ ...summary, partial: commit.summary.partial });
        });
      }),
      { numRuns: 100 },
    );
  });
});
