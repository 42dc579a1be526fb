import { Match, Template } from 'aws-cdk-lib/assertions';
import { HarnessFunction } from '../../lib/harness-function';
import { ManagedAgents } from '../../lib/managed-agents';
import { SandboxImage } from '../../lib/sandbox-image';
import { SessionStore } from '../../lib/session-store';
import { VersionJanitor } from '../../lib/version-janitor';
import { newStack, permissions } from './stack';

describe('the janitor of versions', () => {
  const stack = newStack();
  new VersionJanitor(stack, 'Janitor', {
    store: new SessionStore(stack, 'Store'),
    harness: HarnessFunction.fromHarnessFunctionAttributes(stack, 'Harness', {
      functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:harness',
      version: '7',
    }),
  });
  const template = Template.fromStack(stack);

  test('runs once a day', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 day)',
      State: 'ENABLED',
      Target: Match.objectLike({ RetryPolicy: Match.objectLike({ MaximumRetryAttempts: 0 }) }),
    });
  });

  test('may delete versions and never the function, and sees of sessions only what they are pinned to', () => {
    const granted = permissions(template, 'JanitorFunctionRole').filter(({ action }) => !action.startsWith('logs:'));
    expect(granted).toEqual([
      { action: 'dynamodb:Query', resource: expect.stringMatching(/StoreSessions.*index\/runtime"/) },
      { action: 'lambda:ListVersionsByFunction', resource: '"arn:aws:lambda:us-east-1:111122223333:function:harness"' },
      { action: 'lambda:DeleteFunction', resource: '"arn:aws:lambda:us-east-1:111122223333:function:harness:*"' },
    ]);
  });

  test('may deregister task definitions only where that was chosen', () => {
    const other = newStack();
    const image = SandboxImage.fromRegistry('example/sandbox@sha256:0');
    const agents = new ManagedAgents(other, 'Agents', { sandboxes: { image }, removesTaskDefinitions: true });
    const chosen = Template.fromStack(other);
    const right = { action: 'ecs:DeregisterTaskDefinition', resource: '"*"' };
    expect(permissions(chosen, 'JanitorFunctionRole')).toContainEqual(right);
    expect(permissions(template, 'JanitorFunctionRole')).not.toContainEqual(right);
    chosen.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ SANDBOX_FAMILIES: agents.sandboxes?.taskFamilies.join(',') }) },
    });
  });
});
