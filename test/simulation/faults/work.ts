/** Faults of what stands between threads and their workers. */
import type { PlantedFault } from './fault';

const CLAIM = 'runtime/resources/sandbox-claim.ts';
const CLOUD = 'runtime/resources/work-cloud.ts';
const ITEM = 'runtime/resources/work-item.ts';
const LEASE = 'runtime/resources/work-lease.ts';
const NEEDS = 'runtime/resources/work-needs.ts';
const QUEUE = 'runtime/resources/work-queue.ts';
const TOKEN = 'runtime/resources/work-token.ts';
const POLL = 'runtime/resources/work.ts';
const FARGATE = 'runtime/aws/fargate-task.ts';
const SWEEPER = 'runtime/handlers/sweeper.ts';

export const WORK_FAULTS: readonly PlantedFault[] = [
  {
    name: 'a lost worker is not told to its thread',
    file: CLOUD,
    from: 'if (session) await this.tellLost(',
    to: 'if (!session) await this.tellLost(',
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
  },
  {
    name: 'a call of a worker that died is served again before its end is said',
    file: NEEDS,
    from: 'const answered = new Set([...results, ...lostCalls(left)]);',
    to: 'const answered = new Set(results);',
    harmless: 'The worker that is started for it is shown that the call has its answer.',
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
    name: 'the work item of a session that is gone stays',
    file: QUEUE,
    from: 'if (!session) return forget(this.deps, work);\n    if (session.archivedAt',
    to: 'if (!session) return DONE;\n    if (session.archivedAt',
  },
  {
    name: 'an item whose worker nobody began to start is not due',
    file: ITEM,
    from: "leaseUntil: kind === 'cloud' ? now + BEGIN_WITHIN : null,",
    to: 'leaseUntil: null,',
  },
  {
    name: 'an item that was never begun stays when its session is gone',
    file: QUEUE,
    from: 'if (!session) return forget(this.deps, work);\n    const { unserved }',
    to: 'if (!session) return DONE;\n    const { unserved }',
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
    name: 'a held lease wakes its thread',
    file: SWEEPER,
    from: 'const late = found.filter((item) => !isHeld(item));',
    to: 'const late = found;',
  },
  {
    name: 'the sweeper passes over leases',
    file: SWEEPER,
    from: "= ['inbox', 'lease', 'work', 'vault', 'tombstone'];",
    to: "= ['inbox', 'work', 'vault', 'tombstone'];",
  },
  {
    name: 'the sweeper passes over inboxes',
    file: SWEEPER,
    from: "= ['inbox', 'lease', 'work', 'vault', 'tombstone'];",
    to: "= ['lease', 'work', 'vault', 'tombstone'];",
  },
  {
    name: 'the sweeper passes over work',
    file: SWEEPER,
    from: "= ['inbox', 'lease', 'work', 'vault', 'tombstone'];",
    to: "= ['inbox', 'lease', 'vault', 'tombstone'];",
  },
  {
    name: 'the sweeper passes over tombstones',
    file: SWEEPER,
    from: "= ['inbox', 'lease', 'work', 'vault', 'tombstone'];",
    to: "= ['inbox', 'lease', 'work', 'vault'];",
  },
  {
    name: 'a start that another one outran goes on',
    file: CLOUD,
    from: '      await revokeSessionToken(this.deps, credential.hash);\n      return OUTRUN;',
    to: '      await revokeSessionToken(this.deps, work.sessionTokenHash);',
  },
  {
    name: 'the sandbox of a start that was outrun keeps its claim',
    file: CLOUD,
    from: '      await revokeSessionToken(this.deps, credential.hash);\n      return OUTRUN;',
    to: '      return OUTRUN;',
  },
  {
    name: 'a claim that was exchanged works again',
    file: CLAIM,
    from: '  await revokeSessionToken(deps, caller.secretHash);\n',
    to: '',
  },
  {
    name: 'a claim is exchanged for a token that the item knows nothing of',
    file: CLAIM,
    from: '    if (await store.work.update(exchanged(work, tokenHash))) return true;\n',
    to: '    return true;\n',
  },
  {
    name: 'a worker that is wanted again while one dies is not started',
    file: CLOUD,
    from: '    if (current.wantedAgain) return this.start(current, session, 0);\n',
    to: '',
  },
  {
    name: 'a worker that let go with calls left is not replaced',
    file: QUEUE,
    from: 'if (work.wantedAgain || unserved.length > 0) return',
    to: 'if (work.wantedAgain) return',
  },
  {
    name: 'a thread is told of its dead worker before that is written down',
    file: CLOUD,
    from: '    if (!(await store.work.update(dying(work, clock.now())))) return OUTRUN;\n    await revokeSessionToken(this.deps, work.sessionTokenHash);',
    to: '    const early = await store.sessions.get(work.workspace, work.sessionId);\n    if (early) await this.tellLost(work, early, cause);\n    if (!(await store.work.update(dying(work, clock.now())))) return OUTRUN;\n    await revokeSessionToken(this.deps, work.sessionTokenHash);',
  },
  {
    name: 'a change of an item that another one outran is given up',
    file: LEASE,
    from: 'if (changed === work || (await deps.store.work.update(changed))) return changed;',
    to: 'if (changed === work || (await deps.store.work.update(changed)) || tries === 0) return changed;',
  },
  {
    name: 'an item that is due is taken for lapsed, whatever its worker has said since',
    file: QUEUE,
    from: "      if (!lapsed(work, this.deps.clock.now())) return DONE;\n      if (work.state === 'stopped')",
    to: "      if (work.state === 'stopped')",
  },
];
