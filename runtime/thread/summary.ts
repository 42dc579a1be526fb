import type { ThreadSummary, ThreadUsage } from '../store/records';
import type { Micros } from '../contract/time';
import { MICROS_PER_SECOND } from '../contract/time';
import type { Session } from '../contract/wire';

/** The state of a thread to which nothing has happened yet. */
export const EMPTY_SUMMARY: ThreadSummary = {
  status: 'idle',
  stopReason: null,
  stopDetails: null,
  lastAt: 0,
  events: 0,
  cycleStart: 0,
  contextStart: 1,
  contextTokens: 0,
  openCalls: [],
  modelOwes: false,
  openRequest: null,
  retry: null,
  rounds: 0,
  compactions: 0,
  usage: {
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    webSearches: 0,
    tokenCostNanoUsd: 0,
  },
  activeMicros: 0,
  runningSince: null,
  partial: {},
};

/** What a thousand web searches and an hour of running cost at list price (reference 5.6), in nano-dollars. */
const WEB_SEARCH_NANO_USD = 10_000_000;
const RUNNING_HOUR_NANO_USD = 80_000_000;
const NANO_USD_PER_CENT = 10_000_000;
const SECONDS_PER_HOUR = 3_600;

/** Microseconds in `running`, the cycle under way included. */
export function activeMicros(summary: ThreadSummary, now: Micros): Micros {
  return summary.activeMicros + (summary.runningSince === null ? 0 : Math.max(0, now - summary.runningSince));
}

/** What the web searches of a usage cost at list price, in nano-dollars. */
export function searchCostNanoUsd({ webSearches }: Pick<ThreadUsage, 'webSearches'>): number {
  return webSearches * WEB_SEARCH_NANO_USD;
}

/** The list cost in nano-dollars: tokens, searches and running time. It never falls. */
export function listCostNanoUsd(summary: ThreadSummary, now: Micros): number {
  const hours = activeMicros(summary, now) / MICROS_PER_SECOND / SECONDS_PER_HOUR;
  return summary.usage.tokenCostNanoUsd + searchCostNanoUsd(summary.usage) + Math.floor(hours * RUNNING_HOUR_NANO_USD);
}

/** Nano-dollars in the wire's form: whole cents as text (reference 1.4), rounded down so that it stays a lower bound. */
export function toMoney(nanoUsd: number): { amount: string; currency: 'USD' } {
  return { amount: String(Math.floor(nanoUsd / NANO_USD_PER_CENT)), currency: 'USD' };
}

/** A budget's cap in nano-dollars. */
export function capNanoUsd(budget: NonNullable<Session['budget']>): number {
  return Number(budget.max_list_cost.amount) * NANO_USD_PER_CENT;
}

/** Whether the budget is used up. A model without a list price cannot be measured, so a capped session stops at once. */
export function isOverBudget({ budget }: Pick<Session, 'budget'>, summary: ThreadSummary, now: Micros): boolean {
  if (!budget) return false;
  return summary.usage.unpriced === true || listCostNanoUsd(summary, now) >= capNanoUsd(budget);
}

const seconds = (micros: Micros): number => Math.round(micros / 1_000) / 1_000;

/** The session's usage as the API shows it, before the first turn and after (reference 5.2). */
export function toUsage(summary: ThreadSummary, now: Micros): Session['usage'] {
  const { usage } = summary;
  const fresh = summary.cycleStart === 0;
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    ...(fresh
      ? {}
      : { cache_creation: { ephemeral_5m_input_tokens: usage.cacheWriteTokens, ephemeral_1h_input_tokens: 0 } }),
    active_seconds: seconds(activeMicros(summary, now)),
    list_cost: toMoney(listCostNanoUsd(summary, now)),
    server_tool_use: { web_search_requests: usage.webSearches, web_fetch_requests: 0 },
  };
}

/** The session's timing as the API shows it. A terminated session's clock has stopped. */
export function toStats(summary: ThreadSummary, createdAt: Micros, now: Micros): Session['stats'] {
  const end = summary.status === 'terminated' ? summary.lastAt : now;
  return {
    active_seconds: seconds(activeMicros(summary, now)),
    duration_seconds: seconds(Math.max(0, end - createdAt)),
  };
}
