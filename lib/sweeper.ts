import { Duration, Resource } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { ICredentialVault } from './credential-vault';
import { FUNCTION_MEMORY_MIB } from './function-memory';
import type { IHarnessFunction } from './harness-function';
import { LambdaFunction, type FunctionChoices } from './lambda-function';
import type { ISandboxFleet } from './sandbox-fleet';
import { runEvery } from './schedule';
import { serviceMetric } from './service-metrics';
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
   * The vaults in which it has deleted what whoever was to do it left behind.
   *
   * @default - none
   */
  readonly vault?: ICredentialVault;

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
      memorySize: FUNCTION_MEMORY_MIB.sweeper,
      logRetention: props.logRetention,
      logLevel: props.logLevel,
      tracing: props.tracing,
      environment: {
        ...props.store.functionEnvironment,
        ...props.harness.functionEnvironment,
        ...props.sandboxes?.functionEnvironment,
        ...props.vault?.functionEnvironment,
      },
    });
    props.store.grantReadWrite(this.function);
    props.harness.grantWake(this.function);
    props.sandboxes?.grantRun(this.function);
    props.vault?.grantKeep(this.function);
    runEvery(this, props.interval ?? Duration.minutes(1), this.function, 'Starts a sweep of what is due');
  }

  /** How late, in seconds, the oldest due item was when a sweep found it. */
  metricDueAge(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'DueAge', { statistic: cloudwatch.Stats.MAXIMUM, ...props });
  }
}
