import { Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { KeyCommands } from '../../lib/key-commands';
import { SessionStore } from '../../lib/session-store';
import { newStack, permissions } from './stack';

describe('the function behind the commands about keys', () => {
  const stack = newStack();
  const keys = new KeyCommands(stack, 'Keys', { store: new SessionStore(stack, 'Store') });
  keys.grantManage(new Role(stack, 'Operator', { assumedBy: new AccountPrincipal('111122223333') }));
  const template = Template.fromStack(stack);

  test('may do nothing outside of the control table', () => {
    const granted = permissions(template, 'KeysFunctionRole').filter(({ action }) => !action.startsWith('logs:'));
    expect(granted.every(({ resource }) => resource.includes('StoreControl'))).toBe(true);
  });

  test('is all that an operator needs, with the name of the stack', () => {
    expect(permissions(template, 'Operator')).toEqual([
      { action: 'lambda:InvokeFunction', resource: expect.stringMatching(/"KeysFunction\w+","Arn"/) },
      { action: 'cloudformation:DescribeStacks', resource: '{"Ref":"AWS::StackId"}' },
    ]);
  });
});
