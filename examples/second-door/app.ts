/**
 * One part alone: a second API in front of sessions that another stack runs, for callers who sign with IAM. What the other
 * stack has is named in the context:
 *
 *     npx cdk deploy --app 'npx tsx examples/second-door/app.ts' \
 *       --context sessionsTableArn=… --context controlTableArn=… --context bucketArn=… \
 *       --context harnessArn=… --context harnessVersion=…
 */
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { HarnessFunction, SessionApi, SessionStore } from 'managed-agents-on-aws';

const app = new App();
const stack = new Stack(app, 'SecondDoor');

const given = (key: string): string => {
  const value: unknown = app.node.tryGetContext(key);
  if (typeof value !== 'string') throw new Error(`context ${key}: say what it is, with --context ${key}=…`);
  return value;
};

const store = SessionStore.fromSessionStoreAttributes(stack, 'Store', {
  sessionsTableArn: given('sessionsTableArn'),
  controlTableArn: given('controlTableArn'),
  bucketArn: given('bucketArn'),
});
const harness = HarnessFunction.fromHarnessFunctionAttributes(stack, 'Harness', {
  functionArn: given('harnessArn'),
  version: given('harnessVersion'),
});

const api = new SessionApi(stack, 'Api', { store, harness, iamAuthorization: true, rateLimit: 20 });
const caller = new Role(stack, 'Caller', { assumedBy: new AccountPrincipal(stack.account) });
api.grantInvoke(caller);

new CfnOutput(stack, 'Url', { value: api.url });
new CfnOutput(stack, 'CallerRole', { value: caller.roleArn });
