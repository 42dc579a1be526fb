import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { HarnessFunction } from '../../lib/harness-function';
import { SandboxFleet } from '../../lib/sandbox-fleet';
import { SandboxImage } from '../../lib/sandbox-image';
import { METRICS } from '../../runtime/telemetry/metrics';
import { Monitoring } from '../../lib/monitoring';
import type { MonitoringProps } from '../../lib/monitoring-props';
import { SessionApi } from '../../lib/session-api';
import { SessionBell } from '../../lib/session-bell';
import { SessionStore } from '../../lib/session-store';
import { Sweeper } from '../../lib/sweeper';
import { newStack, permissions } from './stack';

function build(props: Partial<MonitoringProps> = {}) {
  const stack = newStack();
  const store = new SessionStore(stack, 'Store');
  const harness = new HarnessFunction(stack, 'Harness', { store });
  const api = new SessionApi(stack, 'Api', { store, harness });
  const sweeper = new Sweeper(stack, 'Sweeper', { store, harness });
  return { stack, monitoring: new Monitoring(stack, 'Monitoring', { api, harness, sweeper, ...props }) };
}

describe('monitoring', () => {
  const { stack } = build();
  const template = Template.fromStack(stack);

  test('has a dashboard, and an alarm for each way in which sessions get stuck', () => {
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 5);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'ManagedAgents',
      MetricName: 'DueAge',
      Dimensions: [{ Name: 'Service', Value: 'Test' }],
      Threshold: 300,
      EvaluationPeriods: 2,
      TreatMissingData: 'notBreaching',
    });
  });

  test('tells a topic, if there is one', () => {
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: Match.absent() });
    const alarmTopic = Topic.fromTopicArn(newStack(), 'Topic', 'arn:aws:sns:us-east-1:111122223333:alarms');
    Template.fromStack(build({ alarmTopic }).stack).allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: ['arn:aws:sns:us-east-1:111122223333:alarms'],
    });
  });

  test('leaves out alarms that nobody wants, and watches sandboxes where there are some', () => {
    Template.fromStack(build({ alarms: false }).stack).resourceCountIs('AWS::CloudWatch::Alarm', 0);
    const fleet = new SandboxFleet(newStack(), 'Sandboxes', {
      image: SandboxImage.fromRegistry('example.com/sandbox:1'),
    });
    Template.fromStack(build({ sandboxes: fleet }).stack).resourceCountIs('AWS::CloudWatch::Alarm', 6);
  });

  test('alarms where most rings fail for a quarter of an hour, if there is a bell, and not for single ones', () => {
    const other = newStack();
    const bell = new SessionBell(other, 'Bell', { store: new SessionStore(other, 'Store') });
    const watched = Template.fromStack(build({ bell }).stack);
    watched.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'ManagedAgents',
      MetricName: 'RingFailures',
      Dimensions: [{ Name: 'Service', Value: 'Test' }],
      Statistic: 'Average',
      Threshold: 0.5,
      ComparisonOperator: 'GreaterThanThreshold',
      Period: 300,
      EvaluationPeriods: 3,
      TreatMissingData: 'notBreaching',
    });
    watched.resourceCountIs('AWS::CloudWatch::Alarm', 6);
    expect(JSON.stringify(watched.findResources('AWS::CloudWatch::Dashboard'))).toContain('RingFailures');
    expect(JSON.stringify(template.toJSON())).not.toContain('RingFailures');
  });

  test('refuses a delay that would alarm while all is well', () => {
    expect(() => build({ longestDelay: Duration.minutes(1) })).toThrow(/longestDelay: .* 2 minutes/);
  });

  test('adds up what the model cost in 24 hours, if told how much that may be', () => {
    const spending = Template.fromStack(build({ dailySpend: 20 }).stack);
    spending.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: 20,
      Metrics: [
        { Expression: 'FILL(cost, 0)', ReturnData: true },
        {
          Id: 'cost',
          ReturnData: false,
          MetricStat: {
            Metric: {
              Namespace: 'ManagedAgents',
              MetricName: 'ModelCost',
              Dimensions: [{ Name: 'Service', Value: 'Test' }],
            },
            Period: 86_400,
            Stat: 'Sum',
          },
        },
      ].map((query) => Match.objectLike(query)),
    });
    expect(() => build({ dailySpend: 0 })).toThrow(/dailySpend: .* above 0/);
  });

  test('the dashboard shows only metrics that the functions write, or that AWS does', () => {
    const shown = JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard'));
    const ours = [...shown.matchAll(/ManagedAgents\\",\\"(\w+)/g)].map(([, name]) => name);
    expect(ours).toEqual(expect.arrayContaining(['TimeToFirstToken', 'TurnTime', 'ToolTime', 'ModelCost', 'DueAge']));
    for (const name of ours) expect(Object.keys(METRICS)).toContain(name);
  });

  test('the sweeper runs each minute, and only its scheduler may start it', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    expect(permissions(template, 'SweeperSchedulerRole')).toEqual([
      { action: 'lambda:InvokeFunction', resource: expect.stringMatching(/SweeperFunction.*"Arn"\]\}$/) },
    ]);
  });
});
