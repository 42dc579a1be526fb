import { CustomResource, Duration, RemovalPolicy, Resource } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcard } from './acknowledge';
import { LambdaFunction } from './lambda-function';

export interface SandboxImageBuildProps {
  /** A directory with a Dockerfile. */
  readonly directory: string;
  readonly architecture: CpuArchitecture;
}

/** What CloudFormation waits for: a build, and the function that watches it, which must give up before. */
const LONGEST_BUILD = Duration.minutes(14);
const LONGEST_WATCH = Duration.minutes(15);

/**
 * Builds an image in the account when its directory has changed, and keeps it in a repository of its own. The tag is the
 * directory's hash and the processor, and never moves, so a task definition always means the same image.
 */
export class SandboxImageBuild extends Resource {
  readonly repository: ecr.Repository;
  readonly imageUri: string;

  constructor(scope: Construct, id: string, props: SandboxImageBuildProps) {
    super(scope, id);
    const source = new Asset(this, 'Source', { path: props.directory });
    this.repository = new ecr.Repository(this, 'Repository', {
      imageTagMutability: ecr.TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      emptyOnDelete: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const project = this.project(source, props.architecture);
    const tag = `${source.assetHash}-${isX86(props.architecture) ? 'x86_64' : 'arm64'}`;

    const builder = new LambdaFunction(this, 'Builder', {
      entryPoint: 'image-build',
      description: 'Starts the build of the sandbox image at deployment, and tells CloudFormation how it ended',
      timeout: LONGEST_WATCH,
      memorySize: 128,
    });
    builder.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['codebuild:StartBuild', 'codebuild:BatchGetBuilds'],
        resources: [project.projectArn],
      }),
    );
    const build = new CustomResource(this, 'Build', {
      resourceType: 'Custom::SandboxImage',
      serviceToken: builder.functionArn,
      serviceTimeout: LONGEST_WATCH,
      properties: { project: project.projectName, tag },
    });
    build.node.addDependency(project, builder);
    this.imageUri = this.repository.repositoryUriForTag(tag);
  }

  private project(source: Asset, architecture: CpuArchitecture): codebuild.Project {
    const logGroup = new logs.LogGroup(this, 'BuildLogs', {
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new iam.Role(this, 'ProjectRole', {
      assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com'),
      description: 'Reads the directory of the sandbox image and pushes what it builds',
    });
    logGroup.grantWrite(role);
    this.repository.grantPullPush(role);
    acknowledgeWildcard(role, '*', 'Logging in to a registry has no resource that a policy could name');
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['s3:GetObject', 's3:GetObjectVersion'],
        resources: [source.bucket.arnForObjects(source.s3ObjectKey)],
      }),
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['s3:GetBucketAcl', 's3:GetBucketLocation'],
        resources: [source.bucket.bucketArn],
      }),
    );
    const project = new codebuild.Project(this, 'Project', {
      // The construct would grant it logs of any name and everything in the bucket of the deployment.
      role: role.withoutPolicyUpdates(),
      description: 'Builds the image that sandboxes run',
      source: codebuild.Source.s3({ bucket: source.bucket, path: source.s3ObjectKey }),
      environment: {
        buildImage: isX86(architecture)
          ? codebuild.LinuxBuildImage.AMAZON_LINUX_2023_5
          : codebuild.LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_4_0,
        computeType: codebuild.ComputeType.SMALL,
        privileged: true,
      },
      environmentVariables: {
        REPOSITORY: { value: this.repository.repositoryUri },
        REGISTRY: { value: this.repository.registryUri },
      },
      buildSpec: codebuild.BuildSpec.fromObject(BUILD),
      timeout: LONGEST_BUILD,
      grantReportGroupPermissions: false,
      logging: { cloudWatch: { logGroup } },
    });
    project.node.addDependency(role);
    acknowledge(
      project,
      'AwsSolutions-CB3',
      'Building an image takes Docker, and Docker takes this mode; the build is ours alone',
    );
    acknowledge(
      project,
      'AwsSolutions-CB4',
      'A build leaves nothing behind but the image, which its repository encrypts',
    );
    return project;
  }
}

const isX86 = (architecture: CpuArchitecture): boolean => architecture === CpuArchitecture.X86_64;

/** A tag that is there already is not built again: a deployment that was rolled back and repeated must not fail on it. */
const BUILD = {
  version: '0.2',
  phases: {
    pre_build: {
      commands: ['aws ecr get-login-password | docker login --username AWS --password-stdin "$REGISTRY"'],
    },
    build: {
      commands: [
        'docker manifest inspect "$REPOSITORY:$TAG" > /dev/null 2>&1' +
          ' || (docker build --tag "$REPOSITORY:$TAG" . && docker push "$REPOSITORY:$TAG")',
      ],
    },
  },
};
