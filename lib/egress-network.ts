import { Aws, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as route53resolver from 'aws-cdk-lib/aws-route53resolver';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
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

/** What ECS does, with the role of a sandbox's task, before its container runs: pull the image and write the log. */
const IMAGE_ACTIONS = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:GetAuthorizationToken',
  'ecr:GetDownloadUrlForLayer',
];
const LOG_ACTIONS = ['logs:CreateLogStream', 'logs:PutLogEvents'];

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

  /** Each serves what it is there for and nothing else: with credentials of his own, nobody can carry data out by them. */
  private addEndpoints(store: ISessionStore): void {
    const subnets = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
    const endpointGroup = this.group('EndpointGroup', 'Endpoints of AWS: sandboxes come in', false);
    endpointGroup.addIngressRule(this.sandboxGroup, HTTPS);
    const services = {
      Images: { service: ec2.InterfaceVpcEndpointAwsService.ECR, actions: IMAGE_ACTIONS },
      Layers: { service: ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER, actions: IMAGE_ACTIONS },
      Logs: { service: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS, actions: LOG_ACTIONS },
    };
    for (const [id, { service, actions }] of Object.entries(services)) {
      const endpoint = this.vpc.addInterfaceEndpoint(id, {
        service,
        subnets,
        securityGroups: [endpointGroup],
        open: false,
      });
      endpoint.addToPolicy(ofThisAccount(actions));
    }
    const s3 = this.vpc.addGatewayEndpoint('S3', {
      service: ec2.GatewayVpcEndpointAwsService.S3,
      subnets: [subnets],
    });
    const everybody = [new iam.AnyPrincipal()];
    // Who may put and get stands in the bucket's own permissions: sandboxes come with URLs that the API has signed.
    const files = [store.bucket.arnForObjects('*')];
    s3.addToPolicy(statement(everybody, ['s3:GetObject', 's3:PutObject'], files));
    // Where ECR keeps the layers of images, in every Region under this name.
    const layers = [`arn:${Aws.PARTITION}:s3:::prod-${Stack.of(this).region}-starport-layer-bucket/*`];
    s3.addToPolicy(statement(everybody, ['s3:GetObject'], layers));
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

/** What the roles of this account may do by an endpoint; which of them may, stands in their own policies. */
function ofThisAccount(actions: string[]): iam.PolicyStatement {
  const allowed = statement([new iam.AnyPrincipal()], actions, ['*']);
  allowed.addCondition('StringEquals', { 'aws:PrincipalAccount': Aws.ACCOUNT_ID });
  return allowed;
}

const statement = (principals: iam.IPrincipal[], actions: string[], resources: string[]): iam.PolicyStatement =>
  new iam.PolicyStatement({ principals, actions, resources });
