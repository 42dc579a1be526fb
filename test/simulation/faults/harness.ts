/** Faults of the harness: what it reads, decides, writes and leaves behind. */
import type { PlantedFault } from './fault';

const THREAD_WORK = 'runtime/harness/thread-work.ts';
const WAKE = 'runtime/harness/wake.ts';
const TURN = 'runtime/harness/turn.ts';
const INTERRUPTS = 'runtime/harness/interrupts.ts';
const LEASE = 'runtime/harness/lease.ts';
const DECIDE = 'runtime/harness/decide.ts';
const NEXT = 'runtime/harness/next.ts';
const INTAKE = 'runtime/harness/intake.ts';
const OUTCOME = 'runtime/harness/outcome.ts';
const REQUEST = 'runtime/harness/request.ts';
const CONTEXT = 'runtime/harness/context-cache.ts';

export const HARNESS_FAULTS: readonly PlantedFault[] = [
  {
    name: 'what a commit used up is not deleted',
    file: THREAD_WORK,
    from: '      this.deps.log.settle(this.ref, consumed),\n',
    to: '',
  },
  {
    name: 'leftovers of the last commit are not deleted before the next',
    file: THREAD_WORK,
    from: '    await this.deps.log.settle(this.ref, leftovers);\n',
    to: '',
  },
  {
    name: 'a commit does not wait for the clearing up after the one before',
    file: THREAD_WORK,
    from: '    await this.tidied();\n    const before',
    to: '    const before',
  },
  {
    name: 'a wake ends without the clearing up after its last commit',
    file: WAKE,
    from: 'await work?.tidied();',
    to: '',
  },
  {
    name: 'clearing up that failed is not done again',
    file: THREAD_WORK,
    from: '    if (failed) await this.#tidy(failed, true);\n',
    to: '',
  },
  {
    name: 'inbox items are deleted before the commit that uses them up',
    file: THREAD_WORK,
    from: '    const written = (await this.deps.log.append(',
    to: '    await this.deps.log.settle(this.ref, commit.consumed);\n    const written = (await this.deps.log.append(',
  },
  {
    name: 'a lost race for a commit is taken for won',
    file: THREAD_WORK,
    from: "(await this.deps.log.append(this.ref, commit)) !== 'taken'",
    to: "(await this.deps.log.append(this.ref, commit)) !== 'never'",
  },
  {
    name: 'the inbox is read before the end of the log',
    file: THREAD_WORK,
    from: '    this.tail = await readTail(this.deps.log, this.ref);\n    await this.#readInbox();\n',
    to: '    const early = this.deps.log.readInbox(this.ref);\n    await early;\n    this.tail = await readTail(this.deps.log, this.ref);\n    this.inbox = await early;\n',
  },
  {
    name: 'after a lost race, nothing is read anew',
    file: THREAD_WORK,
    from: '      await this.reload();\n      return undefined;',
    to: '      return undefined;',
  },
  {
    name: 'a lost race forgets the inbox, but not the context',
    file: THREAD_WORK,
    from: '    this.#context = undefined;\n    this.tail = await readTail(',
    to: '    this.tail = await readTail(',
  },
  {
    name: 'the status is not told to the lists',
    file: THREAD_WORK,
    from: 'isNews ? this.deps.sessions.project(workspace, sessionId, summary.status, n) : undefined,',
    to: 'undefined,',
  },
  {
    name: 'the status that a dead harness did not tell is not made good',
    file: THREAD_WORK,
    from: 'await Promise.all([work.#readInbox(), work.#mendProjection()]);',
    to: 'await work.#readInbox();',
  },
  {
    name: 'news is not looked for after the lease is let go',
    file: WAKE,
    from: 'if (ending.again || (work && (await work.hasNews()))) await',
    to: 'if (ending.again) await',
  },
  {
    name: 'news is looked for before the lease is let go, and not after',
    file: THREAD_WORK,
    from: 'return items.some(({ key }) => !seen.has(key) && !consumed.has(key));',
    to: 'return items.length < 0;',
  },
  {
    name: 'a wish to go on at once is not written down',
    file: WAKE,
    from: 'await lease.release(ending.again ? deps.clock.now() : ending.dueAt);',
    to: 'await lease.release(ending.dueAt);',
  },
  {
    name: 'the time to go on is forgotten with the release',
    file: WAKE,
    from: 'await lease.release(ending.again ? deps.clock.now() : ending.dueAt);',
    to: 'await lease.release();',
  },
  {
    name: 'the lease is let go after an error',
    file: WAKE,
    from: 'lease.abandon();',
    to: 'await lease.release();',
  },
  {
    name: 'the lease is not let go at the end',
    file: WAKE,
    from: 'await lease.release(ending.again ? deps.clock.now() : ending.dueAt);',
    to: 'lease.abandon();',
  },
  {
    name: 'a harness does not notice that its lease is lost',
    file: LEASE,
    from: '        if (!head) return this.#lost.abort();\n',
    to: '        if (!head) return;\n',
    harmless:
      'The lease saves money, not correctness. Its holder loses the next commit and reads anew, as one that noticed would have to.',
  },
  {
    name: 'a lease is not renewed',
    file: LEASE,
    from: '    void lease.#keep(now);\n',
    to: '',
  },
  {
    name: 'what waits for something else stays due',
    file: TURN,
    from: '    await this.work.park();\n',
    to: '',
  },
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
    from: '  for (const call of openCalls) pushResult(builder, call, textResult(RESULT_TEXT.interrupted), true);\n  for',
    to: '  for',
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
    from: 'if (pendingEvents(waiting(items, commit)).some(',
    to: 'if (pendingEvents(items).some(',
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
    from: "        if (call.route !== 'sandbox' || isAsked(call)) continue;\n        if (signal.calls !== 'all' && !signal.calls.includes(call.id)) continue;\n",
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
  },
  {
    name: 'a request is handed over without closing its span',
    file: TURN,
    from: '    recordOutcome(builder, state, outcome);\n',
    to: '',
  },
  {
    name: 'a warm harness does not notice what came since',
    file: CONTEXT,
    from: 'known?.start === start && known.upTo <= last && known.until',
    to: 'known?.start === start && known.until',
    harmless:
      'A context is only kept by whoever made or read all of it, and a log never gets shorter: it cannot reach further than the last commit.',
  },
  {
    name: 'a warm harness reads the last commit of its context twice',
    file: THREAD_WORK,
    from: 'const from = known ? known.upTo + 1 : start;',
    to: 'const from = known ? known.upTo : start;',
  },
  {
    name: 'a warm harness keeps its context across a compaction',
    file: THREAD_WORK,
    from: '    if (commit.summary.contextStart === this.#contextStart) this.#context.push',
    to: '    if (commit.summary.contextStart >= this.#contextStart) this.#context.push',
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
];
