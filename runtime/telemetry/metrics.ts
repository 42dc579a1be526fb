/** Metrics: the names of what is measured, for those who count and those who look. */

/** Where the metrics stand in CloudWatch. */
export const METRIC_NAMESPACE = 'ManagedAgents';

/** The dimension of every metric: the stack, so that two in an account are told apart. */
export const METRIC_DIMENSION = 'Service';

/** The metrics, by unit. Every part of the service adds to them. */
export const METRICS = {
  /** How long a harness was at work on a thread; how often, is the number of samples. */
  WakeTime: 'Milliseconds',
  /** Wakes that found another harness at work. */
  LeaseConflicts: 'Count',
  /** Commits that lost against another harness's. */
  CommitConflicts: 'Count',
  /** From the request to the first content of the model's answer. */
  TimeToFirstToken: 'Milliseconds',
  /** From the request to the end of the model's answer. */
  ModelTime: 'Milliseconds',
  /** Model requests without an answer. */
  ModelErrors: 'Count',
  /** Model requests that are to be made again. */
  Retries: 'Count',
  InputTokens: 'Count',
  OutputTokens: 'Count',
  CacheReadTokens: 'Count',
  CacheWriteTokens: 'Count',
  /** Dollars for tokens and web searches, by the price table; a model that is not in it is not counted. */
  ModelCost: 'None',
  /** From the first event of a turn to its end. */
  TurnTime: 'Milliseconds',
  /** From a call of a tool in a sandbox to its result, where nobody was asked whether it may run. */
  ToolTime: 'Milliseconds',
  /** The same of a tool of an MCP server. */
  McpToolTime: 'Milliseconds',
  /** Sandboxes that were asked for. */
  SandboxStarts: 'Count',
  /** Sandboxes that could not be had. */
  SandboxStartFailures: 'Count',
  /** From asking for a sandbox to the first sign of life from its worker. */
  SandboxStartTime: 'Milliseconds',
  /** Rings of a sandbox: 1 for one that failed and 0 for one that was heard, so that the average is the share that fails. */
  RingFailures: 'Count',
  /** By how much the oldest due item was late when a sweep found it. */
  DueAge: 'Seconds',
} as const;

export type MetricName = keyof typeof METRICS;

/**
 * What a metric is split by, besides the service: few values each, since every one is a series of its own. A model is named only
 * once it has answered, since agents may name anything.
 */
export type Dimension = { readonly Model: string } | { readonly Start: 'warm' | 'cold' };
