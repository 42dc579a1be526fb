/** A session as the API shows it: its record, the state its log has reached, and what still waits in its inbox. */
import { toTimestamp, type Micros } from '../contract/time';
import type { Session, SessionStatus } from '../contract/wire';
import type { SessionRecord, ThreadSummary } from '../store/records';
import { publicStatus } from '../thread/inbox';
import { toStats, toUsage } from '../thread/summary';
import type { ThreadNow } from './events-thread';

/** The session's status: an archived session has ended, although its log says nothing of it (reference 5.5). */
export function sessionStatus(session: SessionRecord, thread: ThreadNow): SessionStatus {
  return session.archivedAt === null ? publicStatus(thread.summary, thread.waiting) : 'terminated';
}

/** The session in the form of the wire (reference 5.2). */
export function toSession(session: SessionRecord, thread: ThreadNow, now: Micros): Session {
  const { archivedAt } = session;
  // The clock of an archived session stopped when it was archived.
  const timed: ThreadSummary =
    archivedAt === null ? thread.summary : { ...thread.summary, status: 'terminated', lastAt: archivedAt };
  return {
    id: session.id,
    type: 'session',
    status: sessionStatus(session, thread),
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
    usage: toUsage(thread.summary, now),
    created_at: toTimestamp(session.createdAt),
    updated_at: toTimestamp(updatedAt(session, thread)),
    archived_at: archivedAt === null ? null : toTimestamp(archivedAt),
  };
}

/** A session changes when its record does and when its log grows. */
export function updatedAt(session: SessionRecord, { last }: ThreadNow): Micros {
  return Math.max(session.updatedAt, last?.at ?? 0);
}
