import { measuresOf, type Measure } from '../telemetry/measures';
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS, type MetricName } from '../telemetry/metrics';
import type { Embed } from '../telemetry/observer';

type Values = Record<string, number | readonly number[] | string>;

/**
 * Metrics in CloudWatch's embedded format: parts of a line of the log, from which CloudWatch takes the numbers. That needs no
 * permission and no call. Each metric is written for the service, and again for its own dimension where it has one.
 *
 * @param service the stack's name; read when a line is written.
 */
export const embedMetrics =
  (service: () => string): Embed =>
  (fact) => {
    const measures = measuresOf(fact);
    if (measures.length === 0) return undefined;
    const values: Values = Object.assign({}, ...measures.map((measure) => ({ ...measure.values, ...measure.by })));
    return {
      _aws: { Timestamp: Date.now(), CloudWatchMetrics: measures.map(directive) },
      [METRIC_DIMENSION]: service(),
      ...values,
    };
  };

function directive({ values, by }: Measure) {
  const names = Object.keys(values) as MetricName[];
  return {
    Namespace: METRIC_NAMESPACE,
    Dimensions: [[METRIC_DIMENSION], ...(by ? [[METRIC_DIMENSION, ...Object.keys(by)]] : [])],
    Metrics: names.map((Name) => ({ Name, Unit: METRICS[Name] })),
  };
}
