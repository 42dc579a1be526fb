import { Duration, Resource } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import { alarmRules } from './monitoring-alarms';
import { dashboardRows } from './monitoring-dashboard';
import type { MonitoringProps } from './monitoring-props';

/** A dashboard and alarms over the parts of a stack. What the alarms say and what to do is in docs/operations.md. */
export class Monitoring extends Resource {
  readonly dashboard: cloudwatch.Dashboard;
  /** By name, so that a stack can add actions of its own. */
  readonly alarms: Readonly<Record<string, cloudwatch.Alarm>>;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const rules = alarmRules(props);
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
      widgets: dashboardRows(props, Object.values(alarms)),
    });
  }
}
