import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as ecrAssets from 'aws-cdk-lib/aws-ecr-assets';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IDependable } from 'constructs';
import { BUILT } from './built';
import { SandboxImageBuild } from './sandbox-image-build';

/** What an image is bound to. */
export interface SandboxImageBindOptions {
  readonly architecture: ecs.CpuArchitecture;
  /** The role with which ECS pulls the image. */
  readonly executionRole: iam.IRole;
}

/** An image that tasks can run. */
export interface SandboxImageConfig {
  readonly uri: string;
  /** What must have happened before a task can be started. */
  readonly ready?: IDependable;
}

/** The image that sandboxes run, and where it comes from. */
export abstract class SandboxImage {
  /**
   * Built in the account, by CodeBuild, when the stack is deployed and the image has changed: no Docker is needed where the
   * deployment starts. The first deployment takes a few minutes longer, and a build costs about a cent.
   *
   * @param directory a directory with a Dockerfile. The default one has what agents expect.
   */
  static builtInAccount(directory: string = defaultDirectory()): SandboxImage {
    return new BuiltInAccount(directory);
  }

  /** Built with Docker where the deployment starts. */
  static builtByDocker(directory: string = defaultDirectory()): SandboxImage {
    return new BuiltByDocker(directory);
  }

  /** An image of a registry that needs no credentials. Name it by digest: a tag may mean another image tomorrow. */
  static fromRegistry(name: string): SandboxImage {
    return new FromRegistry(name);
  }

  /** An image of a repository in an account that you have access to. */
  static fromEcrRepository(repository: ecr.IRepository, tagOrDigest: string): SandboxImage {
    return new FromEcrRepository(repository, tagOrDigest);
  }

  abstract bind(scope: Construct, options: SandboxImageBindOptions): SandboxImageConfig;
}

const DEFAULT_DIRECTORY = join(BUILT, 'sandbox-image');

function defaultDirectory(): string {
  if (existsSync(join(DEFAULT_DIRECTORY, 'Dockerfile'))) return DEFAULT_DIRECTORY;
  throw new Error(`There is no sandbox image in ${DEFAULT_DIRECTORY}: run \`npm run build\` first`);
}

class BuiltInAccount extends SandboxImage {
  constructor(private readonly directory: string) {
    super();
  }

  bind(scope: Construct, { architecture, executionRole }: SandboxImageBindOptions): SandboxImageConfig {
    const build = new SandboxImageBuild(scope, 'Image', { directory: this.directory, architecture });
    build.repository.grantPull(executionRole);
    return { uri: build.imageUri, ready: build };
  }
}

class BuiltByDocker extends SandboxImage {
  constructor(private readonly directory: string) {
    super();
  }

  bind(scope: Construct, { architecture, executionRole }: SandboxImageBindOptions): SandboxImageConfig {
    const platform =
      architecture === CpuArchitecture.X86_64 ? ecrAssets.Platform.LINUX_AMD64 : ecrAssets.Platform.LINUX_ARM64;
    const asset = new ecrAssets.DockerImageAsset(scope, 'Image', { directory: this.directory, platform });
    asset.repository.grantPull(executionRole);
    return { uri: asset.imageUri };
  }
}

class FromRegistry extends SandboxImage {
  constructor(private readonly name: string) {
    super();
  }

  bind(): SandboxImageConfig {
    return { uri: this.name };
  }
}

class FromEcrRepository extends SandboxImage {
  constructor(
    private readonly repository: ecr.IRepository,
    private readonly tagOrDigest: string,
  ) {
    super();
  }

  bind(_scope: Construct, { executionRole }: SandboxImageBindOptions): SandboxImageConfig {
    this.repository.grantPull(executionRole);
    return { uri: this.repository.repositoryUriForTagOrDigest(this.tagOrDigest) };
  }
}
