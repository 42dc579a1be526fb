/** What the store must hold when a session has come to rest, and what it must not hold any more. */
import { createTraits } from '../../runtime/model/traits';
import { NO_LISTING } from '../../runtime/harness/dial';
import { buildModelRequest, requestDigest } from '../../runtime/harness/model-request';
import { MICROS_PER_SECOND, type Micros } from '../../runtime/contract/time';
import type { SessionEvent } from '../../runtime/contract/wire';
import { threadPartition, workPartition } from '../../runtime/store/keys';
import type { DueItem } from '../../runtime/store/due-ports';
import type { Commit, EventRecord, SessionRecord } from '../../runtime/store/records';
import { foldCommit } from '../../runtime/thread/fold';
import { pendingEvents, waiting } from '../../runtime/thread/inbox';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { refOf, type System } from './system';

const STILL_UNDER_WAY: Micros = 9 * MICROS_PER_SECOND;

const DUE_KINDS: readonly DueItem['kind'][] = ['inbox', 'lease', 'work'];

/** The log and the inbox, read from beside the simulation. */
export async function historyOf(
  system: System,
  session: SessionRecord,
): Promise<{ commits: Commit[]; events: SessionEvent[]; pending: SessionEvent[]; inbox: number; status: string }> {
  const { log } = system.bare();
  const commits: Commit[] = [];
  for await (const commit of log.readCommits(refOf(session), { from: 1 })) commits.push(commit);
  const events = commits.flatMap(({ records }) => records.map(({ event }) => event));
  const inbox = await log.readInbox(refOf(session));
  const last = commits.at(-1);
  const pending = pendingEvents(waiting(inbox, last));
  return { commits, events, pending, inbox: inbox.length, status: last?.summary.status ?? 'idle' };
}

/** What is still to come, or was forgotten: empty when the system has nothing to do any more. */
export async function unfinished(system: System, session: SessionRecord): Promise<string[]> {
  const store = system.bare();
  const found = await Promise.all(DUE_KINDS.map((kind) => store.due.due(kind, Number.MAX_SAFE_INTEGER, 100)));
  const { workspace, environmentId, id } = session;
  const work = await store.work.getBySession(workspace, environmentId, id);
  return [
    ...found.flat().map(({ kind }) => `something is still due: ${kind}`),
    ...(work && work.state !== 'stopped' ? [`the work item is still ${work.state}`] : []),
    ...(work?.sessionTokenHash ? ['the token of the work item still stands in it'] : []),
  ];
}

/** What has still to be cleared for the last time. */
export async function unforgotten(system: System, session: SessionRecord): Promise<string[]> {
  const tombstones = await system.bare().due.due('tombstone', Number.MAX_SAFE_INTEGER, 100);
  return tombstones.map(() => `the tombstone of ${session.id} is still there`);
}

/** What is wrong with the log as it is stored, private parts included. */
export async function auditLog(system: System, session: SessionRecord): Promise<string[]> {
  const { commits, status } = await historyOf(system, session);
  const record = await system.bare().sessions.get(session.workspace, session.id);
  const shown = record?.archivedAt === null ? status : 'terminated';
  return [
    ...(record?.status === shown ? [] : [`lists show the session as ${record?.status}, and it is ${shown}`]),
    ...checkNumbers(commits),
    ...checkSummaries(commits),
    ...checkDigests(commits, record ?? session),
    ...checkArchive(commits, record?.archivedAt ?? Infinity),
  ];
}

/** What is left of a session that was deleted. */
export async function remains(system: System, session: SessionRecord, isCalm: boolean): Promise<string[]> {
  const store = system.bare();
  const { workspace, environmentId, id } = session;
  const work = await store.work.getBySession(workspace, environmentId, id);
  const rows = await system.itemsOf('sessions', threadPartition(refOf(session)));
  // A crash may leave the pointer to a work item, which means nothing without the item.
  const workRows = isCalm ? await system.itemsOf('control', workPartition(workspace, environmentId)) : [];
  return [
    ...[...rows, ...workRows].map(({ sk }) => `the row ${sk} of the deleted session`),
    ...((await store.sessions.get(workspace, id)) ? ['the record of the deleted session'] : []),
    ...(work ? ['the work item of the deleted session'] : []),
    ...(system.bucket.size > 0 ? ['bodies of the deleted session'] : []),
  ].map((what) => `there is still ${what}`);
}

/** A wake that begins after the archive asks no model. One that had begun just before may still have to try again. */
function checkArchive(commits: readonly Commit[], archivedAt: Micros): string[] {
  const requests = commits.flatMap(({ at, records }) =>
    records.some(({ event }) => event.type === 'span.model_request_start') ? [at] : [],
  );
  return requests.some((at) => at > archivedAt + STILL_UNDER_WAY) ? ['an archived session goes on'] : [];
}

/** Numbers have no gap, and no inbox item was used up twice. */
function checkNumbers(commits: readonly Commit[]): string[] {
  const used = new Set<string>();
  return commits.flatMap(({ n, consumed }, index) => {
    const again = consumed.filter((key) => used.has(key));
    for (const key of consumed) used.add(key);
    return [
      ...(n === index + 1 ? [] : [`commit ${n} stands at place ${index + 1}`]),
      ...again.map((key) => `commit ${n} uses up ${key} a second time`),
    ];
  });
}

/** Each commit's summary is the fold of all records up to it. */
function checkSummaries(commits: readonly Commit[]): string[] {
  let summary = EMPTY_SUMMARY;
  return commits.flatMap((commit) => {
    const { n, summary: stored } = commit;
    summary = foldCommit(summary, commit);
    // Which inbox items are half used up is not told by records.
    const folded = { ...summary, partial: stored.partial };
    return JSON.stringify(stored) === JSON.stringify(folded) ? [] : [`the summary of commit ${n} is not its fold`];
  });
}

const listingIn = (record: EventRecord) => record.private?.listing;

/** Each model request can be built again from the log, byte for byte. */
function checkDigests(commits: readonly Commit[], session: SessionRecord): string[] {
  const traits = createTraits()(session.agent.model.id);
  return commits.flatMap(({ n, records }, index) => {
    const start = records.find(({ event }) => event.type === 'span.model_request_start')?.private;
    if (!start) return [];
    const from = commits[index - 1]?.summary.contextStart ?? 1;
    const context = commits.slice(from - 1, index).flatMap((commit) => commit.records);
    const purpose = start.purpose ?? 'turn';
    const listings = commits.slice(0, index + 1).flatMap((commit) => commit.records.map(listingIn));
    const listing = listings.findLast((one) => one !== undefined) ?? NO_LISTING;
    const request = buildModelRequest({ session, traits, listing, records: [...context, ...records], purpose });
    return requestDigest(request) === start.digest ? [] : [`the request of commit ${n} was not what the log says`];
  });
}
