/** Faults of what is left behind when somebody has gone, and of what is not waited for. */
import type { PlantedFault } from './fault';

const CLEARING = 'runtime/resources/session-clearing.ts';
const CLOUD = 'runtime/resources/work-cloud.ts';
const QUEUE = 'runtime/resources/work-queue.ts';
const SESSIONS = 'runtime/store/session-store.ts';
const SWEEPER = 'runtime/handlers/sweeper.ts';
const TURN = 'runtime/harness/turn.ts';
const WORK = 'runtime/store/work-store.ts';

export const LEFTOVER_FAULTS: readonly PlantedFault[] = [
  {
    name: 'a deleted session keeps its work item',
    file: QUEUE,
    from: '    await discardWorkspace(this.deps, work);\n    await store.work.delete(work);\n',
    to: '    await discardWorkspace(this.deps, work);\n',
  },
  {
    name: 'a work item that came back after its session had gone keeps its credential',
    file: CLOUD,
    from: '  await revokeSessionToken(deps, work.sessionTokenHash);\n  await deps.store.work.delete(work);\n',
    to: '  await deps.store.work.delete(work);\n',
  },
  {
    name: 'a work item that came back after its session had gone stays',
    file: CLOUD,
    from: '  await revokeSessionToken(deps, work.sessionTokenHash);\n  await deps.store.work.delete(work);\n',
    to: '  await revokeSessionToken(deps, work.sessionTokenHash);\n',
  },
  {
    name: 'the claim of a sandbox that could not be started goes on working',
    file: CLOUD,
    from: 'return OUTRUN;\n    await revokeSessionToken(this.deps, work.sessionTokenHash);\n    return { stands: true',
    to: 'return OUTRUN;\n    return { stands: true',
  },
  {
    name: 'a delete that was cut short is taken for one that is long over',
    file: CLEARING,
    from: '  if (isThere) await putTombstone(deps, session, now);\n',
    to: '',
  },
  {
    name: "the body of a deleted session's record stays",
    file: SESSIONS,
    from: '      await blobs.deletePrefix(allBlobsOf(workspace, sessionId));\n',
    to: '',
  },
  {
    name: "the body of a session's record goes before what points at it",
    file: SESSIONS,
    from: '      await table.delete(sessionKey(workspace, sessionId));\n      await blobs.deletePrefix(allBlobsOf(workspace, sessionId));\n',
    to: '      await blobs.deletePrefix(allBlobsOf(workspace, sessionId));\n      await table.delete(sessionKey(workspace, sessionId));\n',
  },
  {
    name: 'a second work item of a session leaves its name behind',
    file: WORK,
    from: '      await table.delete(name);\n',
    to: '',
    harmless: 'A name without its item is the same as none.',
  },
  {
    name: 'a sweep does not wait for those whom it wakes',
    file: SWEEPER,
    from: '  await Promise.all([revived, inTurn(',
    to: '  void Promise.all([revived, inTurn(',
  },
  {
    name: 'a sweep does not wait for what it clears away',
    file: SWEEPER,
    from: '  await inTurn(late.filter(isTombstone)',
    to: '  void inTurn(late.filter(isTombstone)',
  },
  {
    name: 'a turn does not wait for the sandbox that it had started beside its calls',
    file: TURN,
    from: '    await served;\n',
    to: '',
  },
  {
    name: 'a credential is taken back when the answer is out already',
    file: QUEUE,
    from: 'return OUTRUN;\n    await revokeSessionToken(this.deps, work.sessionTokenHash);\n    return DONE;',
    to: 'return OUTRUN;\n    void revokeSessionToken(this.deps, work.sessionTokenHash);\n    return DONE;',
  },
];
