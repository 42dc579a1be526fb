import { Duration, Resource } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { IHarnessFunction } from './harness-function';
import { LambdaFunction, type FunctionChoices } from './lambda-function';
import type { ISandboxFleet } from './sandbox-fleet';
import type { ISessionStore } from './session-store';

export interface SandboxWatchProps extends FunctionChoices {
  readonly store: ISessionStore;
  readonly harness: IHarnessFunction;
  readonly sandboxes: ISandboxFleet;
}

/** A task that does not run any more: after `STOPPED` comes nothing, and before it ECS may tidy up for half a minute. */
const NOT_ALIVE = ['DEPROVISIONING', 'STOPPED'];

/**
 * Hears from ECS when a sandbox has stopped, so that its session goes on within seconds: with an error result for the calls
 * whose outcome nobody knows, or with another sandbox where it never came to life. Without it, the lease of the sandbox's work
 * has to lapse first, which takes half a minute, and the sweeper has to come by.
 */
export class SandboxWatch extends Resource {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: SandboxWatchProps) {
    super(scope, id);
    const { store, harness, sandboxes } = props;
    this.function = new LambdaFunction(this, 'Function', {
      entryPoint: 'stopped-task',
      description: 'Tells the sessions of sandboxes that have stopped',
      timeout: Duration.seconds(30),
      memorySize: 256,
      logRetention: props.logRetention,
      logLevel: props.logLevel,
      tracing: props.tracing,
      environment: {
        ...store.functionEnvironment,
        ...harness.functionEnvironment,
        ...sandboxes.functionEnvironment,
      },
    });
    store.grantReadWrite(this.function);
    harness.grantWake(this.function);
    // A session that asked for more while its sandbox died gets the next one from here.
    sandboxes.grantRun(this.function);
    new events.Rule(this, 'Rule', {
      description: 'Sandboxes that have stopped',
      eventPattern: {
        source: ['aws.ecs'],
        detailType: ['ECS Task State Change'],
        detail: { clusterArn: [sandboxes.clusterArn], lastStatus: NOT_ALIVE },
      },
      targets: [new FunctionTarget(this.function, { retryAttempts: 2, maxEventAge: Duration.minutes(5) })],
    });
  }
}
