import { Duration, Resource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { SETTINGS } from '../runtime/aws/settings';
import { acknowledgeGrant } from './acknowledge';
import type { IHarnessFunction } from './harness-function';
import { LambdaFunction, type FunctionChoices } from './lambda-function';
import type { ISandboxFleet } from './sandbox-fleet';
import { runEvery } from './schedule';
import type { ISessionStore } from './session-store';

export interface VersionJanitorProps extends FunctionChoices {
  readonly store: ISessionStore;
  readonly harness: IHarnessFunction;

  /**
   * Sandboxes whose task definitions are tidied, too: revisions that no version of the harness names any more. ECS lets nobody
   * narrow the permission for that: whoever may deregister one task definition may deregister every one of the account.
   *
   * @default - revisions stay; they cost nothing
   */
  readonly sandboxes?: ISandboxFleet;
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
      environment: {
        ...props.store.functionEnvironment,
        ...props.harness.functionEnvironment,
        ...(props.sandboxes && { [SETTINGS.sandboxFamilies]: props.sandboxes.taskFamilies.join(',') }),
      },
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
    if (props.sandboxes) this.allowToDeregister();
    runEvery(this, Duration.days(1), this.function, 'Removes versions of the harness that no session needs');
  }

  private allowToDeregister(): void {
    const actions = ['ecs:DeregisterTaskDefinition', 'ecs:ListTaskDefinitions'];
    this.function.addToRolePolicy(new iam.PolicyStatement({ actions, resources: ['*'] }));
    acknowledgeGrant(
      this.function,
      '*',
      'Neither action has a resource that a policy could name; it is given by choice alone',
    );
  }
}
