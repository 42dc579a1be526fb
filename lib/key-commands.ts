import { Duration, Resource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { LambdaFunction, type FunctionChoices } from './lambda-function';
import type { ISessionStore } from './session-store';

export interface KeyCommandsProps extends FunctionChoices {
  readonly store: ISessionStore;
}

const TIMEOUT = Duration.seconds(30);

/**
 * Makes, lists and revokes keys, for people with IAM permissions (`managed-agents keys --stack`): the API has no routes for it.
 * A function, because who may write the table of keys may write into it what they like, and read what else stands there.
 */
export class KeyCommands extends Resource {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: KeyCommandsProps) {
    super(scope, id);
    this.function = new LambdaFunction(this, 'Function', {
      entryPoint: 'keys',
      description: 'Makes, lists and revokes keys for whoever may invoke it',
      timeout: TIMEOUT,
      memorySize: 256,
      logRetention: props.logRetention,
      logLevel: props.logLevel,
      tracing: props.tracing,
      environment: props.store.functionEnvironment,
    });
    props.store.grantManageKeys(this.function);
  }

  /** Everything that `managed-agents keys --stack` does: keys of every workspace, and finding this function by the stack's name. */
  grantManage(grantee: iam.IGrantable): iam.Grant {
    const invoke = iam.Grant.addToPrincipal({
      grantee,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [this.function.functionArn],
    });
    const find = iam.Grant.addToPrincipal({
      grantee,
      actions: ['cloudformation:DescribeStacks'],
      resourceArns: [Stack.of(this).stackId],
    });
    return invoke.combine(find);
  }
}
