/** Lines: how a fact reads in the log. Ids, names and numbers; never what a user, a model or a tool said. */
import { MICROS_PER_MS, MICROS_PER_SECOND, type Micros } from '../contract/time';
import type { ThreadRef } from '../store/records';
import type { CommitFact, Fact, ModelFact, RequestFact, WakeFact } from './facts';
import type { LogEntry, LogFields } from './log';

/** The line of a fact. */
export function lineOf(fact: Fact): LogEntry {
  switch (fact.type) {
    case 'wake':
      return ofWake(fact);
    case 'commit':
      return ofCommit(fact);
    case 'model_request':
      return ofModel(fact);
    case 'request':
      return ofRequest(fact);
    case 'connect': {
      const { connection, sessionId, status } = fact;
      const fields = { connection_id: connection, session_id: sessionId, status, ms: ms(fact) };
      return { level: 'info', message: 'a connection to the bell was answered', fields };
    }
    case 'sandbox_start': {
      const { work, outcome, error } = fact;
      const fields = { session_id: work.sessionId, work_id: work.id, outcome };
      if (outcome === 'failed') return { level: 'warn', message: 'no sandbox could be had', fields, error };
      return { level: 'info', message: 'a sandbox was asked for', fields };
    }
    case 'sandbox_ready':
      return {
        level: 'info',
        message: 'a sandbox is ready',
        fields: {
          session_id: fact.work.sessionId,
          work_id: fact.work.id,
          start: fact.work.startedWarm ? 'warm' : 'cold',
          ms: ms(fact),
        },
      };
    case 'stream_failure': {
      const { requestId, sessionId, error } = fact;
      const fields = { request_id: requestId, session_id: sessionId };
      return { level: 'error', message: 'a stream broke off', fields, error };
    }
    case 'ring':
      return { level: 'debug', message: 'a sandbox was told', fields: idsOf(fact.ref) };
    case 'ring_failure':
      return { level: 'warn', message: 'a sandbox could not be told', fields: idsOf(fact.ref), error: fact.error };
    case 'sweep':
      return {
        level: 'debug',
        message: 'swept',
        fields: { found: fact.found, age_seconds: fact.age / MICROS_PER_SECOND },
      };
  }
}

const ms = ({ startedAt, endedAt }: { startedAt: Micros; endedAt: Micros }): number =>
  Math.round((endedAt - startedAt) / MICROS_PER_MS);

const idsOf = ({ workspace, sessionId, threadId }: ThreadRef, wake?: string): LogFields => ({
  workspace_id: workspace,
  session_id: sessionId,
  thread_id: threadId,
  wake_id: wake,
});

function ofWake(fact: WakeFact): LogEntry {
  const { outcome, error } = fact;
  const fields = { ...idsOf(fact.ref, fact.wake), outcome, ms: ms(fact) };
  if (outcome === 'failed') return { level: 'error', message: 'a wake failed', fields, error };
  return { level: outcome === 'busy' ? 'debug' : 'info', message: 'a wake ended', fields };
}

function ofCommit({ ref, commit, written }: CommitFact): LogEntry {
  const fields = { ...idsOf(ref, commit.by), commit: commit.n };
  if (!written) return { level: 'info', message: 'a commit lost against another', fields };
  const { status, stopReason } = commit.summary;
  const errors = commit.records.flatMap(({ event }) => (event.type === 'session.error' ? [event.error] : []));
  const [error] = errors;
  if (error) {
    const told = { ...fields, status, error_type: error.type, retry_status: error.retry_status.type };
    return { level: 'warn', message: 'a session noted an error', fields: told };
  }
  const told = { ...fields, status, stop_reason: stopReason?.type, events: commit.records.length };
  return { level: 'debug', message: 'a commit was written', fields: told };
}

function ofModel(fact: ModelFact): LogEntry {
  const { ref, wake, session, purpose, startId, startedAt, firstTokenAt, answer } = fact;
  const fields = {
    ...idsOf(ref, wake),
    span_id: startId,
    agent_id: session.agent.id,
    model: session.agent.model.id,
    purpose,
    ms: ms(fact),
    first_token_ms: firstTokenAt === undefined ? undefined : ms({ startedAt, endedAt: firstTokenAt }),
  };
  if ('failure' in answer) {
    const { failure, message } = answer;
    const told = { ...fields, failure, failure_message: message };
    return { level: 'warn', message: 'a model request failed', fields: told };
  }
  const { stopReason, usage } = answer.response;
  const told = {
    ...fields,
    stop_reason: stopReason,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cache_read_tokens: usage.cacheReadTokens,
    cache_write_tokens: usage.cacheWriteTokens,
  };
  return { level: 'info', message: 'a model request ended', fields: told };
}

const INTERNAL = 500;

function ofRequest(fact: RequestFact): LogEntry {
  const { requestId, method, operation, sessionId, status, error } = fact;
  const fields = { request_id: requestId, method, operation, session_id: sessionId, status, ms: ms(fact) };
  if (status < INTERNAL) return { level: 'info', message: 'a request was answered', fields };
  return { level: 'error', message: 'a request failed', fields, error };
}
