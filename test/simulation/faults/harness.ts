/** Faults of the harness: what it reads, writes and leaves behind. */
import type { PlantedFault } from './fault';

const THREAD_WORK = 'runtime/harness/thread-work.ts';
const WAKE = 'runtime/harness/wake.ts';
const TURN = 'runtime/harness/turn.ts';
const LEASE = 'runtime/harness/lease.ts';
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
    from: '    this.tail = await readTail(this.deps.log, this.ref);\n    await this.#takeUp(await this.deps.log.readInbox(this.ref));\n',
    to: '    const early = await this.deps.log.readInbox(this.ref);\n    this.tail = await readTail(this.deps.log, this.ref);\n    await this.#takeUp(early);\n',
  },
  {
    name: 'a wake reads the inbox before the end of the log',
    file: THREAD_WORK,
    from: '    const tail = await readTail(log, ref, contexts.reaches(ref));\n    return { tail, inbox: await log.readInbox(ref) };\n',
    to: '    const inbox = await log.readInbox(ref);\n    return { tail: await readTail(log, ref, contexts.reaches(ref)), inbox };\n',
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
    from: 'await Promise.all([work.#takeUp(inbox), work.#mendProjection()]);',
    to: 'await work.#takeUp(inbox);',
  },
  {
    name: 'news is not looked for after the lease is let go',
    file: WAKE,
    from: 'if (ending.again || !isReleased || (await work.hasNews())) await',
    to: 'if (ending.again || !isReleased) await',
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
    from: '(await lease.release(ending.again ? deps.clock.now() : ending.dueAt));',
    to: '(await lease.release(ending.dueAt));',
  },
  {
    name: 'the time to go on is forgotten with the release',
    file: WAKE,
    from: '(await lease.release(ending.again ? deps.clock.now() : ending.dueAt));',
    to: '(await lease.release());',
  },
  {
    name: 'the lease is let go after an error',
    file: WAKE,
    from: '    // Not released: the lease lapses, and the sweeper wakes the thread at that pace for as long as this goes on.\n    await lease.abandon();',
    to: '    await lease.release();',
  },
  {
    name: 'a lease that may be lost is let go as if nothing were left to do',
    file: WAKE,
    from: '  if (lease.lost.aborted) await lease.abandon();\n',
    to: '  if (lease.lost.aborted) await lease.release();\n',
  },
  {
    name: 'the lease is not let go at the end',
    file: WAKE,
    from: 'const isReleased = !lease.lost.aborted && (await lease.release(ending.again ? deps.clock.now() : ending.dueAt));',
    to: 'const isReleased = !lease.lost.aborted;\n  await lease.abandon();',
  },
  {
    name: 'a harness does not notice that its lease is lost',
    file: LEASE,
    from: '    else this.#lost.abort();\n',
    to: '',
    harmless:
      'The lease saves money, not correctness. Its holder loses the next commit and reads anew, as one that noticed would have to.',
  },
  {
    name: 'a harness that slept for longer than its lease takes up what it finds',
    file: TURN,
    from: 'if (!(await this.lease.holds())) return {};',
    to: 'if (this.lease.lost.aborted) return {};',
  },
  {
    name: 'a lease is not renewed',
    file: LEASE,
    from: '    void lease.#keep();\n',
    to: '',
  },
  {
    name: 'what a sleeper wrote to a deleted thread stays',
    file: WAKE,
    from: 'nobody else comes by.\n    await deps.log.deleteThread(ref);\n',
    to: 'nobody else comes by.\n',
  },
  {
    name: 'what waits for something else stays due',
    file: TURN,
    from: '    await this.work.park();\n',
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
    harmless: 'Where a context begins is looked at again before it is used: one of before the compaction is read anew.',
  },
  {
    name: 'an archive is not heard of by a harness at work',
    file: THREAD_WORK,
    from: "['session_updated', 'session_archived'];",
    to: "['session_updated'];",
    harmless:
      'It asks the model once or twice more at most: when it has let go, the signal is news, and the next wake reads the record.',
  },
  {
    name: 'whoever was superseded asks for no wake',
    file: WAKE,
    from: 'if (ending.again || !isReleased || (await work.hasNews())) await',
    to: 'if (ending.again || (await work.hasNews())) await',
  },
  {
    name: 'a commit of somebody else is no news',
    file: THREAD_WORK,
    from: '    for await (const { n } of this.deps.log.readCommits(this.ref, range)) if (n > this.state.n) return true;\n',
    to: '',
  },
  {
    name: 'a wake for what is left is not asked for',
    file: WAKE,
    from: 'if (ending.again || !isReleased || (await work.hasNews())) await',
    to: 'if (!isReleased) await',
  },
  {
    name: 'the lease of a thread whose session is gone is let go before the thread is cleared up',
    file: WAKE,
    from: '    await lease.abandon();\n    await deps.log.deleteThread(ref);\n',
    to: '    await lease.release();\n    await deps.log.deleteThread(ref);\n',
  },
];
