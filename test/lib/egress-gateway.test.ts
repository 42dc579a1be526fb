import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { CredentialVault } from '../../lib/credential-vault';
import { EgressGateway, type EgressGatewayProps } from '../../lib/egress-gateway';
import { ManagedAgents } from '../../lib/managed-agents';
import { SandboxFleet } from '../../lib/sandbox-fleet';
import { SandboxImage } from '../../lib/sandbox-image';
import { SessionStore } from '../../lib/session-store';
import { actionsOf, newApp, newStack, permissions } from './stack';

const API = 'https://api.example.com';

function gatewayWith(props: Partial<EgressGatewayProps> = {}, stack = newStack()) {
  const store = new SessionStore(stack, 'Store');
  const vault = new CredentialVault(stack, 'Vault', { store });
  const gateway = new EgressGateway(stack, 'Egress', { store, vault, ...props });
  gateway.addApi(API);
  return { stack, gateway };
}

describe('the egress gateway', () => {
  const { stack, gateway } = gatewayWith();
  const launcher = new Role(stack, 'Launcher', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  gateway.grantScale(launcher);
  const template = Template.fromStack(stack);
  const resolved = (value: unknown): string => JSON.stringify(stack.resolve(value));

  test('stands where the internet is, and sandboxes where it is not', () => {
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    template.resourceCountIs('AWS::EC2::Subnet', 2);
    const routes = Object.values(template.findResources('AWS::EC2::Route'));
    expect(routes).toHaveLength(1);
    expect(JSON.stringify(routes)).toContain('GatewaySubnet1');
    expect(gateway.functionEnvironment.EGRESS_SUBNETS).toBeDefined();
    expect(resolved(gateway.functionEnvironment.EGRESS_SUBNETS)).toContain('SandboxesSubnet1');
    template.hasResourceProperties('AWS::ECS::Service', {
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'ENABLED' } },
      EnableExecuteCommand: false,
    });
  });

  test('is reached by sandboxes alone, and they reach it and the endpoints alone', () => {
    const ingress = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress')).map(({ Properties }) => [
      Properties?.FromPort,
      /NetworkSandboxGroup|NetworkGatewayGroup/.exec(JSON.stringify(Properties?.SourceSecurityGroupId))?.[0],
    ]);
    expect(ingress.toSorted()).toEqual([
      [3128, 'NetworkSandboxGroup'],
      [443, 'NetworkGatewayGroup'],
      [443, 'NetworkSandboxGroup'],
    ]);
    const [sandboxes] = Object.values(
      template.findResources('AWS::EC2::SecurityGroup', {
        Properties: { GroupDescription: 'Sandboxes without another way out than the gateway' },
      }),
    );
    expect(sandboxes?.Properties).not.toHaveProperty('SecurityGroupIngress');
    const egress = [
      ...((sandboxes?.Properties?.SecurityGroupEgress ?? []) as unknown[]),
      ...Object.values(template.findResources('AWS::EC2::SecurityGroupEgress')),
    ];
    expect(JSON.stringify(egress)).not.toContain('"IpProtocol":"-1"');
    expect(egress).toHaveLength(2);
  });

  test('stands beside endpoints that serve this account and this store alone', () => {
    const endpoints = Object.values(template.findResources('AWS::EC2::VPCEndpoint'));
    expect(endpoints).toHaveLength(4);
    for (const { Properties } of endpoints) {
      const { PolicyDocument, VpcEndpointType } = Properties as Record<string, unknown>;
      const policy = JSON.stringify(PolicyDocument);
      if (VpcEndpointType === 'Interface') expect(policy).toContain('"aws:PrincipalAccount"');
      else expect(policy).toMatch(/StoreBlobs.*starport-layer-bucket/);
      expect(policy).not.toMatch(/"Action":"(s3|ecr|logs):?\*"/);
    }
  });

  test('stands in a network that answers next to no name', () => {
    template.hasResourceProperties('AWS::Route53Resolver::FirewallRuleGroup', {
      FirewallRules: [
        Match.objectLike({ Action: 'ALLOW', Priority: 100 }),
        Match.objectLike({ Action: 'BLOCK', Priority: 200 }),
      ],
    });
    template.hasResourceProperties('AWS::Route53Resolver::FirewallDomainList', { Domains: ['*'] });
    template.resourceCountIs('AWS::Route53Resolver::FirewallRuleGroupAssociation', 1);
  });

  test('may ask the broker and look at sessions, and nothing else', () => {
    expect(actionsOf(template, 'TaskRole')).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'lambda:InvokeFunction',
      's3:GetObject',
      's3:ListBucket',
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
    ]);
    const granted = permissions(template, 'TaskRole');
    const secrets = granted.filter(({ action }) => action.startsWith('secretsmanager'));
    for (const { resource } of secrets) expect(resource).toContain('EgressAuthority');
    const [invoke] = granted.filter(({ action }) => action === 'lambda:InvokeFunction');
    expect(invoke?.resource).toContain('VaultBroker');
  });

  test('keeps its authority in a secret that is empty in the template and that nobody else reads', () => {
    const [authority] = Object.values(
      template.findResources('AWS::SecretsManager::Secret', {
        Properties: { Description: Match.stringLikeRegexp('authority') },
      }),
    );
    expect(authority?.Properties).not.toHaveProperty('SecretString');
    expect(authority?.Properties).not.toHaveProperty('GenerateSecretString');
    const readers = Object.values(template.findResources('AWS::IAM::Policy')).filter((policy) =>
      JSON.stringify(policy).includes('EgressAuthority'),
    );
    expect(readers).toHaveLength(1);
  });

  test('is raised and lowered by name, and no deployment sets how many run', () => {
    expect(permissions(template, 'Launcher').map(({ action }) => action)).toEqual([
      'ecs:DescribeServices',
      'ecs:UpdateService',
    ]);
    const [service] = Object.values(template.findResources('AWS::ECS::Service'));
    expect(service?.Properties).not.toHaveProperty('DesiredCount');
  });

  test('runs as the image says, with a root that is read-only, and is told no secret', () => {
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({
          ReadonlyRootFilesystem: true,
          Secrets: Match.absent(),
          LinuxParameters: Match.objectLike({ Capabilities: { Drop: ['ALL'] } }),
        }),
      ],
    });
  });
});

describe('an egress gateway', () => {
  test('wants to be told where the API is', () => {
    const stack = newStack();
    const store = new SessionStore(stack, 'Store');
    new EgressGateway(stack, 'Egress', { store, vault: new CredentialVault(stack, 'Vault', { store }) });
    expect(() => Template.fromStack(stack)).toThrow(/call `addApi\(url\)`/);
  });

  test.each([['dns.example.com'], ['']])('takes no %j for a name server', (server) => {
    expect(() => gatewayWith({ nameServers: [server] })).toThrow(/is no address/);
    expect(() => gatewayWith({ nameServers: [] })).toThrow(/at least one/);
  });

  test('serves no fleet whose image it would keep out', () => {
    const { stack, gateway: egress } = gatewayWith();
    const image = SandboxImage.fromRegistry('public.ecr.aws/example/sandbox@sha256:0');
    expect(() => new SandboxFleet(stack, 'Fleet', { egress, image })).toThrow(/not in ECR/);
  });
});

describe('a whole stack whose API asks for signatures', () => {
  test('has no gateway, since sandboxes behind it could not sign', () => {
    const props = { egress: {}, api: { iamAuthorization: true } };
    expect(() => new ManagedAgents(newStack(), 'Agents', props)).toThrow(/cannot sign/);
  });
});

describe('a whole stack with an egress gateway', () => {
  const app = newApp({}, true);
  const stack = new Stack(app, 'Test');
  const agents = new ManagedAgents(stack, 'Agents', { egress: {} });
  const assembly = app.synth();
  const template = Template.fromStack(stack);

  test('passes the validation of CloudFormation and the rules of AWS’s solutions', () => {
    const report = JSON.parse(readFileSync(join(assembly.directory, 'validation-report.json'), 'utf8')) as {
      pluginReports: Array<{ violations?: unknown[] }>;
    };
    expect(report.pluginReports.flatMap(({ violations = [] }) => violations)).toEqual([]);
    const { violations } = new AwsSolutionsChecks().validateScope(agents);
    expect(
      violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources[0]?.constructPath]),
    ).toEqual([]);
  });

  test.each(['Api', 'Harness', 'Sweeper'])('tells %s, which starts sandboxes, of the gateway', (part) => {
    const told = Object.entries(template.findResources('AWS::Lambda::Function')).filter(
      ([id, { Properties }]) =>
        id.startsWith(`Agents${part}`) && 'EGRESS_API_URL' in (Properties?.Environment?.Variables ?? {}),
    );
    expect(told).toHaveLength(1);
  });

  test('can be deployed in some order', () => {
    const resources = template.toJSON().Resources as Record<string, unknown>;
    const needs = (id: string): string[] =>
      Object.keys(resources).filter((other) => other !== id && JSON.stringify(resources[id]).includes(`"${other}"`));
    const open = new Map(Object.keys(resources).map((id) => [id, needs(id)]));
    for (let before = -1; before !== open.size;) {
      before = open.size;
      for (const [id, needed] of open) if (!needed.some((other) => open.has(other))) open.delete(id);
    }
    expect([...open.keys()]).toEqual([]);
  });

  test('tells the gateway where the API is', () => {
    const [gateway] = Object.values(
      template.findResources('AWS::ECS::TaskDefinition', {
        Properties: { ContainerDefinitions: [Match.objectLike({ Name: 'gateway' })] },
      }),
    );
    expect(JSON.stringify(gateway)).toContain('"Name":"API_URL"');
  });
});
