import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as route53resolver from 'aws-cdk-lib/aws-route53resolver';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { addTaskEndpoints } from './sandbox-endpoints';
import type { ISessionStore } from './session-store';

export interface EgressNetworkProps {
  readonly store: ISessionStore;
  readonly availabilityZones: number;
  /** The domain in which sandboxes find the gateway. */
  readonly domain: string;
  /** Further names that the network's resolver answers. */
  readonly answeredNames: readonly string[];
  /** Where the gateway listens. */
  readonly port: number;
}

const HTTPS = ec2.Port.tcp(443);

/**
 * The network of sandboxes that may reach nothing but the egress gateway: subnets without a route to the internet, endpoints that
 * serve this account and this store alone, and a resolver that answers next to no name, since data can leave in the names that
 * somebody asks for. The gateway stands beside them, in a public subnet.
 */
export class EgressNetwork extends Construct {
  readonly vpc: ec2.Vpc;
  /** Of sandboxes: out to the gateway and to the endpoints, nothing in. */
  readonly sandboxGroup: ec2.SecurityGroup;
  /** Of the gateway: in from sandboxes, out to everybody. */
  readonly gatewayGroup: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, props: EgressNetworkProps) {
    super(scope, id);
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: props.availabilityZones,
      natGateways: 0,
      subnetConfiguration: [
        { name: 'Gateway', subnetType: ec2.SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
        { name: 'Sandboxes', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      ],
      restrictDefaultSecurityGroup: false,
    });
    acknowledge(
      this.vpc,
      'AwsSolutions-VPC7',
      'The gateway writes a line for each connection; flow logs cost more than it does',
    );
    this.sandboxGroup = this.group('SandboxGroup', 'Sandboxes without another way out than the gateway', false);
    this.gatewayGroup = this.group('GatewayGroup', 'The egress gateway: sandboxes come in', true);
    this.gatewayGroup.addIngressRule(this.sandboxGroup, ec2.Port.tcp(props.port));
    this.sandboxGroup.addEgressRule(this.gatewayGroup, ec2.Port.tcp(props.port));
    // Image layers and saved files lie in S3. Where nothing else is routed, no other address can be reached by this rule.
    this.sandboxGroup.addEgressRule(ec2.Peer.anyIpv4(), HTTPS, 'The endpoints; there is no route to anything else');
    this.addEndpoints(props.store);
    this.addFirewall(props);
  }

  get sandboxSubnets(): readonly ec2.ISubnet[] {
    return this.vpc.isolatedSubnets;
  }

  private group(id: string, description: string, allowAllOutbound: boolean): ec2.SecurityGroup {
    return new ec2.SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound });
  }

  private addEndpoints(store: ISessionStore): void {
    const securityGroup = this.group('EndpointGroup', 'Endpoints of AWS: sandboxes and the gateway come in', false);
    securityGroup.addIngressRule(this.sandboxGroup, HTTPS);
    // In this network their names mean the endpoints, for the gateway's own image and log, too.
    securityGroup.addIngressRule(this.gatewayGroup, HTTPS);
    addTaskEndpoints(this.vpc, { securityGroup, savedFiles: [store.bucket.arnForObjects('*')] });
  }

  private addFirewall({ domain, answeredNames }: EgressNetworkProps): void {
    const { region, urlSuffix } = Stack.of(this);
    const answered = new route53resolver.CfnFirewallDomainList(this, 'AnsweredNames', {
      domains: [`*.${region}.${urlSuffix}`, `*.${domain}`, ...answeredNames],
    });
    const all = new route53resolver.CfnFirewallDomainList(this, 'AllNames', { domains: ['*'] });
    const rules = new route53resolver.CfnFirewallRuleGroup(this, 'Firewall', {
      firewallRules: [
        { action: 'ALLOW', priority: 100, firewallDomainListId: answered.attrId },
        { action: 'BLOCK', priority: 200, firewallDomainListId: all.attrId, blockResponse: 'NXDOMAIN' },
      ],
    });
    new route53resolver.CfnFirewallRuleGroupAssociation(this, 'FirewallOfVpc', {
      firewallRuleGroupId: rules.attrId,
      vpcId: this.vpc.vpcId,
      priority: 101,
    });
  }
}
