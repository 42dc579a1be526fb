import { Duration, Resource, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { METRIC_DIMENSION, METRIC_NAMESPACE } from '../runtime/aws/metrics';
import type { MetricName } from '../runtime/telemetry/measures';
import type { HarnessFunction } from './harness-function';
import type { SessionApi } from './session-api';
import type { Sweeper } from './sweeper';

export interface MonitoringProps {
  readonly api: SessionApi;
  readonly harness: HarnessFunction;
  readonly sweeper: Sweeper;

  /**
   * Whether sandboxes run here, and their failures are worth an alarm.
   *
   * @default true
   */
  readonly sandboxes?: boolean;

  /**
   * Who is told when an alarm goes off.
   *
   * @default - nobody: the alarms can be seen on the dashboard
   */
  readonly alarmTopic?: sns.ITopic;

  /**
   * Whether there are alarms. Each costs ten cents a month.
   *
   * @default true
   */
  readonly alarms?: boolean;

  /**
   * How late the oldest due item may be. A sweep finds it within a minute; more means that sweeps fail or cannot keep up.
   *
   * @default Duration.minutes(5)
   */
  readonly longestDelay?: Duration;
}

interface AlarmRule {
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  readonly description: string;
  /** Of how many periods in a row. @default 1 */
  readonly periods?: number;
}

const PERIOD = Duration.minutes(5);
const SHORTEST_DELAY = Duration.minutes(2);

/** A dashboard and alarms over the parts of a stack. What the alarms say and what to do is in docs/operations.md. */
export class Monitoring extends Resource {
  readonly dashboard: cloudwatch.Dashboard;
  /** By name, so that a stack can add actions of its own. */
  readonly alarms: Readonly<Record<string, cloudwatch.Alarm>>;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const rules = this.rules(props);
    const alarms: Record<string, cloudwatch.Alarm> = {};
    for (const [name, rule] of props.alarms === false ? [] : Object.entries(rules)) {
      const alarm = new cloudwatch.Alarm(this, name, {
        metric: rule.metric,
        threshold: rule.threshold,
        alarmDescription: rule.description,
        evaluationPeriods: rule.periods ?? 1,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      });
      if (props.alarmTopic) alarm.addAlarmAction(new SnsAction(props.alarmTopic));
      alarms[name] = alarm;
    }
    this.alarms = alarms;
    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: this.widgets(props, Object.values(alarms)),
    });
  }

  private rules(props: MonitoringProps): Record<string, AlarmRule> {
    const { api, harness, sweeper } = props;
    const longestDelay = checkedDelay(props.longestDelay ?? PERIOD);
    return {
      ServerErrors: {
        metric: api.metricServerErrors({ period: PERIOD, statistic: cloudwatch.Stats.SUM }),
        threshold: 5,
        description: 'The API answered with 500 or above more than five times in five minutes',
      },
      HarnessErrors: {
        metric: harness.metricErrors({ period: PERIOD }),
        threshold: 5,
        description: 'More than five wakes failed in five minutes; Lambda tries each twice more',
      },
      FailedWakes: {
        metric: harness.failedWakes.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
        threshold: 0,
        description: 'A wake failed three times. Its thread is woken again by the sweeper; the queue says which it was',
      },
      SweeperErrors: {
        metric: sweeper.function.metricErrors({ period: PERIOD }),
        threshold: 2,
        description: 'Sweeps fail: nothing that died is picked up again',
      },
      DueAge: {
        metric: sweeper.metricDueAge({ period: PERIOD }),
        threshold: longestDelay.toSeconds(),
        periods: 2,
        description: 'Something has been due for too long: wakes are lost faster than sweeps make up for',
      },
      ...(props.sandboxes === false
        ? {}
        : {
            SandboxStarts: {
              metric: this.metric('SandboxStartFailures'),
              threshold: 3,
              description: 'ECS did not start sandboxes: a quota, the capacity of the zone, or the image',
            },
          }),
    };
  }

  private widgets({ api, harness, sweeper }: MonitoringProps, alarms: cloudwatch.Alarm[]): cloudwatch.IWidget[][] {
    const running = harness.function.metric('ConcurrentExecutions', { statistic: cloudwatch.Stats.MAXIMUM });
    return [
      alarms.length > 0 ? [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 3 })] : [],
      [
        graph('Requests', api.metricRequests(), api.metricServerErrors()),
        graph(
          'Answer time',
          api.apiFunction.metricDuration({ statistic: 'p50' }),
          api.apiFunction.metricDuration({ statistic: 'p99' }),
        ),
        graph(
          'Open streams',
          api.streamFunction.metric('ConcurrentExecutions', { statistic: cloudwatch.Stats.MAXIMUM }),
        ),
      ],
      [
        graph('Threads at work', running),
        graph(
          'Wakes',
          harness.function.metricInvocations(),
          harness.metricErrors(),
          harness.function.metricThrottles(),
        ),
        graph('Lateness of what is due (s)', sweeper.metricDueAge()),
      ],
      [graph('Sandbox starts', this.metric('SandboxStarts'), this.metric('SandboxStartFailures'))],
    ].filter((row) => row.length > 0);
  }

  private metric(metricName: MetricName): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { [METRIC_DIMENSION]: Stack.of(this).stackName },
      statistic: cloudwatch.Stats.SUM,
      period: PERIOD,
    });
  }
}

function graph(title: string, ...left: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, width: 8 });
}

function checkedDelay(delay: Duration): Duration {
  if (!Token.isUnresolved(delay) && delay.toSeconds() < SHORTEST_DELAY.toSeconds()) {
    throw new Error('longestDelay: sweeps run once a minute, so less than 2 minutes would alarm while all is well');
  }
  return delay;
}
