import { Duration, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { MonitoringProps } from './monitoring-props';
import { METRIC_PERIOD } from './service-metrics';

/** When an alarm goes off, and what that means. */
export interface AlarmRule {
  readonly metric: cloudwatch.IMetric;
  /** The alarm goes off above it. */
  readonly threshold: number;
  readonly description: string;
  /** Of how many periods in a row. @default 1 */
  readonly periods?: number;
}

const SHORTEST_DELAY = Duration.minutes(2);
const DAY = Duration.days(1);

/** The alarms by name. What to do about each is in docs/operations.md. */
export function alarmRules(props: MonitoringProps): Readonly<Record<string, AlarmRule>> {
  return {
    ...apiRules(props),
    ...harnessRules(props),
    ...dueRules(props),
    ...sandboxRules(props),
    ...bellRules(props),
    ...spendRules(props),
  };
}

function apiRules({ api }: MonitoringProps): Record<string, AlarmRule> {
  return {
    ServerErrors: {
      metric: api.metricServerErrors({ period: METRIC_PERIOD, statistic: cloudwatch.Stats.SUM }),
      threshold: 5,
      description: 'The API answered with 500 or above more than five times in five minutes',
    },
  };
}

function harnessRules({ harness }: MonitoringProps): Record<string, AlarmRule> {
  return {
    HarnessErrors: {
      metric: harness.metricErrors({ period: METRIC_PERIOD }),
      threshold: 5,
      description: 'More than five wakes failed in five minutes; Lambda tries each twice more',
    },
    FailedWakes: {
      metric: harness.failedWakes.metricApproximateNumberOfMessagesVisible({ period: METRIC_PERIOD }),
      threshold: 0,
      description: 'A wake failed three times. Its thread is woken again by the sweeper; the queue says which it was',
    },
  };
}

function dueRules({ sweeper, longestDelay }: MonitoringProps): Record<string, AlarmRule> {
  return {
    SweeperErrors: {
      metric: sweeper.function.metricErrors({ period: METRIC_PERIOD }),
      threshold: 2,
      description: 'Sweeps fail: nothing that died is picked up again',
    },
    DueAge: {
      metric: sweeper.metricDueAge(),
      threshold: checkedDelay(longestDelay ?? METRIC_PERIOD).toSeconds(),
      periods: 2,
      description: 'Something has been due for too long: wakes are lost faster than sweeps make up for',
    },
  };
}

function sandboxRules({ sandboxes }: MonitoringProps): Record<string, AlarmRule> {
  if (!sandboxes) return {};
  return {
    SandboxStarts: {
      metric: sandboxes.metricStartFailures(),
      threshold: 3,
      description: 'ECS did not start sandboxes: a quota, the capacity of the zone, or the image',
    },
  };
}

/** One ring that fails costs its sandbox a look. When most do, for as long as this, something is wrong with the bell. */
function bellRules({ harness, bell }: MonitoringProps): Record<string, AlarmRule> {
  if (!bell) return {};
  return {
    RingFailures: {
      metric: harness.metricRingFailures({ statistic: cloudwatch.Stats.AVERAGE }),
      threshold: 0.5,
      periods: 3,
      description: 'Most rings fail: sandboxes learn of their calls only when they look by themselves, or hold streams',
    },
  };
}

/** The window slides: what counts is the sum of any 24 hours, and it is looked at all the time. */
function spendRules({ harness, dailySpend }: MonitoringProps): Record<string, AlarmRule> {
  if (dailySpend === undefined) return {};
  if (!Token.isUnresolved(dailySpend) && !(dailySpend > 0)) {
    throw new Error('dailySpend: an amount of dollars above 0. Leave it out for no such alarm');
  }
  return {
    DailySpend: {
      metric: new cloudwatch.MathExpression({
        // A day without a request has spent nothing, which ends the alarm.
        expression: 'FILL(cost, 0)',
        usingMetrics: { cost: harness.metricModelCost({ period: DAY }) },
        label: 'Dollars in 24 hours',
        period: DAY,
      }),
      threshold: dailySpend,
      description: 'The model cost more than was meant in 24 hours, at the prices of the table',
    },
  };
}

function checkedDelay(delay: Duration): Duration {
  if (!Token.isUnresolved(delay) && delay.toSeconds() < SHORTEST_DELAY.toSeconds()) {
    throw new Error('longestDelay: sweeps run once a minute, so less than 2 minutes would alarm while all is well');
  }
  return delay;
}
