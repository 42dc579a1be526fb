/** Faults of what clients and workers ask of the API, and of what they are told. */
import type { PlantedFault } from './fault';

const DELIVER = 'runtime/resources/deliver.ts';
const RULES = 'runtime/resources/events-rules.ts';
const THREAD = 'runtime/resources/events-thread.ts';
const VIEW = 'runtime/resources/events-view.ts';
const CLEARING = 'runtime/resources/session-clearing.ts';
const END = 'runtime/resources/sessions-end.ts';
const UPDATE = 'runtime/resources/sessions-update.ts';
const STREAM = 'runtime/http/live-stream.ts';
const STREAM_START = 'runtime/http/stream-start.ts';

export const API_FAULTS: readonly PlantedFault[] = [
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
    from: "return event.type === 'agent.tool_result' ? ",
    to: "return event.type === 'agent.mcp_tool_result' ? ",
  },
  {
    name: 'a worker is not shown what the one before it has lost',
    file: VIEW,
    from: 'return isWorker(principal) ? lossesIn(entry) : [];',
    to: 'return [];',
  },
  {
    name: 'a deleted session keeps its log',
    file: CLEARING,
    from: 'await store.log.deleteThread(thread);\n  await store.sessions.delete(workspace, id);',
    to: 'await store.sessions.delete(workspace, id);\n  if (id) return;',
  },
  {
    name: 'an archive that was cut short is not told to the lists when it is repeated',
    file: END,
    from: 'await projectEnd(store, session);\n      return',
    to: 'return',
  },
  {
    name: "a session's record is deleted before its log",
    file: CLEARING,
    from: 'await store.log.deleteThread(thread);\n  await store.sessions.delete(workspace, id);',
    to: 'await store.sessions.delete(workspace, id);\n  await store.log.deleteThread(thread);',
  },
  {
    name: 'what came by while a session was deleted is left behind',
    file: CLEARING,
    from: '  await store.log.deleteThread(thread);\n}',
    to: '}',
  },
  {
    name: 'a session is deleted without a tombstone',
    file: END,
    from: '    await putTombstone(deps, session, now);\n',
    to: '',
  },
  {
    name: 'a tombstone is put after what it stands for has gone',
    file: END,
    from: '    await putTombstone(deps, session, now);\n    await clearSession(deps, session);\n',
    to: '    await clearSession(deps, session);\n    await putTombstone(deps, session, now);\n',
  },
  {
    name: 'a tombstone is not due',
    file: 'runtime/store/tombstones.ts',
    from: "...dueAttributes('tombstone', id, lookAt),",
    to: '',
  },
  {
    name: 'a tombstone goes before what it stands for',
    file: CLEARING,
    from: '  await clearSession(deps, session);\n  if (!isThere) await deps.store.tombstones.remove(session, now);\n',
    to: '  if (!isThere) await deps.store.tombstones.remove(session, now);\n  await clearSession(deps, session);\n',
  },
  {
    name: 'a tombstone goes, and nobody has looked',
    file: CLEARING,
    from: '  await clearSession(deps, session);\n  if (!isThere)',
    to: '  if (!isThere)',
  },
  {
    name: 'a deleted session keeps its worker',
    file: CLEARING,
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
  {
    name: 'an archive is not told to a thread that is at work',
    file: END,
    from: '    await tellIfAtWork(deps, session, now);\n',
    to: '',
  },
  {
    name: 'a thread is woken before its news is there',
    file: DELIVER,
    from: 'const item = await deps.store.log.accept(ref, entries, now, now + WAKE_WITHIN);',
    to: 'await wakeSoon(deps, ref);\n  const item = await deps.store.log.accept(ref, entries, now, now + WAKE_WITHIN);\n  if (now > 0) return item;',
  },
  {
    name: 'the worker of an archived session is not stopped',
    file: END,
    from: '    await deps.workQueue.end(session, { discard: false });\n',
    to: '',
    harmless: 'It reads that the session has terminated and leaves. To stop it at once only saves the time until then.',
  },
];
