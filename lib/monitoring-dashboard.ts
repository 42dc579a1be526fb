import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { MonitoringProps } from './monitoring-props';
import { metricBy } from './service-metrics';

const { MAXIMUM, SUM } = cloudwatch.Stats;
const MEDIAN = 'p50';
const SLOW = 'p95';
const HOUR = Duration.hours(1);
const DAY = Duration.days(1);

/** The dashboard, row by row: what users feel, what the harness does, what it costs. */
export function dashboardRows(props: MonitoringProps, alarms: cloudwatch.IAlarm[]): cloudwatch.IWidget[][] {
  return [
    alarms.length > 0 ? [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 3 })] : [],
    apiRow(props),
    speedRow(props),
    harnessRow(props),
    props.sandboxes ? sandboxRow(props, props.sandboxes) : [],
    spendRow(props),
  ].filter((row) => row.length > 0);
}

function apiRow({ api }: MonitoringProps): cloudwatch.IWidget[] {
  return [
    graph('Requests', api.metricRequests({ statistic: SUM }), api.metricServerErrors({ statistic: SUM })),
    graph(
      'Answer time (ms)',
      api.apiFunction.metricDuration({ statistic: MEDIAN }),
      api.apiFunction.metricDuration({ statistic: SLOW }),
    ),
    graph('Open streams', api.streamFunction.metric('ConcurrentExecutions', { statistic: MAXIMUM })),
  ];
}

function speedRow({ harness }: MonitoringProps): cloudwatch.IWidget[] {
  return [
    graph(
      'Time to first token (ms)',
      harness.metricTimeToFirstToken({ statistic: MEDIAN }),
      harness.metricTimeToFirstToken({ statistic: SLOW }),
    ),
    graph('Turn time (ms)', harness.metricTurnTime({ statistic: MEDIAN }), harness.metricTurnTime({ statistic: SLOW })),
    graph(
      'Tool time (ms)',
      harness.metricToolTime({ statistic: MEDIAN }),
      harness.metricToolTime({ statistic: SLOW }),
      harness.metricMcpToolTime({ statistic: SLOW }),
    ),
  ];
}

function harnessRow({ harness, sweeper, bell }: MonitoringProps): cloudwatch.IWidget[] {
  return [
    graph(
      'Wakes',
      harness.metricWakes(),
      harness.metricErrors(),
      harness.function.metricThrottles(),
      harness.function.metric('ConcurrentExecutions', { statistic: MAXIMUM }),
    ),
    graph(
      'Retries and conflicts',
      harness.metricModelErrors(),
      harness.metricRetries(),
      harness.metricLeaseConflicts(),
      harness.metricCommitConflicts(),
      ...(bell ? [harness.metricRingFailures()] : []),
    ),
    graph(
      'Late (s), and given up',
      sweeper.metricDueAge(),
      harness.failedWakes.metricApproximateNumberOfMessagesVisible(),
    ),
  ];
}

function sandboxRow(
  { harness }: MonitoringProps,
  sandboxes: NonNullable<MonitoringProps['sandboxes']>,
): cloudwatch.IWidget[] {
  return [
    graph('Sandbox starts', metricBy(harness, 'SandboxStarts', 'Start', SUM), sandboxes.metricStartFailures()),
    graph('Sandbox start (ms), warm and cold', metricBy(harness, 'SandboxStartTime', 'Start', MEDIAN)),
    graph('Slow sandbox starts (ms)', metricBy(harness, 'SandboxStartTime', 'Start', SLOW)),
  ];
}

function spendRow({ harness }: MonitoringProps): cloudwatch.IWidget[] {
  return [
    graph(
      'Tokens',
      harness.metricInputTokens(),
      harness.metricOutputTokens(),
      harness.metricCacheReadTokens(),
      harness.metricCacheWriteTokens(),
    ),
    graph('Dollars an hour, by model', metricBy(harness, 'ModelCost', 'Model', SUM, HOUR)),
    new cloudwatch.SingleValueWidget({
      title: 'Dollars in 24 hours',
      metrics: [harness.metricModelCost({ period: DAY, label: 'Model' })],
      width: 8,
      height: 6,
    }),
  ];
}

function graph(title: string, ...left: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, width: 8 });
}
