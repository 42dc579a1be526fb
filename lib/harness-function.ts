import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct, IConstruct } from 'constructs';
import { SETTINGS } from '../runtime/aws/settings';
import { acknowledge, acknowledgeGrant, acknowledgeWildcard } from './acknowledge';
import { HarnessMetrics, type IHarnessMetrics } from './harness-metrics';
import { FUNCTION_MEMORY_MIB } from './function-memory';
import type { HarnessFunctionProps } from './harness-function-props';
import { LambdaFunction } from './lambda-function';
import { modelEnvironment } from './model-environment';
import type { IModelKey } from './model-key';
import { ModelProvider } from './model-provider';
import { privateHostsEnvironment } from './private-hosts';
import { traceEnvironment } from './trace-export';

/** The function that wakes threads, in all of its published versions. */
export interface IHarnessFunction extends IConstruct, iam.IGrantable, IHarnessMetrics {
  readonly functionArn: string;
  readonly functionName: string;
  /** The variables that tell another function which harness wakes its sessions. */
  readonly functionEnvironment: Record<string, string>;
  /** Asking for wakes, of whatever version a session is pinned to. */
  grantWake(grantee: iam.IGrantable): iam.Grant;
  /** Wakes that failed; each is tried twice more. */
  metricErrors(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/** What names an existing harness. */
export interface HarnessFunctionAttributes {
  readonly functionArn: string;
  /** The version that new sessions begin with. */
  readonly version: string;
  /**
   * The name of the stack that made it, under which its metrics stand.
   *
   * @default - the name of this stack
   */
  readonly stackName?: string;
}

/** A wake leaves its last 70 seconds unused, and a model needs minutes: with less than this, every turn would be cut up. */
const SHORTEST_TIMEOUT = Duration.minutes(3);
const LONGEST_TIMEOUT = Duration.minutes(15);
/** What the queue of failed wakes keeps, and for how long. The due index wakes their threads again in any case. */
const FAILED_WAKES_KEPT = Duration.days(14);
const LONGEST_WAIT = Duration.hours(1);

abstract class HarnessFunctionBase extends HarnessMetrics implements IHarnessFunction {
  abstract readonly function: lambda.IFunction;
  abstract readonly version: string;
  /** What others have to know of the models. */
  protected readonly modelEnvironment: Readonly<Record<string, string>> = {};

  get functionArn(): string {
    return this.function.functionArn;
  }

  get functionName(): string {
    return this.function.functionName;
  }

  get grantPrincipal(): iam.IPrincipal {
    return this.function.grantPrincipal;
  }

  get functionEnvironment(): Record<string, string> {
    return {
      [SETTINGS.harnessFunction]: this.functionName,
      [SETTINGS.harnessVersion]: this.version,
      ...this.modelEnvironment,
    };
  }

  grantWake(grantee: iam.IGrantable): iam.Grant {
    const statement = wakeStatement(this.functionArn);
    acknowledgeGrant(grantee, `${this.functionArn}:*`, EVERY_VERSION);
    return iam.Grant.addToPrincipal({ grantee, actions: statement.actions, resourceArns: statement.resources });
  }

  metricErrors(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.function.metricErrors(props);
  }
}

const EVERY_VERSION = 'A session is woken by the version that it is pinned to, and versions come with every deployment';

const wakeStatement = (functionArn: string): iam.PolicyStatement =>
  new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [`${functionArn}:*`] });

/**
 * The harness: a function whose published versions stay, so that each session keeps the one that it began with. It wakes
 * itself when its time runs out, and what fails goes to a queue.
 */
export class HarnessFunction extends HarnessFunctionBase implements ec2.IConnectable {
  /** A harness that another stack made. */
  static fromHarnessFunctionAttributes(
    scope: Construct,
    id: string,
    attributes: HarnessFunctionAttributes,
  ): IHarnessFunction {
    return new ImportedHarnessFunction(scope, id, attributes);
  }

  readonly function: lambda.Function;
  /** Wakes that failed three times. An alarm belongs on it; the due index wakes their threads again. */
  readonly failedWakes: sqs.Queue;
  /** The secret with the model's key, where the provider takes one. */
  readonly modelKey?: IModelKey;
  protected override readonly modelEnvironment: Readonly<Record<string, string>>;
  protected readonly serviceName = Stack.of(this).stackName;

  constructor(scope: Construct, id: string, props: HarnessFunctionProps) {
    super(scope, id);
    const timeout = checkedTimeout(props.timeout ?? LONGEST_TIMEOUT);
    const { vault } = props;
    const provider = props.model ?? ModelProvider.anthropicApi();
    const model = provider.bind(this, props.encryptionKey);
    this.modelKey = model.key;
    this.modelEnvironment = modelEnvironment(provider, props.modelPrices);
    this.failedWakes = new sqs.Queue(this, 'FailedWakes', {
      enforceSSL: true,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      retentionPeriod: FAILED_WAKES_KEPT,
    });
    acknowledge(this.failedWakes, 'AwsSolutions-SQS3', 'This queue is itself where failed work goes');

    // The same for the function and for its versions: Lambda looks only at the one that was invoked.
    const delivery: lambda.EventInvokeConfigOptions = {
      retryAttempts: 2,
      maxEventAge: LONGEST_WAIT,
      onFailure: new SqsDestination(this.failedWakes),
    };
    this.function = new LambdaFunction(this, 'Function', {
      entryPoint: model.entryPoint,
      description: 'Wakes a thread of a session: reads its log, asks the model, dispatches tools, commits',
      timeout,
      memorySize: props.memorySize ?? FUNCTION_MEMORY_MIB.harness,
      logRetention: props.logRetention,
      logLevel: props.logLevel,
      tracing: props.tracing,
      // A wake that runs out of time asks for its successor. Lambda's loop detection would drop that after sixteen.
      recursiveLoop: lambda.RecursiveLoop.ALLOW,
      environment: {
        ...props.store.functionEnvironment,
        ...model.environment,
        ...this.modelEnvironment,
        ...traceEnvironment(props.traces),
        ...props.sandboxes?.functionEnvironment,
        ...props.bell?.functionEnvironment,
        ...vault?.brokerEnvironment,
        ...privateHostsEnvironment(props.privateHosts),
      },
      ...networkOf(props),
      ...delivery,
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN, ...delivery },
    });
    this.keepDeliveryRules();
    props.store.grantReadWrite(this.function);
    model.grantAsk(this.function);
    props.traces?.headers?.grantRead(this.function);
    props.sandboxes?.grantRun(this.function);
    props.bell?.grantRing(this.function);
    vault?.grantBroker(this.function);
    this.allowToWakeItself();
  }

  /** The harness's own network, where it has one. @throws where it is in no VPC */
  get connections(): ec2.Connections {
    return this.function.connections;
  }

  /** The number of the version that this deployment publishes. */
  get version(): string {
    return this.function.currentVersion.version;
  }

  /** Sets a variable of this version and later ones. Published versions keep what they have. */
  addEnvironment(name: string, value: string): void {
    this.function.addEnvironment(name, value);
  }

  /**
   * A version stays when the next one is published, and so must what Lambda is to do when it fails. Otherwise the sessions of
   * the version before would lose their wakes without a trace.
   */
  private keepDeliveryRules(): void {
    const rules = this.function.currentVersion.node.findChild('EventInvokeConfig').node.defaultChild;
    if (!(rules instanceof lambda.CfnEventInvokeConfig))
      throw new Error('the CDK names the rules of a version otherwise');
    rules.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }

  /** A policy of its own, because the role's default one must exist before the function, whose name this one holds. */
  private allowToWakeItself(): void {
    const policy = new iam.Policy(this, 'WakeItself', { statements: [wakeStatement(this.functionArn)] });
    this.function.role?.attachInlinePolicy(policy);
    acknowledgeWildcard(policy, `${this.functionArn}:*`, EVERY_VERSION);
  }
}

/** @throws when the network could not be meant. */
function networkOf({ vpc, vpcSubnets, securityGroups }: HarnessFunctionProps): lambda.FunctionOptions {
  if (!vpc) {
    if (!vpcSubnets && !securityGroups) return {};
    throw new Error('vpcSubnets, securityGroups: these are of a VPC. Name it as `vpc`, or leave them out');
  }
  const subnets = vpcSubnets ?? { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS };
  if (vpc.selectSubnets(subnets).hasPublic) {
    throw new Error(
      'vpcSubnets: a function in a public subnet reaches nothing outside. Choose private ones with a way out',
    );
  }
  return { vpc, vpcSubnets: subnets, securityGroups };
}

function checkedTimeout(timeout: Duration): Duration {
  if (timeout.isUnresolved()) return timeout;
  const seconds = timeout.toSeconds();
  if (seconds < SHORTEST_TIMEOUT.toSeconds() || seconds > LONGEST_TIMEOUT.toSeconds()) {
    throw new Error(
      `timeout: a wake takes between 3 and 15 minutes, not ${seconds} seconds. Leave it out for 15: only what is used is paid`,
    );
  }
  return timeout;
}

class ImportedHarnessFunction extends HarnessFunctionBase {
  readonly function: lambda.IFunction;
  protected readonly serviceName: string;
  readonly version: string;

  constructor(scope: Construct, id: string, attributes: HarnessFunctionAttributes) {
    super(scope, id);
    this.function = lambda.Function.fromFunctionArn(this, 'Function', attributes.functionArn);
    this.version = attributes.version;
    this.serviceName = attributes.stackName ?? Stack.of(this).stackName;
  }
}
