import { ArnFormat, Duration, Names, RemovalPolicy, Resource, Size, Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct, IConstruct } from 'constructs';
import { SETTINGS } from '../runtime/aws/settings';
import { acknowledge, acknowledgeGrant, acknowledgeWildcard } from './acknowledge';
import type { IEgressGateway } from './egress-gateway';
import { LIST_ACTIONS, PASS_ACTIONS, RUN_ACTIONS, TAG_ACTIONS, TASK_ACTIONS } from './sandbox-fleet-perms';
import type { SandboxFleetProps } from './sandbox-fleet-props';
import { SandboxDrain } from './sandbox-drain';
import { SandboxImage } from './sandbox-image';
import { SandboxNetwork, type IsolatedNetworkConfig } from './sandbox-network';
import { checkIsolatedImage } from './sandbox-image-reach';
import { checkSandboxSize, sizesForFunctions, warmPoolForFunctions } from './sandbox-size';
import { sandboxTaskDefinition } from './sandbox-task';
import { serviceMetric } from './service-metrics';

/** Where the sandboxes of `cloud` environments run. */
export interface ISandboxFleet extends IConstruct, ec2.IConnectable {
  readonly clusterArn: string;
  /** The families of its task definitions. */
  readonly taskFamilies: readonly string[];
  /** The endpoint of `execute-api` by which sandboxes reach the API, where they have no other way to it. */
  readonly apiEndpoint?: ec2.IInterfaceVpcEndpoint;
  /** The variables that tell a function of `runtime/` how to start a sandbox. */
  readonly functionEnvironment: Record<string, string>;
  /** Starting and stopping sandboxes. */
  grantRun(grantee: iam.IGrantable): void;
  /** Sandboxes that were asked for. */
  metricStarts(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** Sandboxes that could not be had; each is asked for again. */
  metricStartFailures(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** From asking for a sandbox to the first sign of life from its worker, in milliseconds. */
  metricStartTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/**
 * The sandbox fleet: a cluster in which each session has a task of its own while it needs one. It costs nothing while no
 * session does. A task has no role, so that there are no credentials of AWS in its reach, and no open port.
 */
export class SandboxFleet extends Resource implements ISandboxFleet {
  readonly cluster: ecs.Cluster;
  readonly vpc: ec2.IVpc;
  readonly connections: ec2.Connections;
  /** The role with which ECS pulls the image and writes the log. No container ever has it. */
  readonly executionRole: iam.Role;
  readonly taskDefinition: ecs.CfnTaskDefinition;
  /** The same for environments with packages of the system, which a sandbox installs when it starts. */
  readonly systemTaskDefinition: ecs.CfnTaskDefinition;
  readonly functionEnvironment: Record<string, string>;
  /** Stops the sandboxes when the stack is deleted. Whatever starts sandboxes must depend on it. */
  readonly drain: SandboxDrain;
  readonly apiEndpoint?: ec2.IInterfaceVpcEndpoint;
  readonly taskFamilies: readonly string[];
  private readonly egress?: IEgressGateway;

  constructor(scope: Construct, id: string, props: SandboxFleetProps = {}) {
    super(scope, id);
    this.egress = props.egress;
    const cpu = props.cpu ?? 1024;
    const memory = props.memory ?? Size.gibibytes(2);
    checkSandboxSize(cpu, memory, props.storage);

    const network = (props.network ?? SandboxNetwork.publicSubnets()).bind(this);
    this.vpc = network.vpc;
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: network.vpc,
      description: 'Sandboxes: nothing comes in',
      allowAllOutbound: network.isolated === undefined,
    });
    this.apiEndpoint = network.isolated?.apiEndpoint;
    if (network.isolated) reachOnly(network.isolated, securityGroup);
    this.connections = new ec2.Connections({ securityGroups: [securityGroup] });

    this.cluster = new ecs.Cluster(this, 'Cluster', {
      vpc: network.vpc,
      enableFargateCapacityProviders: props.spot,
    });
    acknowledge(
      this.cluster,
      'AwsSolutions-ECS4',
      'Container insights bill each task; the functions count starts and failures',
    );

    const architecture = props.architecture ?? ecs.CpuArchitecture.ARM64;
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.executionRole = new iam.Role(this, 'ExecutionRole', {
      assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
      description: 'Pulls the image of sandboxes and writes their logs; no container has it',
    });
    logGroup.grantWrite(this.executionRole);
    const image = (props.image ?? SandboxImage.builtInAccount()).bind(this, {
      architecture,
      executionRole: this.executionRole,
    });
    if (props.egress || network.isolated) checkIsolatedImage(image.uri);
    acknowledgeWildcard(this.executionRole, '*', 'Logging in to a registry has no resource that a policy could name');

    const family = Names.uniqueResourceName(this, { maxLength: 128 });
    const systemFamily = `${family}System`;
    this.taskFamilies = [family, systemFamily];
    const task = {
      image: image.uri,
      architecture,
      cpu,
      memory,
      storage: props.storage,
      executionRole: this.executionRole,
      logGroup,
    };
    this.taskDefinition = sandboxTaskDefinition(this, 'Task', { ...task, family, changesSystem: false });
    this.systemTaskDefinition = sandboxTaskDefinition(this, 'SystemTask', {
      ...task,
      family: systemFamily,
      changesSystem: true,
    });
    if (image.ready) {
      this.taskDefinition.node.addDependency(image.ready);
      this.systemTaskDefinition.node.addDependency(image.ready);
    }

    this.drain = new SandboxDrain(this, 'Drain', {
      clusterArn: this.clusterArn,
      taskArns: this.taskArns,
      families: this.taskFamilies,
    });

    const warmPool = warmPoolForFunctions(props.warmPool, props.sizes);
    this.functionEnvironment = {
      [SETTINGS.sandboxCluster]: this.cluster.clusterArn,
      [SETTINGS.sandboxTaskDefinition]: this.taskDefinition.ref,
      [SETTINGS.sandboxSystemTaskDefinition]: this.systemTaskDefinition.ref,
      [SETTINGS.sandboxSubnets]: network.subnets.map(({ subnetId }) => subnetId).join(','),
      [SETTINGS.sandboxSecurityGroup]: securityGroup.securityGroupId,
      [SETTINGS.sandboxPublicAddress]: String(network.assignPublicAddress),
      [SETTINGS.sandboxIdleSeconds]: String(checkedIdleTimeout(props.idleTimeout).toSeconds()),
      ...(props.sizes && { [SETTINGS.sandboxSizes]: JSON.stringify(sizesForFunctions(props.sizes)) }),
      ...(warmPool && { [SETTINGS.sandboxWarmPool]: JSON.stringify(warmPool) }),
      [SETTINGS.sandboxCapacity]: props.spot ? 'FARGATE_SPOT' : 'FARGATE',
      ...props.egress?.functionEnvironment,
    };
  }

  private get taskArns(): string {
    return this.arn('task', `${this.cluster.clusterName}/*`);
  }

  get clusterArn(): string {
    return this.cluster.clusterArn;
  }

  grantRun(grantee: iam.IGrantable): void {
    this.egress?.grantScale(grantee);
    const { clusterArn } = this;
    const inCluster = { ArnEquals: { 'ecs:cluster': clusterArn } };
    const definitions = this.taskFamilies.map((family) => this.arn('task-definition', `${family}:*`));
    const tasks = this.taskArns;
    const grant = (
      actions: string[],
      resourceArns: string[],
      conditions?: Record<string, Record<string, unknown>>,
    ): void => {
      iam.Grant.addToPrincipal({ grantee, actions, resourceArns, conditions });
    };
    grant(RUN_ACTIONS, definitions, inCluster);
    grant(TASK_ACTIONS, [tasks], inCluster);
    grant(LIST_ACTIONS, ['*'], inCluster);
    grant(TAG_ACTIONS, [tasks], { StringEquals: { 'ecs:CreateAction': 'RunTask' } });
    grant(PASS_ACTIONS, [this.executionRole.roleArn], {
      StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    });
    for (const definition of definitions) {
      acknowledgeGrant(
        grantee,
        definition,
        'A session runs the revision that it is pinned to, and revisions come with deployments',
      );
    }
    acknowledgeGrant(grantee, tasks, 'Tasks come and go; these are the tasks of this cluster alone');
    acknowledgeGrant(
      grantee,
      '*',
      'ListTasks has no resource that a policy could name; the condition keeps it to this cluster',
    );
  }

  metricStarts(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'SandboxStarts', props);
  }

  metricStartFailures(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'SandboxStartFailures', props);
  }

  metricStartTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return serviceMetric(this, 'SandboxStartTime', props);
  }

  private arn(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({
      service: 'ecs',
      resource,
      resourceName,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }
}

/** Lets sandboxes out to the endpoints. Image layers and saved files lie in S3, whose addresses have no group. */
function reachOnly({ endpoints }: IsolatedNetworkConfig, sandboxes: ec2.SecurityGroup): void {
  const https = ec2.Port.tcp(443);
  sandboxes.addEgressRule(ec2.Peer.anyIpv4(), https, 'Endpoints; where there is no route, nothing else is reached');
  for (const { connections } of endpoints) connections.allowFrom(sandboxes, https, 'Sandboxes');
}

/** A worker counts anew with each stream that it opens, and API Gateway ends a stream after 15 minutes. */
const LONGEST_IDLE_TIMEOUT = Duration.minutes(14);

function checkedIdleTimeout(timeout: Duration = Duration.minutes(5)): Duration {
  if (!timeout.isUnresolved() && timeout.toSeconds() > LONGEST_IDLE_TIMEOUT.toSeconds()) {
    throw new Error(
      `idleTimeout: ${timeout.toSeconds()} seconds is longer than a stream lasts, so a sandbox would never end. Use up to 14 minutes`,
    );
  }
  return timeout;
}
