/** A session as the API shows it: its record, the state its log has reached, and what still waits in its inbox. */
import { notFound } from '../contract/errors';
import { isId } from '../contract/ids';
import { toTimestamp, type Micros } from '../contract/time';
import type { Session, SessionStatus } from '../contract/wire';
import type { Principal, Store } from '../store/ports';
import type { InboxItem, SessionRecord, ThreadRef, ThreadSummary } from '../store/records';
import { publicStatus, waiting } from '../thread/inbox';
import { EMPTY_SUMMARY, toStats, toUsage } from '../thread/summary';

type SessionDeps = { readonly store: Pick<Store, 'sessions'> };
type LogDeps = { readonly store: Pick<Store, 'log'> };

/** What a thread has come to. */
export interface ThreadReading {
  /** The number of the last commit; 0 in a log that has none. */
  readonly n: number;
  readonly summary: ThreadSummary;
  /** What waits, freed of what is history already. */
  readonly inbox: readonly InboxItem[];
  /** When the last commit was made; undefined in a log that has none. */
  readonly committedAt?: Micros;
}

/** What a path gets that names no session here: malformed, absent, being deleted and another workspace's read the same. */
const absent = (id: string) => notFound(`session ${id} not found`);

/** @throws ApiError 404 when the workspace has no such session. */
export async function loadSession(deps: SessionDeps, workspace: string, sessionId: string): Promise<SessionRecord> {
  const session = isId('session', sessionId) ? await deps.store.sessions.get(workspace, sessionId) : undefined;
  if (!session) throw absent(sessionId);
  return session;
}

/** Whether a credential reaches a session of its workspace: a worker's only those it may serve (reference 10). */
export function reaches(principal: Principal, session: SessionRecord): boolean {
  if (principal.workspace !== session.workspace) return false;
  switch (principal.kind) {
    case 'api_key':
      return true;
    case 'environment_key':
      return principal.environmentId === session.environmentId;
    case 'session_token':
      return principal.sessionId === session.id;
  }
}

/** @throws ApiError 404 when there is no such session, or none that this credential reaches. */
export async function loadReachable(
  deps: SessionDeps,
  principal: Principal,
  sessionId: string,
): Promise<SessionRecord> {
  const session = await loadSession(deps, principal.workspace, sessionId);
  if (!reaches(principal, session)) throw absent(sessionId);
  return session;
}

/** The session's primary thread. */
export function primaryThread({ workspace, id, threadId }: SessionRecord): ThreadRef {
  return { workspace, sessionId: id, threadId };
}

/** Reads a thread: the inbox first, or an entry that becomes history in between would be seen nowhere. */
export async function readThread({ store: { log } }: LogDeps, ref: ThreadRef): Promise<ThreadReading> {
  const items = await log.readInbox(ref);
  const last = await log.lastCommit(ref);
  return {
    n: last?.n ?? 0,
    summary: last?.summary ?? EMPTY_SUMMARY,
    inbox: waiting(items, last),
    ...(last ? { committedAt: last.at } : {}),
  };
}

/** The session's status: an archived session has ended, although its log says nothing of it (reference 5.5). */
export function sessionStatus(session: SessionRecord, { summary, inbox }: ThreadReading): SessionStatus {
  return session.archivedAt === null ? publicStatus(summary, inbox) : 'terminated';
}

/** The session in the form of the wire (reference 5.2). */
export function toSession(session: SessionRecord, reading: ThreadReading, now: Micros): Session {
  const { archivedAt } = session;
  // The clock of an archived session stopped when it was archived.
  const timed: ThreadSummary =
    archivedAt === null ? reading.summary : { ...reading.summary, status: 'terminated', lastAt: archivedAt };
  return {
    id: session.id,
    type: 'session',
    status: sessionStatus(session, reading),
    title: session.title,
    metadata: { ...session.metadata },
    agent: session.agent,
    environment_id: session.environmentId,
    resources: session.resources,
    vault_ids: [...session.vaultIds],
    deployment_id: null,
    outcome_evaluations: [],
    budget: session.budget,
    stats: toStats(timed, session.createdAt, now),
    usage: toUsage(reading.summary, now),
    created_at: toTimestamp(session.createdAt),
    updated_at: toTimestamp(updatedAt(session, reading)),
    archived_at: archivedAt === null ? null : toTimestamp(archivedAt),
  };
}

/** A session changes when its record does and when its log grows. */
export function updatedAt(session: SessionRecord, { committedAt }: ThreadReading): Micros {
  return Math.max(session.updatedAt, committedAt ?? 0);
}
