import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';

/** The network that sandboxes stand in, resolved. */
export interface SandboxNetworkConfig {
  readonly vpc: ec2.IVpc;
  readonly subnets: readonly ec2.ISubnet[];
  /** Whether a task needs a public address of its own to reach anything. */
  readonly assignPublicAddress: boolean;
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
   * Subnets of a VPC that you have. The tasks must reach the API and the image from there: over a NAT gateway, over a proxy of
   * yours, or directly where the subnets are public.
   */
  static fromVpc(vpc: ec2.IVpc, subnets?: ec2.SubnetSelection): SandboxNetwork {
    return new GivenNetwork(vpc, subnets);
  }

  abstract bind(scope: Construct): SandboxNetworkConfig;
}

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
    acknowledge(
      vpc,
      'AwsSolutions-VPC7',
      'Flow logs cost more than the sandboxes; switch them on where an audit asks for them',
    );
    return { vpc, subnets: isPublic ? vpc.publicSubnets : vpc.privateSubnets, assignPublicAddress: isPublic };
  }
}

class GivenNetwork extends SandboxNetwork {
  constructor(
    private readonly vpc: ec2.IVpc,
    private readonly selection?: ec2.SubnetSelection,
  ) {
    super();
  }

  bind(): SandboxNetworkConfig {
    const { subnets, hasPublic } = this.vpc.selectSubnets(this.selection);
    if (subnets.length === 0) {
      throw new Error(
        'SandboxNetwork.fromVpc: the selection names no subnet. Name some with `subnets: { subnets: [...] }`',
      );
    }
    return { vpc: this.vpc, subnets, assignPublicAddress: hasPublic };
  }
}
