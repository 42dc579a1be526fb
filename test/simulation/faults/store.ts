/** Faults of the store and of what is built right on it: the log, the inbox, the lease, the due index, the fold. */
import type { PlantedFault } from './fault';

const COMMITS = 'runtime/store/thread-commits.ts';
const INBOX = 'runtime/store/thread-inbox.ts';
const HEAD = 'runtime/store/thread-head.ts';
const DUE = 'runtime/store/due-index.ts';
const TABLE = 'runtime/store/table.ts';
const CODEC = 'runtime/store/codec.ts';
const SESSIONS = 'runtime/store/session-store.ts';
const WORK = 'runtime/store/work-store.ts';
const LOG = 'runtime/store/thread-log.ts';
const WAITING = 'runtime/thread/inbox.ts';
const BUILDER = 'runtime/thread/commit-builder.ts';
const FOLD = 'runtime/thread/fold.ts';

export const STORE_FAULTS: readonly PlantedFault[] = [
  {
    name: 'a commit is put whatever is there',
    file: COMMITS,
    from: 'const written = await table.put({ ...commitKey(ref, commit.n), ...body }, given(ITEM_IS_NEW));\n',
    to: 'await table.set({ ...commitKey(ref, commit.n), ...body });\n      const written = true;\n',
  },
  {
    name: 'a commit takes the next number but one',
    file: BUILDER,
    from: '    this.n = n;\n',
    to: '    this.n = n > 3 ? n + 1 : n;\n',
  },
  {
    name: 'an inbox item is sent again by the client library',
    file: INBOX,
    from: 'return await table.putOnce(item);',
    to: 'return await table.set(item);',
  },
  {
    name: 'an inbox item whose fate is unknown is sent again without looking',
    file: INBOX,
    from: '        if (await hasArrived(ref, name)) return;\n',
    to: '',
  },
  {
    name: 'an inbox item that was used up already counts as not arrived',
    file: INBOX,
    from: '      if (commit.consumed.includes(name)) return true;\n',
    to: '',
  },
  {
    name: 'an inbox item is accepted without being due',
    file: INBOX,
    from: "        ...dueAttributes('inbox', threadPartition(ref), wakeBy),\n",
    to: '',
  },
  {
    name: 'an error of the inbox is answered with success',
    file: INBOX,
    from: '        if (tries === ACCEPT_TRIES) throw error;\n',
    to: '        if (tries === 1) return;\n',
  },
  {
    name: 'parking brings a deleted item back',
    file: INBOX,
    from: 'given(ITEM_EXISTS))));',
    to: "given('attribute_exists(#pk) OR attribute_not_exists(#pk)'))));",
  },
  {
    name: 'anybody may take a lease that is held',
    file: HEAD,
    from: 'given(LEASE_CAN_BE_TAKEN, { owner, now })',
    to: "given('attribute_exists(#pk) OR attribute_not_exists(#pk)')",
  },
  {
    name: 'a lease never lapses',
    file: HEAD,
    from: 'anyOf(NOBODY_HOLDS_THE_LEASE, LEASE_HAS_LAPSED, LEASE_IS_OURS)',
    to: 'anyOf(NOBODY_HOLDS_THE_LEASE, LEASE_IS_OURS)',
  },
  {
    name: 'a lease is taken without being due',
    file: HEAD,
    from: 'const change = { set: { lease_owner: owner, lease_until: until, ...due },',
    to: 'const change = { set: { lease_owner: owner, lease_until: until },',
  },
  {
    name: 'a zombie renews a lease that another has',
    file: HEAD,
    from: 'const change = { set: { lease_until: until } };\n      const head = await table.update(headKey(ref), change, given(LEASE_IS_OURS, { owner }));',
    to: "const change = { set: { lease_until: until } };\n      const head = await table.update(headKey(ref), change, given('attribute_exists(#pk)'));",
  },
  {
    name: 'a zombie lets go of a lease that another has',
    file: HEAD,
    from: "const change = { set: due, remove: ['lease_owner', 'lease_until'] };\n      const head = await table.update(headKey(ref), change, given(LEASE_IS_OURS, { owner }));",
    to: "const change = { set: due, remove: ['lease_owner', 'lease_until'] };\n      const head = await table.update(headKey(ref), change, given('attribute_exists(#pk)'));",
  },
  {
    name: 'a lease that is let go stays due',
    file: HEAD,
    from: "const change = { set: due, remove: ['lease_owner', 'lease_until'] };",
    to: "const change = { set: {}, remove: ['lease_owner', 'lease_until'] };",
  },
  {
    name: 'what is due is handed out once, whatever becomes of it',
    file: DUE,
    from: '      found.set(target, dueItem);\n',
    to: "      found.set(target, dueItem);\n      await table.update(item, { remove: ['due_shard', 'due_at'], set: { swept: true } }, { text: 'attribute_exists(#pk)' });\n",
  },
  {
    name: 'a held lease is made due anew whatever has become of it',
    file: DUE,
    from: 'given(LEASE_IS_AS_FOUND, { found: dueAt, until: heldUntil })',
    to: "given('attribute_exists(#pk)')",
  },
  {
    name: 'a held lease is made due long after it ends',
    file: DUE,
    from: "dueAttributes('lease', threadPartition(ref), heldUntil)",
    to: "dueAttributes('lease', threadPartition(ref), heldUntil + 3_600_000_000)",
  },
  {
    name: 'a held lease is taken out of the due index',
    file: DUE,
    from: "dueAttributes('lease', threadPartition(ref), heldUntil)",
    to: "dueAttributes('lease', threadPartition(ref), undefined)",
  },
  {
    name: 'a held lease is never made due anew',
    file: DUE,
    from: '      await tables.sessions.update(headKey(ref), { set: due }, asFound);\n',
    to: '',
    harmless: 'Each sweep reads it again, and it is due when it has lapsed all the same.',
  },
  {
    name: 'a lease that has lapsed is taken for held',
    file: DUE,
    from: "typeof until === 'number' && until > now",
    to: "typeof until === 'number'",
  },
  {
    name: 'leases are not in the due index',
    file: DUE,
    from: '  if (at === undefined) return',
    to: "  if (at === undefined || kind === 'lease') return",
  },
  {
    name: 'work is not in the due index',
    file: DUE,
    from: '  if (at === undefined) return',
    to: "  if (at === undefined || kind === 'work') return",
  },
  {
    name: 'a conditional write does not recognize itself',
    file: TABLE,
    from: '      if (stored?.write_id === writeId) return stored;\n',
    to: '',
  },
  {
    name: 'a conditional write recognizes everybody else as itself',
    file: TABLE,
    from: '      if (stored?.write_id === writeId) return stored;\n',
    to: '      if (stored) return stored;\n',
  },
  {
    name: 'only the first of several items is deleted',
    file: TABLE,
    from: 'const requests: WriteRequest[] = batch.map(',
    to: 'const requests: WriteRequest[] = batch.slice(0, 1).map(',
  },
  {
    name: 'a body is put into the blobs after its item',
    file: CODEC,
    from: '    await this.blobs.put(key, packed);\n',
    to: '    setImmediate(() => void this.blobs.put(key, packed).catch(() => undefined));\n',
  },
  {
    name: 'an older status overwrites a newer one',
    file: SESSIONS,
    from: 'const STATUS_IS_NEWS = allOf(ITEM_EXISTS, anyOf(NOTHING_PROJECTED, PROJECTION_IS_OLDER));',
    to: 'const STATUS_IS_NEWS = ITEM_EXISTS;',
  },
  {
    name: 'telling a status brings a deleted session back',
    file: SESSIONS,
    from: 'const STATUS_IS_NEWS = allOf(ITEM_EXISTS, anyOf(NOTHING_PROJECTED, PROJECTION_IS_OLDER));',
    to: 'const STATUS_IS_NEWS = anyOf(NOTHING_PROJECTED, PROJECTION_IS_OLDER);',
  },
  {
    name: 'a session is changed whatever it has become since',
    file: SESSIONS,
    from: 'const condition = given(REVISION_IS_STILL_PREVIOUS, { previous: session.revision - 1 });',
    to: 'const condition = given(ITEM_EXISTS);',
  },
  {
    name: 'a work item is changed whatever it has become since',
    file: WORK,
    from: 'return table.put(itemOf(work), given(REVISION_IS_STILL_PREVIOUS, { previous: work.revision - 1 }));',
    to: 'await table.set(itemOf(work));\n      return true;',
  },
  {
    name: 'a session may get a second work item',
    file: WORK,
    from: 'if (await table.put(itemOf(work), given(ITEM_IS_NEW))) return true;',
    to: 'await table.set(itemOf(work));\n      if (work.revision > 0) return true;',
  },
  {
    name: 'a work item that has moved on before the lost answer came is taken for another',
    file: WORK,
    from: '      if (await reread(work)) return true;\n',
    to: '',
  },
  {
    name: 'the pointer to a work item is not written',
    file: WORK,
    from: '      await table.set({ ...name, session_id: work.sessionId, work_id: work.id });\n',
    to: '',
  },
  {
    name: 'a deleted thread leaves its bodies behind',
    file: LOG,
    from: '      await blobs.deletePrefix(threadBlobs(ref));\n',
    to: '',
  },
  {
    name: 'what the last commit used up still waits',
    file: WAITING,
    from: '    if (used.has(item.key)) return [];\n',
    to: '',
  },
  {
    name: 'what is half used up waits as a whole',
    file: WAITING,
    from: '    if (!done) return [item];\n',
    to: '    if (!done || done.length > 0) return [item];\n',
  },
  {
    name: 'a commit does not name what it used up',
    file: BUILDER,
    from: '      if (taken.length === item.entries.length) consumed.push(item.key);\n',
    to: '      if (taken.length === item.entries.length) partial[item.key] = taken;\n',
  },
  {
    name: 'a commit forgets what an earlier one used of an item',
    file: BUILDER,
    from: '      else if (taken.length + before.length > 0) partial[item.key] = [...before, ...taken];\n',
    to: '      else if (taken.length > 0) partial[item.key] = taken;\n',
  },
  {
    name: 'a half used item counts as used up',
    file: BUILDER,
    from: '      if (taken.length === item.entries.length) consumed.push(item.key);\n',
    to: '      if (taken.length > 0) consumed.push(item.key);\n',
  },
  {
    name: 'the time of an event may be that of the one before',
    file: BUILDER,
    from: 'Math.max(this.#stamp.now, this.summary.lastAt + 1)',
    to: 'Math.max(this.#stamp.now, this.summary.lastAt)',
  },
  {
    name: 'a result does not hand the turn back to the model',
    file: FOLD,
    from: 'return { ...before, openCalls, modelOwes: before.modelOwes || openCalls.length === 0 };',
    to: 'return { ...before, openCalls, modelOwes: before.modelOwes };',
  },
  {
    name: 'a request that failed leaves itself open',
    file: FOLD,
    from: '    openRequest: null,\n    usage:',
    to: '    openRequest: event.is_error ? before.openRequest : null,\n    usage:',
  },
  {
    name: 'a stale answer answers its call',
    file: FOLD,
    from: 'const after = record.private?.stale ? before : change(before, record, n, at);',
    to: 'const after = change(before, record, n, at);',
    harmless: 'A stale answer is of a call that is open no more, so there is nothing that it could change.',
  },
  {
    name: 'usage of a retry takes the place of what was used before',
    file: FOLD,
    from: 'usage: hidden?.charge ? addUsage(before.usage, hidden.charge) : before.usage,',
    to: 'usage: hidden?.charge ?? before.usage,',
  },
  {
    name: 'the live context begins after the compaction',
    file: FOLD,
    from: 'contextStart: n, contextTokens: 0',
    to: 'contextStart: n + 1, contextTokens: 0',
  },
  {
    name: 'what a batch left undone is taken for done',
    file: TABLE,
    from: 'return answer.UnprocessedItems?.[this.name] ?? [];',
    to: 'return [];',
  },
  {
    name: 'only the first page of a query is read',
    file: TABLE,
    from: '    } while (start);',
    to: '    } while (start === null);',
  },
  {
    name: 'a query may lag behind',
    file: TABLE,
    from: 'ConsistentRead: !query.index && !query.eventual,',
    to: 'ConsistentRead: false,',
  },
  {
    name: 'bodies are deleted before the items that point at them, and the items stay',
    file: LOG,
    from: '      await table.deleteRange({ partition: threadPartition(ref), ...threadContentRange });\n',
    to: '',
  },
];
