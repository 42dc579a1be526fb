import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { HarnessFunction } from '../../lib/harness-function';
import { ModelKey } from '../../lib/model-key';
import { Monitoring, type MonitoringProps } from '../../lib/monitoring';
import { SessionApi } from '../../lib/session-api';
import { SessionStore } from '../../lib/session-store';
import { Sweeper } from '../../lib/sweeper';
import { newStack, permissions } from './stack';

function build(props: Partial<MonitoringProps> = {}) {
  const stack = newStack();
  const store = new SessionStore(stack, 'Store');
  const harness = new HarnessFunction(stack, 'Harness', { store, modelKey: new ModelKey(stack, 'ModelKey') });
  const api = new SessionApi(stack, 'Api', { store, harness });
  const sweeper = new Sweeper(stack, 'Sweeper', { store, harness });
  return { stack, monitoring: new Monitoring(stack, 'Monitoring', { api, harness, sweeper, ...props }) };
}

describe('monitoring', () => {
  const { stack } = build();
  const template = Template.fromStack(stack);

  test('has a dashboard, and an alarm for each way in which sessions get stuck', () => {
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 6);
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

  test('leaves out alarms that nobody wants, and that of sandboxes where there are none', () => {
    Template.fromStack(build({ alarms: false }).stack).resourceCountIs('AWS::CloudWatch::Alarm', 0);
    Template.fromStack(build({ sandboxes: false }).stack).resourceCountIs('AWS::CloudWatch::Alarm', 5);
  });

  test('refuses a delay that would alarm while all is well', () => {
    expect(() => build({ longestDelay: Duration.minutes(1) })).toThrow(/longestDelay: .* 2 minutes/);
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
