import { Duration, Resource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { acknowledgeGrant } from './acknowledge';
import type { IHarnessFunction } from './harness-function';
import { LambdaFunction, type FunctionChoices } from './lambda-function';
import { runEvery } from './schedule';
import type { ISessionStore } from './session-store';

export interface VersionJanitorProps extends FunctionChoices {
  readonly store: ISessionStore;
  readonly harness: IHarnessFunction;
}

/** Removes, once a day, the versions of the harness that no session needs any more. */
export class VersionJanitor extends Resource {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: VersionJanitorProps) {
    super(scope, id);
    this.function = new LambdaFunction(this, 'Function', {
      entryPoint: 'janitor',
      description: 'Removes versions of the harness that no session needs',
      timeout: Duration.minutes(5),
      memorySize: 256,
      logRetention: props.logRetention,
      logLevel: props.logLevel,
      tracing: props.tracing,
      environment: { ...props.store.functionEnvironment, ...props.harness.functionEnvironment },
    });
    props.store.grantQueryRuntimes(this.function);
    const { functionArn } = props.harness;
    this.function.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['lambda:ListVersionsByFunction'], resources: [functionArn] }),
    );
    // Versions alone: the function itself has an ARN without anything behind it.
    const versions = `${functionArn}:*`;
    this.function.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['lambda:DeleteFunction'], resources: [versions] }),
    );
    acknowledgeGrant(
      this.function,
      versions,
      'Versions come with every deployment; this is what takes them away again',
    );
    runEvery(this, Duration.days(1), this.function, 'Removes versions of the harness that no session needs');
  }
}
