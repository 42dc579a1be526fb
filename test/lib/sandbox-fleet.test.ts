import { Duration, Size, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { InterfaceVpcEndpointAwsService, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SandboxFleet } from '../../lib/sandbox-fleet';
import type { SandboxFleetProps } from '../../lib/sandbox-fleet-props';
import { SandboxImage } from '../../lib/sandbox-image';
import { SandboxNetwork } from '../../lib/sandbox-network';
import { newStack, permissions } from './stack';

const image = SandboxImage.fromRegistry('111122223333.dkr.ecr.us-east-1.amazonaws.com/sandbox@sha256:0');

function fleetWith(props: SandboxFleetProps = {}) {
  const stack = newStack();
  const fleet = new SandboxFleet(stack, 'Fleet', { image, ...props });
  return { stack, fleet };
}

const templateOf = (props?: SandboxFleetProps): Template => Template.fromStack(fleetWith(props).stack);

describe('the sandbox fleet', () => {
  const { stack, fleet } = fleetWith();
  fleet.grantRun(new Role(stack, 'Runner', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  const template = Template.fromStack(stack);

  test('gives its tasks no role', () => {
    const [task] = Object.values(template.findResources('AWS::ECS::TaskDefinition'));
    expect(task?.Properties).not.toHaveProperty('TaskRoleArn');
    expect(
      Object.keys(template.findResources('AWS::IAM::Role'))
        .map((id) => id.slice(0, -8))
        .toSorted(),
    ).toEqual(['FleetDrainFunctionRole', 'FleetExecutionRole', 'Runner']);
  });

  test('stops its own tasks, and no others, when it is deleted', () => {
    template.hasResourceProperties('Custom::SandboxDrain', {
      cluster: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FleetCluster'), 'Arn'] },
      families: Object.values(template.findResources('AWS::ECS::TaskDefinition'))
        .map(({ Properties }) => String(Properties.Family))
        .join(','),
    });
  });

  test('lets nothing in', () => {
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    const [group] = Object.values(template.findResources('AWS::EC2::SecurityGroup'));
    expect(group?.Properties).not.toHaveProperty('SecurityGroupIngress');
  });

  test('has public subnets and no NAT gateway, and runs nothing while nobody needs it', () => {
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    template.resourceCountIs('AWS::EC2::EIP', 0);
    template.resourceCountIs('AWS::ECS::Service', 0);
    template.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
    expect(fleet.functionEnvironment.SANDBOX_PUBLIC_ADDRESS).toBe('true');
  });

  test('keeps no secret and no command in the task definition, and old revisions for old sessions', () => {
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({ Environment: Match.absent(), Secrets: Match.absent(), Command: Match.absent() }),
      ],
    });
    template.hasResource('AWS::ECS::TaskDefinition', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { Cpu: '1024', Memory: '2048', RuntimePlatform: { CpuArchitecture: 'ARM64' } },
    });
  });

  test('lets a launcher run and stop tasks of this cluster, and hand over the one role to ECS', () => {
    const granted = permissions(template, 'Runner');
    expect(granted.map(({ action }) => action).toSorted()).toEqual([
      'ecs:DescribeTasks',
      'ecs:ListTasks',
      'ecs:RunTask',
      'ecs:StopTask',
      'ecs:TagResource',
      'iam:PassRole',
    ]);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Action: 'ecs:ListTasks', Condition: { ArnEquals: { 'ecs:cluster': Match.anyValue() } } }),
          Match.objectLike({
            Action: 'iam:PassRole',
            Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
          }),
        ]),
      }),
    });
  });

  test('has size, processor, disk and spare capacity as chosen', () => {
    const chosen = templateOf({
      architecture: CpuArchitecture.X86_64,
      cpu: 2048,
      memory: Size.gibibytes(8),
      storage: Size.gibibytes(50),
      spot: true,
    });
    chosen.hasResourceProperties('AWS::ECS::TaskDefinition', {
      Cpu: '2048',
      Memory: '8192',
      EphemeralStorage: { SizeInGiB: 50 },
      RuntimePlatform: { CpuArchitecture: 'X86_64' },
    });
    chosen.hasResourceProperties('AWS::ECS::ClusterCapacityProviderAssociations', {
      CapacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    });
  });

  test('refuses an idle time that its worker could never reach', () => {
    expect(() => fleetWith({ idleTimeout: Duration.minutes(15) })).toThrow(/idleTimeout: .* Use up to 14 minutes/);
  });

  test.each([
    [{ cpu: 300 }, /cpu: .* Use one of 256, 512/],
    [{ cpu: 256, memory: Size.gibibytes(8) }, /memory: .* Use one of 512, 1024, 2048 MiB/],
    [{ storage: Size.gibibytes(20) }, /storage: .* 21 to 200/],
  ] satisfies Array<[SandboxFleetProps, RegExp]>)('refuses a size that Fargate does not have: %j', (props, message) => {
    expect(() => fleetWith(props)).toThrow(message);
  });

  test('has further sizes without further task definitions', () => {
    const large = { cpu: 4096, memory: Size.gibibytes(16), storage: Size.gibibytes(50) };
    const { stack: other, fleet: sized } = fleetWith({
      sizes: { large, small: { cpu: 256, memory: Size.mebibytes(512) } },
    });
    Template.fromStack(other).resourceCountIs('AWS::ECS::TaskDefinition', 2);
    expect(JSON.parse(sized.functionEnvironment.SANDBOX_SIZES ?? '')).toEqual({
      large: { cpu: 4096, memoryMiB: 16384, storageGiB: 50 },
      small: { cpu: 256, memoryMiB: 512 },
    });
    expect(fleet.functionEnvironment).not.toHaveProperty('SANDBOX_SIZES');
  });

  test.each([
    [{ Large: { cpu: 256, memory: Size.gibibytes(1) } }, /sizes: "Large" is no name .* lower-case/],
    [{ large: { cpu: 4096, memory: Size.gibibytes(2) } }, /^sizes.large.memory: .* Use one of 8192/],
    [{ large: { cpu: Token.asNumber({ Ref: 'Cpu' }), memory: Size.gibibytes(2) } }, /known at synthesis/],
  ] satisfies Array<[SandboxFleetProps['sizes'], RegExp]>)(
    'refuses further sizes that cannot be: %#',
    (sizes, message) => {
      expect(() => fleetWith({ sizes })).toThrow(message);
    },
  );

  test('has sandboxes that stand ready only where that was chosen', () => {
    const { fleet: warm } = fleetWith({
      warmPool: 2,
      sizes: {
        large: { cpu: 4096, memory: Size.gibibytes(16), warmPool: 1 },
        small: { cpu: 256, memory: Size.gibibytes(1) },
      },
    });
    expect(JSON.parse(warm.functionEnvironment.SANDBOX_WARM_POOL ?? '')).toEqual({ '': 2, large: 1 });
    expect(fleet.functionEnvironment).not.toHaveProperty('SANDBOX_WARM_POOL');
    expect(fleetWith({ warmPool: 0 }).fleet.functionEnvironment).not.toHaveProperty('SANDBOX_WARM_POOL');
  });

  test.each([-1, 1.5, 101])('refuses a warm pool of %d', (warmPool) => {
    expect(() => fleetWith({ warmPool })).toThrow(/^warmPool: .* from 0 to 100/);
    const large = { cpu: 4096, memory: Size.gibibytes(16), warmPool };
    expect(() => fleetWith({ sizes: { large } })).toThrow(/^sizes.large.warmPool: /);
  });

  test('stands in private subnets behind one NAT gateway where that was chosen', () => {
    const { stack: other, fleet: closed } = fleetWith({ network: SandboxNetwork.privateSubnets() });
    Template.fromStack(other).resourceCountIs('AWS::EC2::NatGateway', 1);
    expect(closed.functionEnvironment.SANDBOX_PUBLIC_ADDRESS).toBe('false');
  });

  test('stands in a network that is there already', () => {
    const other = newStack();
    const vpc = new Vpc(other, 'Vpc', { natGateways: 1, maxAzs: 1, restrictDefaultSecurityGroup: false });
    const network = SandboxNetwork.fromVpc(vpc, { subnetType: SubnetType.PRIVATE_WITH_EGRESS });
    const closed = new SandboxFleet(other, 'Fleet', { image, network });
    expect(closed.vpc).toBe(vpc);
    expect(closed.functionEnvironment.SANDBOX_PUBLIC_ADDRESS).toBe('false');
    expect(closed.apiEndpoint).toBeUndefined();
    Template.fromStack(other).resourceCountIs('AWS::EC2::VPC', 1);
  });

  test('stands in closed subnets of a network that is there already only with a way to the API', () => {
    const other = newStack();
    const vpc = new Vpc(other, 'Vpc', { natGateways: 0, maxAzs: 1, restrictDefaultSecurityGroup: false });
    const closed = { subnetType: SubnetType.PRIVATE_ISOLATED };
    const without = SandboxNetwork.fromVpc(vpc, closed);
    expect(() => new SandboxFleet(other, 'Cut', { image, network: without })).toThrow(
      /Give `apiEndpoint`.*NAT gateway/,
    );
    const apiEndpoint = vpc.addInterfaceEndpoint('Api', {
      service: InterfaceVpcEndpointAwsService.APIGATEWAY,
      open: false,
    });
    const fleetThere = new SandboxFleet(other, 'Fleet', {
      image,
      network: SandboxNetwork.fromVpc(vpc, closed, { apiEndpoint }),
    });
    expect(fleetThere.apiEndpoint).toBe(apiEndpoint);
    Template.fromStack(other).resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
  });

  describe('in subnets without a way out', () => {
    const { stack: other, fleet: isolated } = fleetWith({ network: SandboxNetwork.isolatedSubnets() });
    const closed = Template.fromStack(other);

    test('has no route to the internet, and endpoints for what a task needs', () => {
      closed.resourceCountIs('AWS::EC2::InternetGateway', 0);
      closed.resourceCountIs('AWS::EC2::NatGateway', 0);
      closed.resourceCountIs('AWS::EC2::Route', 0);
      const services = Object.values(closed.findResources('AWS::EC2::VPCEndpoint')).map(
        ({ Properties }) =>
          /(ecr\.api|ecr\.dkr|execute-api|logs|s3)"/.exec(JSON.stringify(Properties.ServiceName))?.[1],
      );
      expect(services.toSorted()).toEqual(['ecr.api', 'ecr.dkr', 'execute-api', 'logs', 's3']);
      expect(isolated.functionEnvironment.SANDBOX_PUBLIC_ADDRESS).toBe('false');
      expect(isolated.functionEnvironment.SANDBOX_SUBNETS).not.toContain(',');
    });

    test('has endpoints that serve this account alone', () => {
      for (const { Properties } of Object.values(closed.findResources('AWS::EC2::VPCEndpoint'))) {
        for (const statement of Properties.PolicyDocument.Statement) {
          expect(JSON.stringify(statement)).toMatch(/AWS::AccountId|starport-layer-bucket/);
          expect(statement.Action).not.toBe('*');
        }
      }
    });

    test('lets sandboxes out by HTTPS alone, and into the endpoints', () => {
      closed.hasResourceProperties('AWS::EC2::SecurityGroup', {
        GroupDescription: 'Sandboxes: nothing comes in',
        SecurityGroupIngress: Match.absent(),
        SecurityGroupEgress: [Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 })],
      });
      closed.resourceCountIs('AWS::EC2::SecurityGroupIngress', 4);
    });

    test('stands in as many zones as were chosen', () => {
      const network = SandboxNetwork.isolatedSubnets({ availabilityZones: 2 });
      expect(fleetWith({ network }).fleet.functionEnvironment.SANDBOX_SUBNETS).toContain(',');
      expect(() => SandboxNetwork.isolatedSubnets({ availabilityZones: 0 })).toThrow(/at least one/);
    });

    test('cannot have an image that is not in ECR', () => {
      const outside = { image: SandboxImage.fromRegistry('public.ecr.aws/example/sandbox@sha256:0') };
      const props = { ...outside, network: SandboxNetwork.isolatedSubnets() };
      expect(() => fleetWith(props)).toThrow(/^image: .* Use SandboxImage.builtInAccount/);
    });
  });
});

describe('the sandbox image', () => {
  test('is built in the account by default, without Docker on the way', () => {
    const template = templateOf({ image: undefined });
    template.hasResourceProperties('AWS::CodeBuild::Project', {
      Environment: Match.objectLike({ Type: 'ARM_CONTAINER', PrivilegedMode: true }),
    });
    template.hasResourceProperties('AWS::ECR::Repository', { ImageTagMutability: 'IMMUTABLE', EmptyOnDelete: true });
    template.hasResourceProperties('Custom::SandboxImage', { tag: Match.stringLikeRegexp('^[0-9a-f]{64}-arm64$') });
    template.hasResource('AWS::ECS::TaskDefinition', {
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('ImageBuild')]),
    });
  });

  test('is built for the processor that runs it', () => {
    const template = templateOf({ image: undefined, architecture: CpuArchitecture.X86_64 });
    template.hasResourceProperties('AWS::CodeBuild::Project', {
      Environment: Match.objectLike({ Type: 'LINUX_CONTAINER' }),
    });
    // The same directory makes another image for another processor: a tag of one must not stand for the other.
    template.hasResourceProperties('Custom::SandboxImage', { tag: Match.stringLikeRegexp('^[0-9a-f]{64}-x86_64$') });
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({ Image: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('-x86_64$')])] } }),
      ],
    });
  });

  test('can be built by Docker, without Docker being there at synthesis', () => {
    templateOf({ image: SandboxImage.builtByDocker() }).resourceCountIs('AWS::CodeBuild::Project', 0);
  });

  test('can be one of a registry or a repository', () => {
    templateOf().hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({ Image: Match.stringLikeRegexp('/sandbox@sha256:0$') })],
    });
    const { stack: other } = fleetWith();
    const repository = Repository.fromRepositoryName(other, 'Repository', 'sandboxes');
    new SandboxFleet(other, 'Second', { image: SandboxImage.fromEcrRepository(repository, 'v1') });
    Template.fromStack(other).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['ecr:BatchGetImage']) })]),
      }),
    });
  });
});
