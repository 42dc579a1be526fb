/**
 * Spans: facts as traces, by the semantic conventions of OpenTelemetry for generative AI. Pure. A turn is a trace: one
 * `invoke_agent` with the `chat` and `execute_tool` of the turn below it.
 *
 * Ids come from the log, since a turn may go through the hands of several processes: each can name the turn's span as the
 * parent of its own before anybody has written it, and a fact that is told twice gives the same span twice.
 */
import { createHash } from 'node:crypto';
import { madeAt } from '../contract/ids';
import { resultOf } from '../contract/results';
import { fromTimestamp, type Micros } from '../contract/time';
import type { CommitFact, Fact, ModelFact } from './facts';
import { inputContent, outputContent, type ContentAttributes } from './span-content';

export interface Span {
  /** 32 and 16 hexadecimal digits. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  readonly name: string;
  /** Whether another service did the work. */
  readonly kind: 'internal' | 'client';
  readonly startedAt: Micros;
  readonly endedAt: Micros;
  readonly attributes: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  /** What went wrong, in a word. */
  readonly error?: string;
}

export interface SpanOptions {
  /** Who serves the model, by the name that the conventions have for it. */
  readonly provider: string;
  /** Whether what users, models and tools said goes into the spans. */
  readonly content: boolean;
}

/** The spans that a fact is the end of; none for most. */
export function spansOf(fact: Fact, options: SpanOptions): readonly Span[] {
  if (fact.type === 'model_request') return [chat(fact, options)];
  if (fact.type !== 'commit' || !fact.written) return [];
  return [...tools(fact, options), ...turn(fact, options)];
}

const digest = (text: string, digits: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, digits);

const traceIdOf = (threadId: string, cycleStart: number): string => digest(`trace:${threadId}:${cycleStart}`, 32);
const turnIdOf = (threadId: string, cycleStart: number): string => digest(`turn:${threadId}:${cycleStart}`, 16);

function chat(fact: ModelFact, { provider, content }: SpanOptions): Span {
  const { ref, session, cycleStart, request, answer, startedAt, firstTokenAt, endedAt } = fact;
  const failed = 'failure' in answer;
  return {
    traceId: traceIdOf(ref.threadId, cycleStart),
    spanId: digest(`chat:${fact.startId}`, 16),
    parentId: turnIdOf(ref.threadId, cycleStart),
    name: `chat ${request.model}`,
    kind: 'client',
    startedAt,
    endedAt,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': provider,
      'gen_ai.conversation.id': session.id,
      'gen_ai.request.model': request.model,
      'gen_ai.request.max_tokens': request.max_tokens,
      ...(firstTokenAt === undefined
        ? {}
        : { 'gen_ai.response.time_to_first_chunk': seconds({ startedAt, endedAt: firstTokenAt }) }),
      ...(failed ? { 'error.type': answer.failure } : usageOf(answer.response)),
      ...(content ? inputContent(request) : {}),
      ...(content && !failed ? outputContent(answer.response) : {}),
    },
    ...(failed ? { error: answer.failure } : {}),
  };
}

const seconds = ({ startedAt, endedAt }: Pick<Span, 'startedAt' | 'endedAt'>): number =>
  (endedAt - startedAt) / 1_000_000;

type Response = Extract<ModelFact['answer'], { response: unknown }>['response'];

/** The conventions count tokens of the cache as input, too. */
function usageOf({ stopReason, usage }: Response): Span['attributes'] {
  return {
    'gen_ai.response.finish_reasons': [stopReason],
    'gen_ai.usage.input_tokens': usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
    'gen_ai.usage.output_tokens': usage.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage.cacheReadTokens,
    'gen_ai.usage.cache_creation.input_tokens': usage.cacheWriteTokens,
  };
}

function tools({ ref, session, before, commit }: CommitFact, { content }: SpanOptions): Span[] {
  const { cycleStart } = commit.summary;
  return commit.records.flatMap(({ event }) => {
    const { callId, result } = resultOf(event) ?? {};
    const call = before.openCalls.find(({ id }) => id === callId);
    const startedAt = call && madeAt(call.id);
    const endedAt = fromTimestamp(event.processed_at ?? '');
    if (!call || !result || startedAt === undefined || endedAt === undefined) return [];
    const failed = result.is_error === true;
    return {
      traceId: traceIdOf(ref.threadId, cycleStart),
      spanId: digest(`tool:${call.id}`, 16),
      parentId: turnIdOf(ref.threadId, cycleStart),
      name: `execute_tool ${call.name}`,
      kind: 'internal' as const,
      startedAt,
      endedAt: Math.max(startedAt, endedAt),
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.conversation.id': session.id,
        'gen_ai.tool.name': call.name,
        'gen_ai.tool.call.id': call.id,
        'gen_ai.tool.type': call.route === 'mcp' ? 'extension' : 'function',
        ...(failed ? { 'error.type': 'tool_error' } : {}),
        ...(content ? { 'gen_ai.tool.call.result': JSON.stringify(result.content ?? []) } : {}),
      },
      ...(failed ? { error: 'tool_error' } : {}),
    };
  });
}

/** A turn ends with the commit that says so. The time in which it was postponed for a retry is not in it. */
function turn({ ref, session, before, commit }: CommitFact, { provider }: SpanOptions): Span[] {
  const types = commit.records.map(({ event }) => event.type);
  const ended = types.includes('session.status_idle') || types.includes('session.status_terminated');
  if (!ended || before.runningSince === null) return [];
  const errors = commit.records.flatMap(({ event }) => (event.type === 'session.error' ? [event.error.type] : []));
  const [error] = errors;
  const { agent } = session;
  const attributes: Record<string, string | undefined> & ContentAttributes = {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': provider,
    'gen_ai.conversation.id': session.id,
    'gen_ai.agent.id': agent.id,
    'gen_ai.agent.name': agent.name,
    'gen_ai.agent.version': String(agent.version),
    'gen_ai.request.model': agent.model.id,
    'error.type': error,
  };
  return [
    {
      traceId: traceIdOf(ref.threadId, before.cycleStart),
      spanId: turnIdOf(ref.threadId, before.cycleStart),
      name: `invoke_agent ${agent.name}`,
      kind: 'internal',
      startedAt: before.runningSince,
      endedAt: commit.at,
      attributes,
      ...(error === undefined ? {} : { error }),
    },
  ];
}
