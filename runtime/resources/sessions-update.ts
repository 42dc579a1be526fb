import { isDeepStrictEqual } from 'node:util';
import { invalid } from '../contract/errors';
import type { Operations } from '../contract/operations';
import type { Micros } from '../contract/time';
import type { EventOf, SessionAgent } from '../contract/wire';
import type { SessionRecord, SessionRuntime } from '../store/records';
import { listCostNanoUsd } from '../thread/summary';
import { checkTools, refuseToolless, resolveServers } from './agents-rules';
import { resolveTools } from './agents-tools';
import { AMEND_ATTEMPTS, concurrentModification } from './amend';
import { deliver, wakeSoon } from './deliver';
import { findSession, primaryThread, readThread, type ThreadNow } from './events-thread';
import { mergeMetadata } from './metadata';
import { admitServers } from './network-policy';
import type { Operation, ResourceDeps } from './ports';
import { checkBudget, type Budget } from './sessions-budget';
import { sessionStatus, toSession } from './session-view';

type Body = Operations['sessions.update']['body'];
/** What an update changes of a session, and what `session.updated` says of it: the changed fields alone. */
type Change = Partial<Pick<SessionRecord, 'title' | 'metadata' | 'agent' | 'budget' | 'runtime'>>;
type Updated = Omit<EventOf<'session.updated'>, 'processed_at'>;

/**
 * Changes a session (reference 5.4): its record by a conditional write, then the thread is told, which records
 * `session.updated` and, where the budget was raised, goes on.
 *
 * Rivals each judge what the other has written. A crash after the record's write loses the event and nothing else: the record
 * is what counts, the harness reads it anew with every wake, and a client that repeats the update finds nothing left to change
 * but wakes a thread that stands at its budget.
 */
export function updateSession(deps: ResourceDeps): Operation<'sessions.update'> {
  const { store, ids } = deps;
  return async ({ principal, now }, { path, query, body }) => {
    const runtime = runtimeNamed(query.runtime, deps.runtime);
    if (body.vault_ids !== undefined) throw invalid('vault_ids: Not yet supported');
    for (let attempt = 0; attempt < AMEND_ATTEMPTS; attempt += 1) {
      const session = await findSession(store, principal, path.session_id);
      const ref = primaryThread(session);
      const thread = await readThread(store, ref);
      const change = changeOf(session, thread, body, runtime, now);
      if (Object.keys(change).length === 0) {
        if (thread.summary.stopReason?.type === 'budget_reached') await wakeSoon(deps, ref);
        return toSession(session, thread, now);
      }
      const next: SessionRecord = { ...session, ...change, updatedAt: now, revision: session.revision + 1 };
      if (!(await store.sessions.update(next))) continue;
      const event = updatedEvent(ids.make('event'), change);
      await deliver(
        deps,
        ref,
        [{ id: event.id, signal: { type: 'session_updated', event, runtime: change.runtime } }],
        now,
      );
      return toSession(next, thread, now);
    }
    throw concurrentModification();
  };
}

/** Our own parameter: `latest` is what new sessions are pinned to. Where only one version ever runs, every session has it. */
function runtimeNamed(name: string | undefined, latest: SessionRuntime | undefined): SessionRuntime | undefined {
  if (name === undefined) return undefined;
  if (name === 'latest') return latest;
  throw invalid('runtime: must be `latest`');
}

/** @throws ApiError 400 for what may not change, or not now. */
function changeOf(
  session: SessionRecord,
  thread: ThreadNow,
  body: Body,
  runtime: SessionRuntime | undefined,
  now: Micros,
): Change {
  if (session.archivedAt !== null) throw invalid(`Session ${session.id} is archived and cannot be updated.`);
  const wanted = {
    title: body.title === undefined ? session.title : body.title,
    metadata: mergeMetadata(session.metadata, body.metadata),
    agent: body.agent ? changedAgent(session, thread, body.agent) : session.agent,
    budget: body.budget === undefined ? session.budget : changedBudget(session, thread, body.budget, now),
    runtime: runtime ?? session.runtime,
  };
  const changed = Object.entries(wanted).filter(
    ([field, value]) => !isDeepStrictEqual(value, session[field as keyof Change]),
  );
  return Object.fromEntries(changed);
}

/** Tools and servers are replaced whole, for this session alone, and only between turns (reference 5.4). */
function changedAgent(session: SessionRecord, thread: ThreadNow, given: NonNullable<Body['agent']>): SessionAgent {
  const status = sessionStatus(session, thread);
  if (status !== 'idle') {
    throw invalid(`Session ${session.id} cannot change its agent while its status is "${status}". It must be idle.`);
  }
  const tools = given.tools === undefined ? session.agent.tools : resolveTools(given.tools);
  if (given.tools !== undefined) refuseToolless(tools, session.agent.skills);
  const servers = given.mcp_servers === undefined ? session.agent.mcp_servers : resolveServers(given.mcp_servers);
  checkTools(tools, servers);
  admitServers(servers, session.environmentConfig);
  return { ...session.agent, tools, mcp_servers: servers };
}

/** A budget can be replaced or removed for good, never added (reference 5.6). */
function changedBudget(
  session: SessionRecord,
  { summary }: ThreadNow,
  budget: Budget | null,
  now: Micros,
): Budget | null {
  if (summary.status === 'terminated') throw invalid(`Session ${session.id} has terminated; its budget cannot change.`);
  if (budget === null) return null;
  if (session.budget === null) {
    throw invalid('budget: can only be set when the session is created', 'budget_create_only');
  }
  checkBudget(budget, listCostNanoUsd(summary, now));
  return budget;
}

function updatedEvent(id: string, { title, metadata, agent, budget }: Change): Updated {
  return {
    id,
    type: 'session.updated',
    ...(title === undefined ? {} : { title }),
    ...(metadata === undefined || Object.keys(metadata).length === 0 ? {} : { metadata: { ...metadata } }),
    ...(agent === undefined ? {} : { agent }),
    ...(budget === undefined ? {} : { budget }),
  };
}
