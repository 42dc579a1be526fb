/** Faults of the warm pool: who is given a sandbox that stands ready, and what is left of those that nobody needs. */
import type { PlantedFault } from './fault';

const ASSIGNMENT = 'runtime/resources/warm-assignment.ts';
const LAUNCHER = 'runtime/aws/fargate-launcher.ts';
const POOL = 'runtime/aws/warm-pool.ts';
const STOPPED = 'runtime/aws/stopped-task.ts';
const REAPER = 'runtime/aws/task-reaper.ts';
const STORE = 'runtime/store/warm-store.ts';
const WAIT = 'runtime/sandbox/warm-wait.ts';

export const POOL_FAULTS: readonly PlantedFault[] = [
  {
    name: 'who takes a sandbox of the pool puts none in its place',
    file: POOL,
    from: '      if (this.isWanted(claimed)) await this.add(kind);\n',
    to: '',
  },
  {
    name: 'a sandbox that somebody else was quicker to take is taken all the same',
    file: POOL,
    from: '      if (!claimed) continue;\n',
    to: '      if (!claimed) return warm.get(ticketHash);\n',
  },
  {
    name: 'a sandbox that was claimed meanwhile is removed as if it had not been',
    file: POOL,
    from: '    if (!(await warm.retire(ticketHash))) return;\n',
    to: '    await warm.retire(ticketHash);\n',
  },
  {
    name: 'a sandbox is stopped before it is out of the pool',
    file: POOL,
    from: '    if (!(await warm.retire(ticketHash))) return;\n    if (task !== null) {',
    to: '    if (task !== null) {',
  },
  {
    name: 'a sandbox that was removed from the pool is not stopped',
    file: POOL,
    from: '      await client.send(stop).catch(this.options.onError);\n',
    to: '',
    harmless: 'Its next question is refused, and it ends by itself.',
  },
  {
    name: 'a sandbox that was removed from the pool is not forgotten',
    file: POOL,
    from: '      await client.send(stop).catch(this.options.onError);\n    }\n    await warm.delete(ticketHash);\n',
    to: '      await client.send(stop).catch(this.options.onError);\n    }\n',
  },
  {
    name: 'a claimed sandbox is never forgotten',
    file: POOL,
    from: '    for (const { ticketHash, task } of old) if (task === null || !alive.has(task)) await warm.delete(ticketHash);\n',
    to: '',
  },
  {
    name: 'a claimed sandbox is forgotten while its task runs',
    file: POOL,
    from: 'if (task === null || !alive.has(task)) await',
    to: 'await',
  },
  {
    name: 'a claimed sandbox is forgotten as soon as its task has ended',
    file: POOL,
    from: 'claimedAt < now - (task === null ? OLDEST : CLAIM_SETTLED)',
    to: 'claimedAt < now',
  },
  {
    name: 'a claimed sandbox of an unknown task is forgotten as if the task were gone',
    file: POOL,
    from: '(task === null ? OLDEST : CLAIM_SETTLED)',
    to: 'CLAIM_SETTLED',
  },
  {
    name: 'a sandbox of the pool is started before its row is there',
    file: POOL,
    from: '      const task = await startTask(client, placement, start);\n',
    to: '      await warm.delete(ticketHash);\n      const task = await startTask(client, placement, start);\n      await warm.add({ ticketHash, pool: this.poolOf(kind), startedAt: clock.now() });\n',
  },
  {
    name: 'it is not noted which task a sandbox of the pool is',
    file: POOL,
    from: '      if (task !== undefined) await warm.noteTask(ticketHash, task);\n',
    to: '',
  },
  {
    name: 'a sandbox whose start failed is forgotten although somebody has claimed it',
    file: POOL,
    from: '      await this.remove({ ticketHash, task: null }).catch(onError);\n',
    to: '      await warm.delete(ticketHash);\n',
  },
  {
    name: 'the row of a sandbox whose start failed stays',
    file: POOL,
    from: '      await this.remove({ ticketHash, task: null }).catch(onError);\n',
    to: '',
    harmless: 'It is taken out of the pool when nothing was heard of it for five minutes.',
  },
  {
    name: 'a sandbox of the pool that never asked is waited for without end',
    file: POOL,
    from: "  return state === 'starting' ? startedAt >= now - HEARD_WITHIN : (",
    to: "  return state === 'starting' ? true : (",
  },
  {
    name: 'a sandbox of the pool that fell silent is kept',
    file: POOL,
    from: ' : (seenAt ?? 0) >= now - SILENT_AFTER;',
    to: ' : true;',
  },
  {
    name: 'sandboxes that are too many stay',
    file: POOL,
    from: '      for (const surplus of members.slice(count)) await this.remove(surplus);\n',
    to: '',
  },
  {
    name: 'claimed sandboxes count as ready ones',
    file: POOL,
    from: '      const members = kept.filter(',
    to: '      const members = all.filter(',
  },
  {
    name: 'a sandbox that ended before anybody wanted it is looked for with the next sweep',
    file: POOL,
    from: '      await warm.delete(ticketHash);\n      await this.tend();\n      return undefined;',
    to: '      await warm.delete(ticketHash);\n      return undefined;',
    harmless: 'The next sweep does the same.',
  },
  {
    name: 'the end of a claimed sandbox is told to nobody',
    file: POOL,
    from: '    return (await warm.get(ticketHash))?.assignment ?? undefined;\n',
    to: '    return undefined;\n',
  },
  {
    name: 'the end of a warm sandbox is told of another worker',
    file: STOPPED,
    from: 'sessionTokenHash: hashOfSecret(claim) };',
    to: 'sessionTokenHash: claim };',
  },
  {
    name: 'the end of a warm sandbox is taken for that of somebody else',
    file: STOPPED,
    from: 'workerFor(await pool.stopped(warm));',
    to: 'undefined;',
  },
  {
    name: 'a sandbox is claimed that somebody else has claimed',
    file: STORE,
    from: "given(allOf(SANDBOX_IS_READY, SANDBOX_WAS_SEEN), { ready: 'ready', since: seenSince })",
    to: 'given(SANDBOX_WAS_SEEN, { since: seenSince })',
  },
  {
    name: 'a sandbox is claimed that was not heard of for long',
    file: STORE,
    from: "given(allOf(SANDBOX_IS_READY, SANDBOX_WAS_SEEN), { ready: 'ready', since: seenSince })",
    to: "given(SANDBOX_IS_READY, { ready: 'ready' })",
  },
  {
    name: 'a claimed sandbox stays in the queue of those that are ready',
    file: STORE,
    from: "assignment: JSON.stringify(assignment) },\n        remove: ['queue_of', 'queued_at'],\n",
    to: 'assignment: JSON.stringify(assignment) },\n',
  },
  {
    name: 'a sandbox is taken out of the pool that somebody has claimed',
    file: STORE,
    from: "given(allOf(ITEM_EXISTS, SANDBOX_IS_UNCLAIMED), { claimed: 'claimed' })",
    to: 'given(ITEM_EXISTS)',
  },
  {
    name: 'a sandbox that is forgotten is taken out of the pool',
    file: STORE,
    from: "given(allOf(ITEM_EXISTS, SANDBOX_IS_UNCLAIMED), { claimed: 'claimed' })",
    to: "given(SANDBOX_IS_UNCLAIMED, { claimed: 'claimed' })",
  },
  {
    name: 'a sandbox that was heard of is ready whatever became of it',
    file: STORE,
    from: "{ set }, given(SANDBOX_STARTS, { starting: 'starting' })",
    to: '{ set }, given(ITEM_EXISTS)',
  },
  {
    name: 'a sandbox that is forgotten is heard of',
    file: STORE,
    from: '{ set: { seen_at: at } }, given(ITEM_EXISTS)',
    to: "{ set: { seen_at: at } }, given('attribute_exists(pk) OR attribute_not_exists(pk)')",
  },
  {
    name: 'a sandbox that is ready is heard of once only',
    file: ASSIGNMENT,
    from: "  return state === 'starting' || (state === 'ready' && (seenAt ?? 0) <= now - NOTE_EVERY);\n",
    to: "  return state === 'starting' && seenAt === null;\n",
  },
  {
    name: 'a sandbox of the pool that is to go is not told so',
    file: ASSIGNMENT,
    from: "  if (!sandbox || sandbox.state === 'retired') throw",
    to: '  if (!sandbox) throw',
    harmless: 'Its row goes a moment later, and then it is told.',
  },
  {
    name: 'a sandbox that is ready does not stand in the queue',
    file: STORE,
    from: "const set = { state: 'ready', queue_of: warmQueue(String(seen.pool)), queued_at: at };",
    to: "const set = { state: 'ready' };",
  },
  {
    name: 'no sandbox of the pool is ever forgotten',
    file: STORE,
    from: '    delete: (ticketHash) => table.delete(warmKey(ticketHash)),\n',
    to: '    delete: async () => undefined,\n',
  },
  {
    name: 'a sandbox of the pool that is refused asks on',
    file: WAIT,
    from: '      if (error instanceof RequestRefused) throw error;\n',
    to: '',
  },
  {
    name: 'a sandbox of the pool ends when nobody answers it',
    file: WAIT,
    from: '      if (error instanceof RequestRefused) throw error;\n',
    to: '      throw error;\n',
  },
  {
    name: 'who was too slow for one sandbox does not try the next',
    file: POOL,
    from: '      if (!claimed) continue;\n',
    to: '      if (!claimed) return undefined;\n',
  },
  {
    name: 'a warm sandbox is taken for left over while its session works',
    file: REAPER,
    from: "  return work.state === 'stopped' && (work.stoppedAt ?? 0) < since;\n",
    to: '  return (work.stoppedAt ?? 0) < since;\n',
  },
  {
    name: 'what a warm sandbox is stopped by is not told',
    file: LAUNCHER,
    from: "return { start: 'warm', task: warm.task ?? undefined, within: WARM_START_WITHIN };",
    to: "return { start: 'warm', within: WARM_START_WITHIN };",
  },
  {
    name: 'a warm sandbox is not stopped with its work',
    file: LAUNCHER,
    from: '    const tasks = known === undefined ? taskArns : [...taskArns, known];\n',
    to: '    const tasks = taskArns;\n',
  },
  {
    name: 'a sandbox is started beside the one that stood ready',
    file: LAUNCHER,
    from: "    if (warm) return { start: 'warm', task: warm.task ?? undefined, within: WARM_START_WITHIN };\n",
    to: '',
  },
  {
    name: 'a sandbox is sent away because its task was noted while it exchanged its claim',
    file: 'runtime/resources/sandbox-claim.ts',
    from: '    work = await store.work.reread(work);\n',
    to: '    return false;\n',
  },
];
