/** Measures: the numbers that facts give. Pure; where they go is somebody else's. */
import { madeAt } from '../contract/ids';
import { resultOf } from '../contract/results';
import { MICROS_PER_MS, MICROS_PER_SECOND, fromTimestamp, type Micros } from '../contract/time';
import { addUsage } from '../thread/fold';
import { EMPTY_SUMMARY, searchCostNanoUsd } from '../thread/summary';
import type { ThreadUsage } from '../store/records';
import type { CommitFact, Fact, ModelFact, SandboxReadyFact, SandboxStartFact, WakeFact } from './facts';
import type { Dimension, MetricName } from './metrics';

/** Numbers of one fact. They count for the whole service, and once more for the dimension, if there is one. */
export interface Measure {
  readonly values: Readonly<Partial<Record<MetricName, number | readonly number[]>>>;
  readonly by?: Dimension;
}

/** The numbers that a fact gives; none for most. */
export function measuresOf(fact: Fact): readonly Measure[] {
  switch (fact.type) {
    case 'wake':
      return ofWake(fact);
    case 'commit':
      return ofCommit(fact);
    case 'model_request':
      return ofModel(fact);
    case 'sandbox_start':
      return ofStart(fact);
    case 'sandbox_ready':
      return ofReady(fact);
    case 'ring':
      return [{ values: { RingFailures: 0 } }];
    case 'ring_failure':
      return [{ values: { RingFailures: 1 } }];
    case 'sweep':
      return [{ values: { DueAge: fact.age / MICROS_PER_SECOND } }];
    default:
      return [];
  }
}

const NANO_USD = 1e9;

const ms = ({ startedAt, endedAt }: { startedAt: Micros; endedAt: Micros }): number =>
  (endedAt - startedAt) / MICROS_PER_MS;

function ofWake(fact: WakeFact): Measure[] {
  if (fact.outcome === 'busy') return [{ values: { LeaseConflicts: 1 } }];
  return [{ values: { WakeTime: ms(fact) } }];
}

function ofModel({ answer, startedAt, firstTokenAt, endedAt, session }: ModelFact): Measure[] {
  if ('failure' in answer) return [{ values: { ModelErrors: 1 } }];
  if (answer.response.stopReason === 'interrupted') return [];
  const values = {
    ModelTime: ms({ startedAt, endedAt }),
    ...(firstTokenAt === undefined ? {} : { TimeToFirstToken: ms({ startedAt, endedAt: firstTokenAt }) }),
  };
  return [{ values, by: { Model: session.agent.model.id } }];
}

/** Tokens, times and retries are counted when they stand in the log: once, whoever tried how often. */
function ofCommit(fact: CommitFact): Measure[] {
  if (!fact.written) return [{ values: { CommitConflicts: 1 } }];
  const retries = fact.commit.records.filter(({ event }) => event.type === 'session.status_rescheduled').length;
  const turn = turnTime(fact);
  return [
    ...usage(fact),
    ...toolTimes(fact),
    ...(retries > 0 ? [{ values: { Retries: retries } }] : []),
    ...(turn === undefined ? [] : [{ values: { TurnTime: turn } }]),
  ];
}

function usage({ commit, session }: CommitFact): Measure[] {
  const charges = commit.records.flatMap(({ private: hidden }) => (hidden?.charge ? [hidden.charge] : []));
  if (charges.length === 0) return [];
  const total: ThreadUsage = charges.reduce(addUsage, EMPTY_SUMMARY.usage);
  const values = {
    InputTokens: total.inputTokens,
    OutputTokens: total.outputTokens,
    CacheReadTokens: total.cacheReadTokens,
    CacheWriteTokens: total.cacheWriteTokens,
    ...(total.unpriced ? {} : { ModelCost: (total.tokenCostNanoUsd + searchCostNanoUsd(total)) / NANO_USD }),
  };
  return [{ values, by: { Model: session.agent.model.id } }];
}

/** A turn that waits for its client has ended as far as its time goes: what it waits for is not ours. */
function turnTime({ before, commit }: CommitFact): number | undefined {
  const ended = commit.records.some(({ event }) => event.type === 'session.status_idle');
  if (!ended || before.runningSince === null) return undefined;
  return ms({ startedAt: before.runningSince, endedAt: commit.at });
}

function toolTimes({ before, commit }: CommitFact): Measure[] {
  const times: Record<'ToolTime' | 'McpToolTime', number[]> = { ToolTime: [], McpToolTime: [] };
  for (const { event } of commit.records) {
    const call = before.openCalls.find(
      ({ id, permission }) => id === resultOf(event)?.callId && permission === 'allow',
    );
    if (call?.route !== 'sandbox' && call?.route !== 'mcp') continue;
    const startedAt = madeAt(call.id);
    const endedAt = fromTimestamp(event.processed_at ?? '');
    if (startedAt === undefined || endedAt === undefined) continue;
    times[call.route === 'mcp' ? 'McpToolTime' : 'ToolTime'].push(ms({ startedAt, endedAt }));
  }
  return Object.entries(times).flatMap(([name, values]) => (values.length > 0 ? [{ values: { [name]: values } }] : []));
}

function ofStart({ outcome }: SandboxStartFact): Measure[] {
  if (outcome === 'failed') return [{ values: { SandboxStartFailures: 1 } }];
  return [{ values: { SandboxStarts: 1 }, by: { Start: outcome } }];
}

function ofReady(fact: SandboxReadyFact): Measure[] {
  return [{ values: { SandboxStartTime: ms(fact) }, by: { Start: fact.work.startedWarm ? 'warm' : 'cold' } }];
}
