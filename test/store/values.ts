import { primaryThreadOf, systemIds } from '../../runtime/contract/ids';
import type { WorkRecord } from '../../runtime/store/work-ports';
import type { Commit, EventRecord, InboxEntry, SessionRecord, ThreadRef } from '../../runtime/store/records';
import { EMPTY_SUMMARY } from '../../runtime/thread/summary';
import { sessionRecord } from '../support/decisions';

/** A thread that no other test has. */
export function newThread(workspace = 'wrkspc_test'): ThreadRef {
  const sessionId = systemIds.make('session');
  return { workspace, sessionId, threadId: primaryThreadOf(sessionId) };
}

export function message(text: string, id = systemIds.make('event')): InboxEntry {
  return { event: { id, type: 'user.message', content: [{ type: 'text', text }], processed_at: null } };
}

export function commit(n: number, parts: Partial<Commit> = {}): Commit {
  return { n, at: 1_790_000_000_000_000 + n, by: 'wake', records: [], consumed: [], summary: EMPTY_SUMMARY, ...parts };
}

/** A record that says something; `text` makes it as big as need be. */
export function record(text: string): EventRecord {
  return {
    event: {
      id: systemIds.make('event'),
      type: 'agent.message',
      content: [{ type: 'text', text }],
      processed_at: '2026-11-21T10:00:00Z',
    },
  };
}

/** A session of its own, of agent and environment `…_1` unless said otherwise. */
export function session(parts: Partial<SessionRecord> = {}): SessionRecord {
  const id = parts.id ?? systemIds.make('session');
  return sessionRecord({ id, threadId: primaryThreadOf(id), environmentId: 'env_1', ...parts });
}

export const agentNamed = (id: string, version = 1): SessionRecord['agent'] => ({ ...session().agent, id, version });

export function work(parts: Partial<WorkRecord> = {}): WorkRecord {
  return {
    id: systemIds.make('work'),
    workspace: 'wrkspc_test',
    environmentId: 'env_1',
    sessionId: systemIds.make('session'),
    kind: 'self_hosted',
    state: 'queued',
    metadata: {},
    createdAt: 1_790_000_000_000_000,
    startedAt: null,
    acknowledgedAt: null,
    latestHeartbeatAt: null,
    stopRequestedAt: null,
    stoppedAt: null,
    reservedAt: null,
    leaseUntil: null,
    ttlSeconds: 60,
    sessionTokenHash: null,
    wantedAgain: false,
    startFailures: 0,
    revision: 1,
    ...parts,
  };
}

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

/** Text that deflating cannot shrink much. */
export function noise(bytes: number): string {
  let text = '';
  let seed = 1;
  while (text.length < bytes) {
    seed = (seed * 48_271) % 2_147_483_647;
    text += seed.toString(36);
  }
  return text.slice(0, bytes);
}
