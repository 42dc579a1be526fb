import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import {
  METRIC_DIMENSION,
  METRIC_NAMESPACE,
  METRICS,
  type Dimension,
  type MetricName,
} from '../runtime/telemetry/metrics';

/** How often CloudWatch adds up. */
export const METRIC_PERIOD = Duration.minutes(5);

/** A metric that the functions write, of the stack in which `scope` stands or of the one that `service` names. */
export interface ServiceMetricOptions extends cloudwatch.MetricOptions {
  /** @default - the stack's name */
  readonly service?: string;
  /** One value of the dimension that the metric is split by. @default - all of them together */
  readonly by?: Dimension;
}

/**
 * A metric of the functions: counts are added up, times and ages are averaged, unless the options say otherwise.
 */
export function serviceMetric(
  scope: IConstruct,
  metricName: MetricName,
  { service, by, ...options }: ServiceMetricOptions = {},
): cloudwatch.Metric {
  const isAmount = METRICS[metricName] === 'Count' || METRICS[metricName] === 'None';
  return new cloudwatch.Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [METRIC_DIMENSION]: service ?? Stack.of(scope).stackName, ...by },
    statistic: isAmount ? cloudwatch.Stats.SUM : cloudwatch.Stats.AVERAGE,
    period: METRIC_PERIOD,
    ...options,
  });
}

/** One series for each model, or each other value of a dimension: which there are is known only when somebody looks. */
export function metricBy(
  scope: IConstruct,
  metricName: MetricName,
  dimension: 'Model' | 'Start',
  statistic: string,
  period: Duration = METRIC_PERIOD,
): cloudwatch.IMetric {
  const { stackName } = Stack.of(scope);
  const series = `{${METRIC_NAMESPACE},${METRIC_DIMENSION},${dimension}} ${METRIC_DIMENSION}="${stackName}" MetricName="${metricName}"`;
  return new cloudwatch.MathExpression({
    expression: `SEARCH('${series}', '${statistic}', ${period.toSeconds()})`,
    usingMetrics: {},
    label: '',
    period,
  });
}
