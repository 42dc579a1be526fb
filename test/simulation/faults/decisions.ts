/** Faults of what the harness decides, and of how it asks. */
import type { PlantedFault } from './fault';

const INTERRUPTS = 'runtime/harness/interrupts.ts';
const DECIDE = 'runtime/harness/decide.ts';
const NEXT = 'runtime/harness/next.ts';
const INTAKE = 'runtime/harness/intake.ts';
const OUTCOME = 'runtime/harness/outcome.ts';
const REQUEST = 'runtime/harness/request.ts';

export const DECISION_FAULTS: readonly PlantedFault[] = [
  {
    name: 'a model request whose harness died is not noticed',
    file: DECIDE,
    from: 'const known = outcome ?? orphanOf(state);',
    to: 'const known = outcome;',
  },
  {
    name: 'a harness that died is not counted as a failed try',
    file: DECIDE,
    from: '    transient: true,\n',
    to: '    transient: false,\n',
  },
  {
    name: 'a thread that has terminated takes up what comes',
    file: DECIDE,
    from: "  if (state.summary.status === 'terminated') return { commit, deed: { type: 'rest' } };\n",
    to: '',
    harmless:
      'It is looked at again before anything is taken up. Only the outcome of a request comes before that, and a thread has none that was ended by another: its commit fails first.',
  },
  {
    name: 'what comes at the moment in which a thread terminates is taken up once more',
    file: DECIDE,
    from: "  if (commit.summary.status === 'terminated') return { commit, deed: { type: 'rest' } };\n",
    to: '',
  },
  {
    name: 'an archived session goes on',
    file: DECIDE,
    from: '  if (state.session.archivedAt !== null) {',
    to: '  if (state.session.archivedAt === 0) {',
  },
  {
    name: 'the model is asked while calls are open',
    file: NEXT,
    from: '    if (deed) return deed;\n',
    to: "    if (deed && deed.type !== 'serve') return deed;\n",
  },
  {
    name: 'the budget is not looked at',
    file: NEXT,
    from: '  if (isOverBudget(session, builder.summary, builder.now)) return stopAtBudget(builder, state);\n',
    to: '',
  },
  {
    name: 'a retry does not wait',
    file: NEXT,
    from: "  if (retry && retry.notBefore > builder.now) return { type: 'sleep', until: retry.notBefore };\n",
    to: '',
    harmless:
      'Nothing is lost by asking sooner: how long a pause lasts is a kindness to the model API. Unit tests hold it.',
  },
  {
    name: 'a message is answered and left in the inbox',
    file: NEXT,
    from: "  if (purpose === 'turn') for (const waiting of messages) builder.admit(waiting);\n",
    to: "  if (purpose === 'turn') for (const { entry } of messages) if (entry.event) builder.push(entry.event as never);\n",
  },
  {
    name: 'a compaction takes up the messages that wait, and forgets them',
    file: NEXT,
    from: "  if (purpose === 'turn') for (const waiting of messages) builder.admit(waiting);\n",
    to: '  for (const waiting of messages) builder.admit(waiting);\n',
  },
  {
    name: 'a call that the client denied is served',
    file: NEXT,
    from: "  if (call.verdict === 'deny') return",
    to: "  if (call.verdict === undefined && call.permission === 'deny') return",
  },
  {
    name: 'an interrupt is dropped',
    file: INTAKE,
    from: '  if (interrupts.length > 0) interrupt(builder, state, interrupts);\n',
    to: '  for (const waiting of interrupts) builder.drop(waiting);\n',
  },
  {
    name: 'an interrupt leaves open calls without a result',
    file: INTAKE,
    from: '  closeCalls(builder);\n  for (const waiting of interrupts)',
    to: '  for (const waiting of interrupts)',
  },
  {
    name: 'an interrupt does not end the turn',
    file: INTAKE,
    from: "  if (status !== 'idle' || stopReason?.type === 'requires_action') goIdle(builder, session, { type: 'end_turn' });\n",
    to: '',
  },
  {
    name: 'an interrupt is not watched for while the model speaks',
    file: REQUEST,
    from: '  void watchForInterrupt(deps, asked, interrupted, done.signal);\n',
    to: '',
  },
  {
    name: 'an interrupt that was taken up stops the next request, too',
    file: INTERRUPTS,
    from: 'return pendingEvents(waiting(items, commit)).some(',
    to: 'return pendingEvents(items).some(',
  },
  {
    name: 'a lost sandbox ends no call',
    file: INTAKE,
    from: "        if (call.route !== 'sandbox' || isAsked(call)) continue;\n",
    to: "        if (call.route !== 'custom') continue;\n",
  },
  {
    name: 'a lost sandbox ends a call whose result waits',
    file: INTAKE,
    from: '        if (hasAnswer(state, call)) continue;\n',
    to: '',
    harmless:
      'Which calls a lost worker held is told by calls that had no result when it was buried, and its token was void by then. A result that still got in between is of a request that was under way; both words about it are true.',
  },
  {
    name: 'a lost sandbox ends calls that wait for the client',
    file: INTAKE,
    from: "        if (call.route !== 'sandbox' || isAsked(call)) continue;\n        if (!signal.calls.includes(call.id)) continue;\n",
    to: '',
  },
  {
    name: 'a second result of a call is taken up',
    file: INTAKE,
    from: '  if (!call || !fits(event, call)) return takeStale(builder, state, waiting);\n',
    to: '  if (call && !fits(event, call)) return takeStale(builder, state, waiting);\n',
  },
  {
    name: 'results are not brought into the order of their calls',
    file: INTAKE,
    from: '  if (first !== call) return;\n',
    to: '',
    harmless:
      'The order of results within one turn is looks, not safety: the model gets them in call order. Unit tests hold it.',
  },
  {
    name: 'a stale answer stays in the inbox',
    file: INTAKE,
    from: '  if (own) builder.drop(waiting);\n  else builder.admit(waiting, undefined, { stale: true });\n',
    to: '  if (own) builder.drop(waiting);\n',
  },
  {
    name: 'a signal is taken up again and again',
    file: INTAKE,
    from: '  }\n  builder.drop(waiting);\n}',
    to: '  }\n}',
  },
  {
    name: 'a failed request is not charged to the tries',
    file: OUTCOME,
    from: 'const failures = (builder.summary.retry?.failures ?? 0) + 1;',
    to: 'const failures = 6;',
  },
  {
    name: 'a response is not charged',
    file: OUTCOME,
    from: '    response: refused ? [] : response.blocks,\n    charge,\n',
    to: '    response: refused ? [] : response.blocks,\n',
  },
  {
    name: 'a compaction is not charged',
    file: OUTCOME,
    from: "  endSpan(builder, startId, false, response.usage, { purpose, charge });\n  builder.push<'agent.thread",
    to: "  endSpan(builder, startId, false, response.usage, { purpose });\n  builder.push<'agent.thread",
  },
  {
    name: 'messages that wait when a session terminates are lost',
    file: OUTCOME,
    from: '    takeQueued(builder, state, true);\n',
    to: '',
    harmless:
      'They are listed as waiting for good, as what comes a moment later is. Unit tests hold that they are taken up.',
  },
  {
    name: 'a call of an MCP tool is not marked as begun',
    file: NEXT,
    from: '  for (const id of callIds) builder.begin(id);\n',
    to: '',
  },
  {
    name: 'an unfinished call of an MCP tool is made again',
    file: NEXT,
    from: 'return begun > 0 && (!repeatable ||',
    to: 'return begun > 5 && (!repeatable ||',
  },
  {
    name: 'what an MCP server answered is not recorded',
    file: OUTCOME,
    from: '    if (call) pushResult(builder, call, content, isError);',
    to: '    if (call && isError) pushResult(builder, call, content, isError);',
  },
  {
    name: 'a cycle begins before its MCP servers are dialled',
    file: DECIDE,
    from: 'return begins && !dialled &&',
    to: 'return begins && dialled &&',
  },
  {
    name: 'a turn that an archive cut short is not closed',
    file: DECIDE,
    from: '  if (isAtWork(commit)) endTurn(commit, state);\n',
    to: '',
  },
  {
    name: 'a call counts as open although the model was told its result',
    file: INTAKE,
    from: '    return builder.drop(waiting);\n  }\n  builder.admit(waiting);\n}',
    to: '    return;\n  }\n  builder.admit(waiting);\n}',
  },
  {
    name: 'the result of another call counts as that of a call whose worker is lost',
    file: INTAKE,
    from: "({ entry }) => entry.event?.type === 'user.tool_result' && entry.event.tool_use_id === call.id,",
    to: "({ entry }) => entry.event?.type === 'user.tool_result',",
  },
];
