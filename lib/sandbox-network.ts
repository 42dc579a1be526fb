import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { addApiEndpoint, addTaskEndpoints } from './sandbox-endpoints';

/** The network that sandboxes stand in, resolved. */
export interface SandboxNetworkConfig {
  readonly vpc: ec2.IVpc;
  readonly subnets: readonly ec2.ISubnet[];
  /** Whether a task needs a public address of its own to reach anything. */
  readonly assignPublicAddress: boolean;
  /** What tasks reach where there is no route to the internet. @default - there is one */
  readonly isolated?: IsolatedNetworkConfig;
}

/** The ways out of a network without a route to the internet. */
export interface IsolatedNetworkConfig {
  /** An endpoint of `execute-api`, by which sandboxes reach the API. */
  readonly apiEndpoint: ec2.IInterfaceVpcEndpoint;
  /** All endpoints that sandboxes connect to, as far as they are to let them in. */
  readonly endpoints: readonly ec2.IConnectable[];
}

/** What is there for sandboxes in subnets of a VPC that you have. */
export interface GivenNetworkOptions {
  /**
   * An interface endpoint of `execute-api`. The API then gets an address of its own behind it. Where the subnets have no route to
   * the internet, sandboxes also need endpoints of `ecr.api`, `ecr.dkr`, `logs` and S3 there.
   *
   * @default - sandboxes reach the public address of the API
   */
  readonly apiEndpoint?: ec2.IInterfaceVpcEndpoint;
}

export interface IsolatedSubnetsOptions {
  /**
   * In how many availability zones. Each costs about $29 a month at rest.
   *
   * @default 1
   */
  readonly availabilityZones?: number;
}

/** Where sandboxes stand in the network. Nothing can reach them in any of these; the choice is how they reach others. */
export abstract class SandboxNetwork {
  /**
   * Public subnets of a VPC of their own: each task has a public address while it runs, and no NAT gateway is needed. The
   * VPC costs nothing, an address half a cent per hour and task.
   */
  static publicSubnets(): SandboxNetwork {
    return new OwnNetwork(0);
  }

  /**
   * Private subnets of a VPC of their own, behind one NAT gateway: tasks have no public address and all leave by one. It
   * costs about $33 a month at rest.
   */
  static privateSubnets(): SandboxNetwork {
    return new OwnNetwork(1);
  }

  /**
   * Subnets of a VPC of their own without a route to the internet, whatever an environment's network says. Tasks reach the API,
   * their image, their log and their saved files by endpoints that serve this account alone, and nothing else. Names are still
   * looked up; a firewall of Route 53's resolver can end that. It costs about $29 a month at rest in each availability zone.
   */
  static isolatedSubnets(options: IsolatedSubnetsOptions = {}): SandboxNetwork {
    return new IsolatedNetwork(options.availabilityZones ?? 1);
  }

  /**
   * Subnets of a VPC that you have. The tasks must reach the API and the image from there: over a NAT gateway, over a proxy of
   * yours, directly where the subnets are public, or by endpoints.
   */
  static fromVpc(vpc: ec2.IVpc, subnets?: ec2.SubnetSelection, options: GivenNetworkOptions = {}): SandboxNetwork {
    return new GivenNetwork(vpc, subnets, options);
  }

  abstract bind(scope: Construct): SandboxNetworkConfig;
}

const NO_FLOW_LOGS = 'Flow logs cost more than the sandboxes; switch them on where an audit asks for them';

class OwnNetwork extends SandboxNetwork {
  constructor(private readonly natGateways: 0 | 1) {
    super();
  }

  bind(scope: Construct): SandboxNetworkConfig {
    const isPublic = this.natGateways === 0;
    const open = { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, mapPublicIpOnLaunch: false };
    const closed = { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS };
    const vpc = new ec2.Vpc(scope, 'Vpc', {
      maxAzs: 2,
      natGateways: this.natGateways,
      subnetConfiguration: isPublic ? [open] : [open, closed],
      // Saved workspaces and image layers go this way at no cost.
      gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
      // Emptying the default group takes a function with a role of its own, and nothing here ever uses that group.
      restrictDefaultSecurityGroup: false,
    });
    acknowledge(vpc, 'AwsSolutions-VPC7', NO_FLOW_LOGS);
    return { vpc, subnets: isPublic ? vpc.publicSubnets : vpc.privateSubnets, assignPublicAddress: isPublic };
  }
}

class IsolatedNetwork extends SandboxNetwork {
  constructor(private readonly availabilityZones: number) {
    super();
    if (!Number.isInteger(availabilityZones) || availabilityZones < 1) {
      throw new Error('availabilityZones: sandboxes run in at least one. Leave it out for one');
    }
  }

  bind(scope: Construct): SandboxNetworkConfig {
    const vpc = new ec2.Vpc(scope, 'Vpc', {
      maxAzs: this.availabilityZones,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
      restrictDefaultSecurityGroup: false,
    });
    acknowledge(vpc, 'AwsSolutions-VPC7', NO_FLOW_LOGS);
    const apiEndpoint = addApiEndpoint(vpc);
    const isolated = { apiEndpoint, endpoints: [apiEndpoint, ...addTaskEndpoints(vpc)] };
    return { vpc, subnets: vpc.isolatedSubnets, assignPublicAddress: false, isolated };
  }
}

class GivenNetwork extends SandboxNetwork {
  constructor(
    private readonly vpc: ec2.IVpc,
    private readonly selection: ec2.SubnetSelection | undefined,
    private readonly options: GivenNetworkOptions,
  ) {
    super();
  }

  bind(): SandboxNetworkConfig {
    const { subnets, hasPublic } = this.vpc.selectSubnets(this.selection);
    const { apiEndpoint } = this.options;
    if (subnets.length === 0) {
      throw new Error(
        'SandboxNetwork.fromVpc: the selection names no subnet. Name some with `subnets: { subnets: [...] }`',
      );
    }
    const isolated = apiEndpoint && { apiEndpoint, endpoints: [apiEndpoint] };
    if (!isolated && subnets.every((subnet) => this.vpc.isolatedSubnets.includes(subnet))) {
      throw new Error(
        'SandboxNetwork.fromVpc: these subnets have no route to the internet, so sandboxes would reach neither the API nor their' +
          ' image. Give `apiEndpoint`, an interface endpoint of execute-api, and have endpoints of ecr.api, ecr.dkr, logs and S3' +
          ' there; or select subnets with a NAT gateway',
      );
    }
    return { vpc: this.vpc, subnets, assignPublicAddress: hasPublic, isolated };
  }
}
