import { readSetting } from './settings';

/** Where the functions' own metrics stand in CloudWatch. */
export const METRIC_NAMESPACE = 'ManagedAgents';

/** The names of the functions' own metrics. */
export const METRICS = {
  /** Seconds by which the oldest due item was late when a sweep found it. */
  dueAge: 'DueAge',
  /** Sandboxes that were asked for. */
  sandboxStarts: 'SandboxStarts',
  /** Sandboxes that ECS did not start. */
  sandboxStartFailures: 'SandboxStartFailures',
} as const;

export type MetricName = (typeof METRICS)[keyof typeof METRICS];

/** The one dimension of every metric: the stack, so that the number of series stays small. */
export const METRIC_DIMENSION = 'Service';

const UNITS: Readonly<Record<MetricName, 'Count' | 'Seconds'>> = {
  DueAge: 'Seconds',
  SandboxStarts: 'Count',
  SandboxStartFailures: 'Count',
};

/**
 * Writes a metric in CloudWatch's embedded format: a line of the function's log, from which CloudWatch takes the number. It
 * needs no permission and no call.
 */
export function emitMetric(metric: MetricName, value: number): void {
  const line = {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [[METRIC_DIMENSION]],
          Metrics: [{ Name: metric, Unit: UNITS[metric] }],
        },
      ],
    },
    [METRIC_DIMENSION]: readSetting('serviceName'),
    [metric]: value,
  };
  // Not console.log: with JSON logs, Lambda would wrap the line, and CloudWatch would not find the metric in it.
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
