import { Duration, Resource, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from '../runtime/aws/metrics';
import type { IHarnessFunction } from './harness-function';
import { LambdaFunction, type FunctionChoices } from './lambda-function';
import type { ISandboxFleet } from './sandbox-fleet';
import type { ISessionStore } from './session-store';

export interface SweeperProps extends FunctionChoices {
  readonly store: ISessionStore;
  readonly harness: IHarnessFunction;

  /**
   * Where sandboxes run.
   *
   * @default - nowhere
   */
  readonly sandboxes?: ISandboxFleet;

  /**
   * How often it looks. What died is picked up at most this long after its lease has lapsed.
   *
   * @default Duration.minutes(1)
   */
  readonly interval?: Duration;
}

const SWEEP_TIMEOUT = Duration.seconds(55);

/** Looks each minute for what is due (input nobody woke for, a lease that lapsed, a sandbox that died) and gets it moving. */
export class Sweeper extends Resource {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: SweeperProps) {
    super(scope, id);
    this.function = new LambdaFunction(this, 'Function', {
      entryPoint: 'sweeper',
      description: 'Gets moving whatever is due: threads nobody woke, leases that lapsed, sandboxes that died',
      timeout: SWEEP_TIMEOUT,
      memorySize: 256,
      logRetention: props.logRetention,
      tracing: props.tracing,
      environment: {
        ...props.store.functionEnvironment,
        ...props.harness.functionEnvironment,
        ...props.sandboxes?.functionEnvironment,
      },
    });
    props.store.grantReadWrite(this.function);
    props.harness.grantWake(this.function);
    props.sandboxes?.grantRun(this.function);
    new scheduler.Schedule(this, 'Schedule', {
      description: 'Starts a sweep of what is due',
      schedule: scheduler.ScheduleExpression.rate(props.interval ?? Duration.minutes(1)),
      // A sweep that was missed is made good by the next one.
      target: new LambdaInvoke(this.function, {
        role: this.schedulerRole(),
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
      }),
    });
  }

  /** The construct would let the scheduler invoke every version there ever is. */
  private schedulerRole(): iam.IRole {
    const role = new iam.Role(this, 'SchedulerRole', {
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      description: 'Starts the sweeper each minute',
    });
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] }),
    );
    return role.withoutPolicyUpdates();
  }

  /** How late, in seconds, the oldest due item was when a sweep found it. */
  metricDueAge(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName: METRICS.dueAge,
      dimensionsMap: { [METRIC_DIMENSION]: Stack.of(this).stackName },
      statistic: cloudwatch.Stats.MAXIMUM,
      period: Duration.minutes(5),
      ...props,
    });
  }
}
