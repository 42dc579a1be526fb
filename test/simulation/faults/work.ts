/** Faults of what stands between threads and their workers, and of what clients and workers ask of the API. */
import type { PlantedFault } from './fault';

const CLOUD = 'runtime/resources/work-cloud.ts';
const ITEM = 'runtime/resources/work-item.ts';
const LEASE = 'runtime/resources/work-lease.ts';
const NEEDS = 'runtime/resources/work-needs.ts';
const QUEUE = 'runtime/resources/work-queue.ts';
const TOKEN = 'runtime/resources/work-token.ts';
const POLL = 'runtime/resources/work.ts';
const DELIVER = 'runtime/resources/deliver.ts';
const RULES = 'runtime/resources/events-rules.ts';
const THREAD = 'runtime/resources/events-thread.ts';
const VIEW = 'runtime/resources/events-view.ts';
const END = 'runtime/resources/sessions-end.ts';
const UPDATE = 'runtime/resources/sessions-update.ts';
const FARGATE = 'runtime/aws/fargate-task.ts';
const SWEEPER = 'runtime/handlers/sweeper.ts';
const STREAM = 'runtime/http/live-stream.ts';
const STREAM_START = 'runtime/http/stream-start.ts';

export const WORK_FAULTS: readonly PlantedFault[] = [
  {
    name: 'a lost worker is not told to its thread',
    file: CLOUD,
    from: 'if (session) await this.tellLost(',
    to: 'if (!session) await this.tellLost(',
  },
  {
    name: 'a lost worker ends all calls, those too that have a result',
    file: CLOUD,
    from: 'calls: unserved,',
    to: "calls: 'all' as const,",
    harmless:
      'The harness passes over calls whose result waits, and a call that was never handed out is open for no worker.',
  },
  {
    name: 'a lost worker is not told when its item was changed meanwhile',
    file: CLOUD,
    from: 'if (!(await store.work.update(dying(work, clock.now())))) return OUTRUN;',
    to: 'if (!(await store.work.update(dying(work, clock.now())))) return DONE;',
  },
  {
    name: 'the sandbox of a lost worker is not stopped, and its token goes on working',
    file: CLOUD,
    from: 'await launcher.stop({ workspace: work.workspace, id: work.sessionId }, { discard: false, task });',
    to: '',
    harmless: 'Its token is void; it costs until its supervisor notices, which no history shows.',
  },
  {
    name: 'a worker that was given up keeps its token',
    file: TOKEN,
    from: 'if (hash !== null) await deps.store.keys.removeByHash(hash);',
    to: '',
  },
  {
    name: 'a worker that is dying is not due',
    file: ITEM,
    from: 'leaseUntil: now + TELL_WITHIN, sessionTokenHash: null };',
    to: 'leaseUntil: null, sessionTokenHash: null };',
  },
  {
    name: 'a stopped item is not due',
    file: ITEM,
    from: '{ ...ended(work, now), leaseUntil: now + work.ttlSeconds * MICROS_PER_SECOND }',
    to: '{ ...ended(work, now), leaseUntil: null }',
  },
  {
    name: 'a settled item stays due',
    file: ITEM,
    from: 'leaseUntil: null, task: null, sessionTokenHash: null, wantedAgain: false });',
    to: 'task: null, sessionTokenHash: null, wantedAgain: false });',
  },
  {
    name: 'an item whose worker starts is not due',
    file: ITEM,
    from: 'leaseUntil: now + startWithin,',
    to: 'leaseUntil: null,',
  },
  {
    name: 'an item that a worker has acknowledged is not due',
    file: ITEM,
    from: 'leaseUntil: now + FIRST_HEARTBEAT_WITHIN,\n  });\n}\n\n/**\n * A `cloud` item',
    to: 'leaseUntil: null,\n  });\n}\n\n/**\n * A `cloud` item',
  },
  {
    name: 'a failed start is not due',
    file: ITEM,
    from: 'leaseUntil: now + startPause(work),',
    to: 'leaseUntil: null,',
  },
  {
    name: 'a heartbeat does not prolong the lease',
    file: ITEM,
    from: 'leaseUntil: now + ttlSeconds * MICROS_PER_SECOND,\n    ttlSeconds,',
    to: 'ttlSeconds,',
  },
  {
    name: 'a lease of a worker never lapses',
    file: ITEM,
    from: 'return work.leaseUntil !== null && work.leaseUntil <= now;',
    to: 'return work.leaseUntil !== null && work.leaseUntil <= 0;',
  },
  {
    name: 'a lease of a worker lapses while it holds',
    file: ITEM,
    from: 'return work.leaseUntil !== null && work.leaseUntil <= now;',
    to: 'return work.leaseUntil !== null && work.leaseUntil <= now + 45_000_000;',
  },
  {
    name: 'a heartbeat with another expectation is taken',
    file: LEASE,
    from: 'checkPrecondition(item, query.expected_last_heartbeat ?? undefined);',
    to: '',
    harmless:
      'Each item has one token that works, so a second worker is refused before its expectation is looked at. A user who shares a token gets the 412; unit tests hold it.',
  },
  {
    name: 'a heartbeat of an item that is to stop is taken',
    file: LEASE,
    from: 'if (isEnding(item)) return item;',
    to: '',
  },
  {
    name: 'an item may be acknowledged twice',
    file: LEASE,
    from: "if (item.state !== 'queued') throw notQueued(item);",
    to: '',
    harmless: 'A poll hands an item to one worker at a time, and makes the credential of the one before void.',
  },
  {
    name: 'a request to stop is ignored',
    file: LEASE,
    from: 'return force || work.state ===',
    to: 'return work.state ===',
  },
  {
    name: 'a stop does not look at what is left to do',
    file: LEASE,
    from: "if (work.state === 'stopped' && !byOperator) await queue.settle(work.workspace, work.environmentId, work.id);",
    to: '',
  },
  {
    name: 'a worker is not asked for again while one is leaving',
    file: QUEUE,
    from: 'return work.wantedAgain ? DONE : written(store.work.update(wantedAgain(work)));',
    to: 'return DONE;',
  },
  {
    name: 'that a worker is wanted again is forgotten when the one before leaves',
    file: ITEM,
    from: 'export function wantedAgain(work: WorkRecord): WorkRecord {\n  return step(work, { wantedAgain: true });',
    to: 'export function wantedAgain(work: WorkRecord): WorkRecord {\n  return step(work, { wantedAgain: false });',
  },
  {
    name: 'no worker is started for a stopped item',
    file: QUEUE,
    from: '? this.cloud.start(work, session, 0) : this.requeue(work);',
    to: '? DONE : this.requeue(work);',
  },
  {
    name: "a user's item that lapsed is not queued again",
    file: QUEUE,
    from: 'return busy ? this.requeue(work) : this.finish(work);',
    to: 'return this.finish(work);',
  },
  {
    name: 'an offered item is offered again at once',
    file: POLL,
    from: "if (item.state !== 'queued' || (item.reservedAt !== null && item.reservedAt > now - reclaimAfter)) continue;",
    to: "if (item.state !== 'queued') continue;",
    harmless: 'Whoever gets it next makes the token of the one before void. It is rude, not wrong.',
  },
  {
    name: 'one work item is taken by two workers',
    file: POLL,
    from: 'if (await deps.store.work.update(offer)) {',
    to: 'if ((await deps.store.work.update(offer)) || true) {',
    harmless: 'Acknowledging it is a conditional write, too: the second worker is refused there.',
  },
  {
    name: 'the needs of a session are read from the log before the inbox',
    file: NEEDS,
    from: 'const inbox = await store.log.readInbox(ref);\n  const last = await store.log.lastCommit(ref);',
    to: 'const last = await store.log.lastCommit(ref);\n  const inbox = await store.log.readInbox(ref);',
    harmless:
      'A call that is taken for unserved gets a worker that finds nothing to do, or a word about it that is not listened to any more.',
  },
  {
    name: 'a call whose result waits is taken for unserved',
    file: NEEDS,
    from: '.filter((id) => !answered.has(id))',
    to: '.filter((id) => id !== answered.toString())',
    harmless:
      'It gets a worker that finds it answered, or a word about it that the harness passes over because its result waits.',
  },
  {
    name: "a call that is confirmed, and not yet taken up, is not the worker's",
    file: NEEDS,
    from: "(permission === 'ask' && !verdict && confirmed.has(id))",
    to: "(permission === 'ask' && verdict === 'allow' && confirmed.has(id))",
  },
  {
    name: 'accepted events wake nobody',
    file: DELIVER,
    from: 'await wakeSoon(deps, ref);\n  return item;',
    to: 'return item;',
  },
  {
    name: 'an event is accepted with its wake, which may fail',
    file: DELIVER,
    from: '    await waker.wake(ref);\n  } catch {',
    to: '    await waker.wake(ref);\n  } catch (error) {\n    throw error;',
    harmless: 'A client without an answer looks whether its event arrived, as it has to anyway.',
  },
  {
    name: 'an event is due a minute too late',
    file: DELIVER,
    from: 'const WAKE_WITHIN: Micros = 10 * MICROS_PER_SECOND;',
    to: 'const WAKE_WITHIN: Micros = 100_000 * MICROS_PER_SECOND;',
  },
  {
    name: 'a call may be answered twice',
    file: RULES,
    from: 'if (this.#answered.has(callId)) throw invalid(',
    to: "if (this.#answered.has('never')) throw invalid(",
    harmless: 'The first answer counts, and the harness records the second as too late. The rule only says so earlier.',
  },
  {
    name: 'a thread is read from the log before the inbox',
    file: THREAD,
    from: 'const items = await log.readInbox(ref);\n    const last = await log.lastCommit(ref);',
    to: 'const last = await log.lastCommit(ref);\n    const items = await log.readInbox(ref);',
  },
  {
    name: 'what is history already is listed as waiting, too',
    file: THREAD,
    from: 'const left = waiting(items, last);',
    to: 'const left = [...items];',
  },
  {
    name: 'a slow reader does not notice that the thread went on',
    file: THREAD,
    from: 'if (left.length === 0 || reads === MAX_READS) return now;',
    to: 'if (reads > 0) return now;',
  },
  {
    name: 'a worker is shown results of a cloud environment as others see them',
    file: VIEW,
    from: "return isWorker(principal) && event.type === 'agent.tool_result' ? ",
    to: "return isWorker(principal) && event.type === 'agent.mcp_tool_result' ? ",
  },
  {
    name: 'a deleted session keeps its log',
    file: END,
    from: 'await store.log.deleteThread(primaryThread(session));',
    to: '',
  },
  {
    name: 'an archive that was cut short is not told to the lists when it is repeated',
    file: END,
    from: 'await projectEnd(store, session);\n      return',
    to: 'return',
  },
  {
    name: 'the work item of a session that is gone stays',
    file: QUEUE,
    from: 'if (!session) return forget(this.deps, work);',
    to: '',
  },
  {
    name: "a session's record is deleted before its log",
    file: END,
    from: 'await store.log.deleteThread(primaryThread(session));\n    await store.sessions.delete(session.workspace, session.id);',
    to: 'await store.sessions.delete(session.workspace, session.id);\n    await store.log.deleteThread(primaryThread(session));',
  },
  {
    name: 'a deleted session keeps its worker',
    file: END,
    from: 'await workQueue.end(session, { discard: true });',
    to: '',
  },
  {
    name: 'a raised budget is not told to the thread',
    file: UPDATE,
    from: 'if (!(await store.sessions.update(next))) continue;',
    to: 'if (!(await store.sessions.update(next))) continue;\n      if (next.budget) return toSession(next, thread, now);',
  },
  {
    name: 'a repeated raise does not wake the thread',
    file: UPDATE,
    from: "if (thread.summary.stopReason?.type === 'budget_reached') await wakeSoon(deps, ref);",
    to: '',
  },
  {
    name: 'a sandbox is started without a client token',
    file: FARGATE,
    from: "clientToken: createHash('sha256').update(`${task.startId}:${capacity}`).digest('hex'),",
    to: '',
  },
  {
    name: 'a sandbox is started with the same token every time',
    file: FARGATE,
    from: 'update(`${task.startId}:${capacity}`)',
    to: 'update(capacity)',
  },
  {
    name: 'the sweeper passes over leases',
    file: SWEEPER,
    from: "= ['inbox', 'lease', 'work', 'vault'];",
    to: "= ['inbox', 'work', 'vault'];",
  },
  {
    name: 'the sweeper passes over inboxes',
    file: SWEEPER,
    from: "= ['inbox', 'lease', 'work', 'vault'];",
    to: "= ['lease', 'work', 'vault'];",
  },
  {
    name: 'the sweeper passes over work',
    file: SWEEPER,
    from: "= ['inbox', 'lease', 'work', 'vault'];",
    to: "= ['inbox', 'lease', 'vault'];",
  },
  {
    name: 'a stream passes over the commit after the one that it resumes in',
    file: STREAM_START,
    from: 'return { after: found.commit.n - 1, skip: found.index + 1 };',
    to: 'return { after: found.commit.n, skip: 0 };',
  },
  {
    name: 'a stream goes on one commit too late',
    file: STREAM,
    from: 'const range = { from: this.#position + 1, eventual: true };',
    to: 'const range = { from: this.#position + 2, eventual: true };',
  },
  {
    name: 'a stream reads the thread before it fixes where it begins',
    file: STREAM_START,
    from: 'const live: StreamStart = { after: last?.n ?? 0, skip: 0 };',
    to: 'const live: StreamStart = { after: (last?.n ?? 0) + 1, skip: 0 };',
  },
];
