import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RemovalPolicy, Stack, type Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { SETTINGS } from '../runtime/aws/settings';
import type { LogLevel } from '../runtime/telemetry/log';
import { acknowledge } from './acknowledge';
import { BUILT } from './built';

/** The entry points that `npm run build` bundles, each into a directory of its own. */
export type EntryPoint =
  | 'api'
  | 'stream'
  | 'bell'
  | 'harness'
  | 'harness-bedrock'
  | 'harness-claude-platform'
  | 'sweeper'
  | 'stopped-task'
  | 'janitor'
  | 'vault-keeper'
  | 'vault-broker'
  | 'keys'
  | 'sandbox-drain'
  | 'first-key'
  | 'image-build';

/** What the constructs let users choose of any of their functions. */
export interface FunctionChoices {
  /**
   * How long logs are kept.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * What is less than this is not logged. Measurements are, at every level.
   *
   * @default 'info'
   */
  readonly logLevel?: LogLevel;

  /**
   * Whether requests and calls to AWS are traced by X-Ray.
   *
   * @default lambda.Tracing.DISABLED
   */
  readonly tracing?: lambda.Tracing;
}

export interface LambdaFunctionProps extends FunctionChoices, lambda.FunctionOptions {
  readonly entryPoint: EntryPoint;
  readonly description: string;
  readonly timeout: Duration;
  readonly memorySize: number;
}

/**
 * A function of ours: one bundle of `runtime/` on Node 24 and ARM64, logging JSON into a group that goes with the stack. Its
 * role may write that log and nothing else until something is granted.
 */
export class LambdaFunction extends lambda.Function {
  constructor(scope: Construct, id: string, props: LambdaFunctionProps) {
    const { entryPoint, logRetention, logLevel, ...options } = props;
    const logGroup = new logs.LogGroup(scope, `${id}Logs`, {
      retention: logRetention ?? logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new iam.Role(scope, `${id}Role`, {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    logGroup.grantWrite(role);
    super(scope, id, {
      ...options,
      role,
      logGroup,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: bundleOf(entryPoint),
      loggingFormat: lambda.LoggingFormat.JSON,
      environment: {
        [SETTINGS.serviceName]: Stack.of(scope).stackName,
        ...(logLevel === undefined ? {} : { [SETTINGS.logLevel]: logLevel }),
        ...options.environment,
      },
    });
    if (options.vpc) allowNetworkInterfaces(role);
    if (options.tracing !== undefined && options.tracing !== lambda.Tracing.DISABLED) {
      acknowledge(role, 'AwsSolutions-IAM5[Resource::*]', 'Traces have no resource that a policy could name');
    }
  }
}

/** What Lambda does on behalf of a function that stands in a VPC. The CDK grants it only to roles of its own making. */
function allowNetworkInterfaces(role: iam.Role): void {
  const actions = [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ];
  role.addToPolicy(new iam.PolicyStatement({ actions, resources: ['*'] }));
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'The network interfaces of a function have no names before they are made',
  );
}

function bundleOf(entryPoint: EntryPoint): lambda.Code {
  const directory = join(BUILT, 'lambda', entryPoint);
  if (!existsSync(directory)) {
    throw new Error(`There is no bundle of the function "${entryPoint}" in ${directory}: run \`npm run build\` first`);
  }
  return lambda.Code.fromAsset(directory);
}
