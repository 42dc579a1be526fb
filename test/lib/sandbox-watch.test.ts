import { Match, Template } from 'aws-cdk-lib/assertions';
import { HarnessFunction } from '../../lib/harness-function';
import { SandboxFleet } from '../../lib/sandbox-fleet';
import { SandboxImage } from '../../lib/sandbox-image';
import { SandboxWatch } from '../../lib/sandbox-watch';
import { SessionStore } from '../../lib/session-store';
import { actionsOf, newStack } from './stack';

describe('the watch over sandboxes', () => {
  const stack = newStack();
  new SandboxWatch(stack, 'Watch', {
    store: new SessionStore(stack, 'Store'),
    harness: HarnessFunction.fromHarnessFunctionAttributes(stack, 'Harness', {
      functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:harness',
      version: '7',
    }),
    sandboxes: new SandboxFleet(stack, 'Fleet', { image: SandboxImage.fromRegistry('example/sandbox@sha256:0') }),
  });
  const template = Template.fromStack(stack);

  test('hears of tasks of its own cluster that do not run any more, and of nothing else', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.ecs'],
        'detail-type': ['ECS Task State Change'],
        detail: {
          clusterArn: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('FleetCluster'), 'Arn'] }],
          lastStatus: ['DEPROVISIONING', 'STOPPED'],
        },
      },
      Targets: [Match.objectLike({ RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 300 } })],
    });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('WatchRule'), 'Arn'] },
    });
  });

  test('may wake threads and run sandboxes, and reads no secret', () => {
    const actions = actionsOf(template, 'WatchFunctionRole');
    expect(actions).toEqual(expect.arrayContaining(['ecs:DescribeTasks', 'ecs:RunTask', 'lambda:InvokeFunction']));
    expect(actions.filter((action) => action.startsWith('secretsmanager:'))).toEqual([]);
  });
});
