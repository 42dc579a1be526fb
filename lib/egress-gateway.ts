import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Resource, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct, IConstruct } from 'constructs';
import { isIP } from 'node:net';
import { SETTINGS } from '../runtime/aws/settings';
import { acknowledge, acknowledgeWildcard } from './acknowledge';
import { BUILT } from './built';
import type { ICredentialVault } from './credential-vault';
import { EgressNetwork } from './egress-network';
import { privateHostsEnvironment } from './private-hosts';
import { SandboxImage } from './sandbox-image';
import type { ISessionStore } from './session-store';

/** The way out of sandboxes that may not have another. */
export interface IEgressGateway extends IConstruct, ec2.IConnectable {
  /** The variables that tell a function of `runtime/` where such sandboxes stand and where they find the gateway. */
  readonly functionEnvironment: Record<string, string>;
  /** Having the gateway run while it is needed. */
  grantScale(grantee: iam.IGrantable): iam.Grant;
}

export interface EgressGatewayProps {
  readonly store: ISessionStore;
  readonly vault: ICredentialVault;

  /**
   * In how many availability zones sandboxes with a limited network run. Each costs about $22 a month at rest, for the endpoints
   * by which images come in and logs go out.
   *
   * @default 1
   */
  readonly availabilityZones?: number;

  /**
   * What the gateway runs.
   *
   * @default - built in the account, like the image of sandboxes
   */
  readonly image?: SandboxImage;

  /**
   * The processor. The image must be made for it.
   *
   * @default ecs.CpuArchitecture.ARM64
   */
  readonly architecture?: ecs.CpuArchitecture;

  /**
   * Processor units of the gateway, 1,024 to a core. It has twice as many MiB of memory.
   *
   * @default 256
   */
  readonly cpu?: number;

  /**
   * Addresses of the name servers that the gateway asks. The network's own resolver answers next to nothing there.
   *
   * @default ['1.1.1.1', '8.8.8.8']
   */
  readonly nameServers?: string[];

  /**
   * Hosts that sandboxes may reach by the gateway although they are private: exact names, addresses, or `*.domain`. The gateway must
   * have a route to them.
   *
   * @default - none
   */
  readonly privateHosts?: string[];

  /**
   * Authorities that the gateway trusts beside the public ones, as PEM.
   *
   * @default - none
   */
  readonly trustedCertificates?: string;

  /**
   * A key of yours, for the secret with the gateway's own authority.
   *
   * @default - the account's key of Secrets Manager, at no cost
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How long the lines are kept that say of each connection whose it was, where it went and with which credentials.
   *
   * @default logs.RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;
}

const PORT = 3128;
const DOMAIN = 'egress.internal';
const NAME = 'gateway';
/** A gateway that was just started has another address than the last one. */
const NAME_LASTS = Duration.seconds(10);
const NAME_SERVERS = ['1.1.1.1', '8.8.8.8'];

/**
 * The egress gateway: the one way out of sandboxes whose network is limited, or whose session has credentials that stand in their
 * environment. It lets each session go where its policy allows and puts the credentials in on the way. A task on Fargate while such a
 * sandbox runs, and none otherwise: the functions that start sandboxes raise it, the sweeper lowers it.
 *
 * Tell it where the API is with `addApi`: those sandboxes reach the API by it, too.
 */
export class EgressGateway extends Resource implements IEgressGateway {
  readonly connections: ec2.Connections;
  readonly service: ecs.FargateService;
  /** With which the gateway asks the broker, and looks whose sandbox it is. */
  readonly taskRole: iam.Role;
  /** Keeps the authority that sandboxes trust. Only the gateway reads it, and the first one fills it. */
  readonly authoritySecret: secretsmanager.CfnSecret;
  readonly functionEnvironment: Record<string, string>;
  private readonly container: ecs.ContainerDefinition;
  private hasApi = false;

  constructor(scope: Construct, id: string, props: EgressGatewayProps) {
    super(scope, id);
    checkNameServers(props.nameServers);
    const network = new EgressNetwork(this, 'Network', {
      store: props.store,
      availabilityZones: props.availabilityZones ?? 1,
      domain: DOMAIN,
      answeredNames: (props.privateHosts ?? []).filter((host) => isIP(host) === 0),
      port: PORT,
    });
    this.connections = new ec2.Connections({ securityGroups: [network.gatewayGroup] });
    this.authoritySecret = this.secret(props.encryptionKey);
    this.taskRole = new iam.Role(this, 'TaskRole', {
      assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
      description: 'Asks the broker what sessions may use, and looks whose sandbox it is that comes',
    });
    this.grantToGateway(props);

    const cluster = new ecs.Cluster(this, 'Cluster', { vpc: network.vpc });
    const namespace = cluster.addDefaultCloudMapNamespace({ name: DOMAIN });
    // How long a resolver remembers that there is no gateway yet.
    const zone = namespace.node.defaultChild as servicediscovery.CfnPrivateDnsNamespace;
    zone.properties = { dnsProperties: { soa: { ttl: NAME_LASTS.toSeconds() } } };
    acknowledge(cluster, 'AwsSolutions-ECS4', 'The gateway writes a line for each connection');
    const definition = this.taskDefinition(props);
    this.container = definition.container;
    this.service = new ecs.FargateService(this, 'Service', {
      cluster,
      taskDefinition: definition.task,
      vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
      securityGroups: [network.gatewayGroup],
      assignPublicIp: true,
      // How many run is not said here: each deployment would set it anew.
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      cloudMapOptions: { name: NAME, dnsTtl: NAME_LASTS },
      enableExecuteCommand: false,
    });
    // A gateway without its permissions or its network ends at once, and a deployment that sees that too often gives up.
    this.service.node.addDependency(this.taskRole, network);
    this.functionEnvironment = {
      [SETTINGS.egressAddress]: `${NAME}.${DOMAIN}:${PORT}`,
      [SETTINGS.egressSubnets]: network.sandboxSubnets.map(({ subnetId }) => subnetId).join(','),
      [SETTINGS.egressSecurityGroup]: network.sandboxGroup.securityGroupId,
      [SETTINGS.egressCluster]: cluster.clusterArn,
      [SETTINGS.egressService]: this.service.serviceName,
    };
    this.node.addValidation({
      validate: () => (this.hasApi ? [] : ['Nobody told the egress gateway where the API is: call `addApi(url)`']),
    });
  }

  /** Says where the API is, which sandboxes without another way out reach by the gateway. */
  addApi(url: string): void {
    this.container.addEnvironment(SETTINGS.apiUrl, url);
    this.hasApi = true;
  }

  grantScale(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['ecs:DescribeServices', 'ecs:UpdateService'],
      resourceArns: [this.service.serviceArn],
    });
  }

  /** Without a value: what passed through a template could be read by whoever may read templates. */
  private secret(encryptionKey?: kms.IKey): secretsmanager.CfnSecret {
    const secret = new secretsmanager.CfnSecret(this, 'Authority', {
      description: 'The authority of the egress gateway, which the first gateway makes',
      kmsKeyId: encryptionKey?.keyArn,
    });
    secret.applyRemovalPolicy(RemovalPolicy.DESTROY);
    acknowledge(secret, 'AwsSolutions-SMG4', 'Sandboxes trust the authority for as long as they live');
    return secret;
  }

  private grantToGateway({ store, vault, encryptionKey }: EgressGatewayProps): void {
    store.grantLook(this.taskRole);
    vault.grantBroker(this.taskRole);
    this.taskRole.addToPolicy(
      new iam.PolicyStatement({
        actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
        resources: [this.authoritySecret.ref],
      }),
    );
    encryptionKey?.grant(this.taskRole, 'kms:Decrypt', 'kms:GenerateDataKey');
  }

  private taskDefinition(props: EgressGatewayProps) {
    const architecture = props.architecture ?? ecs.CpuArchitecture.ARM64;
    const cpu = props.cpu ?? 256;
    const executionRole = new iam.Role(this, 'ExecutionRole', {
      assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
      description: 'Pulls the image of the gateway and writes its log; the gateway does not have it',
    });
    const image = (props.image ?? SandboxImage.builtInAccount(defaultDirectory())).bind(this, {
      architecture,
      executionRole,
    });
    acknowledgeWildcard(executionRole, '*', 'Logging in to a registry has no resource that a policy could name');
    const task = new ecs.FargateTaskDefinition(this, 'Task', {
      cpu,
      memoryLimitMiB: cpu * 2,
      runtimePlatform: { cpuArchitecture: architecture, operatingSystemFamily: ecs.OperatingSystemFamily.LINUX },
      taskRole: this.taskRole,
      executionRole,
    });
    if (image.ready) task.node.addDependency(image.ready);
    const container = task.addContainer('gateway', {
      image: ecs.ContainerImage.fromRegistry(image.uri),
      readonlyRootFilesystem: true,
      portMappings: [{ containerPort: PORT }],
      linuxParameters: this.withoutRights(),
      logging: ecs.LogDriver.awsLogs({
        streamPrefix: 'gateway',
        logGroup: new logs.LogGroup(this, 'Logs', {
          retention: props.logRetention ?? logs.RetentionDays.ONE_YEAR,
          removalPolicy: RemovalPolicy.RETAIN,
        }),
      }),
      environment: this.environmentOf(props),
    });
    acknowledge(task, 'AwsSolutions-ECS2', 'The variables are names and ARNs; the gateway reads secrets by itself');
    return { task, container };
  }

  /** It listens on a high port and starts nothing. */
  private withoutRights(): ecs.LinuxParameters {
    const parameters = new ecs.LinuxParameters(this, 'Linux', { initProcessEnabled: true });
    parameters.dropCapabilities(ecs.Capability.ALL);
    return parameters;
  }

  private environmentOf(props: EgressGatewayProps): Record<string, string> {
    return {
      ...props.store.functionEnvironment,
      ...props.vault.brokerEnvironment,
      ...privateHostsEnvironment(props.privateHosts),
      ...(props.trustedCertificates === undefined ? {} : { [SETTINGS.egressTrusted]: props.trustedCertificates }),
      [SETTINGS.egressAuthoritySecret]: this.authoritySecret.ref,
      [SETTINGS.egressPort]: String(PORT),
      [SETTINGS.egressNameServers]: (props.nameServers ?? NAME_SERVERS).join(','),
      AWS_REGION: Stack.of(this).region,
    };
  }
}

function checkNameServers(servers?: readonly string[]): void {
  if (servers?.length === 0) throw new Error('nameServers: name at least one, or leave it out');
  for (const server of servers ?? []) {
    if (Token.isUnresolved(server) || isIP(server) !== 0) continue;
    throw new Error(`nameServers: "${server}" is no address. Name servers are found by address, such as 1.1.1.1`);
  }
}

function defaultDirectory(): string {
  const directory = join(BUILT, 'egress-image');
  if (existsSync(join(directory, 'Dockerfile'))) return directory;
  throw new Error(`There is no image of the gateway in ${directory}: run \`npm run build\` first`);
}
