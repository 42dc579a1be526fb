import { RemovalPolicy, Stack, type Size } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import {
  INSTALLER_CAPABILITIES,
  SANDBOX_CONTAINER,
  STOP_WITHIN_SECONDS,
  SUPERVISOR_CAPABILITIES,
  WRITABLE_DIRECTORIES,
} from '../runtime/sandbox/container-contract';

export interface SandboxTaskProps {
  readonly family: string;
  /**
   * Whether a sandbox can change its own system. Only environments that ask for packages of the system need it; the root of
   * all others is read-only.
   */
  readonly changesSystem: boolean;
  readonly image: string;
  readonly architecture: ecs.CpuArchitecture;
  readonly cpu: number;
  readonly memory: Size;
  readonly storage?: Size;
  readonly executionRole: iam.IRole;
  readonly logGroup: logs.ILogGroup;
}

/** What a container's root has by default. Fargate takes no list of what to keep, only of what to drop. */
const DEFAULT_CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

/** The longest that ECS waits between asking a container to stop and ending it. */
const STOP_TIMEOUT_SECONDS = STOP_WITHIN_SECONDS + 10;

/**
 * The task definition of a sandbox. The construct of the CDK always gives a task a role; a sandbox must have none, since
 * whatever runs in a task can use its role. Old revisions stay, for the sessions that are pinned to them.
 */
export function sandboxTaskDefinition(scope: Construct, id: string, props: SandboxTaskProps): ecs.CfnTaskDefinition {
  const kept: readonly string[] = props.changesSystem
    ? [...SUPERVISOR_CAPABILITIES, ...INSTALLER_CAPABILITIES]
    : SUPERVISOR_CAPABILITIES;
  const volumes = WRITABLE_DIRECTORIES.map((path) => ({ name: path.slice(1).replaceAll('/', '-'), path }));
  const definition = new ecs.CfnTaskDefinition(scope, id, {
    // Part of permissions, so it must be a name that is known before the first revision.
    family: props.family,
    requiresCompatibilities: ['FARGATE'],
    networkMode: ecs.NetworkMode.AWS_VPC,
    cpu: String(props.cpu),
    memory: String(props.memory.toMebibytes()),
    ephemeralStorage: props.storage && { sizeInGiB: props.storage.toGibibytes() },
    executionRoleArn: props.executionRole.roleArn,
    runtimePlatform: {
      cpuArchitecture: props.architecture === ecs.CpuArchitecture.X86_64 ? 'X86_64' : 'ARM64',
      operatingSystemFamily: 'LINUX',
    },
    // On the task's own disk: they begin as the image has them, and end with the task.
    volumes: volumes.map(({ name }) => ({ name })),
    containerDefinitions: [
      {
        name: SANDBOX_CONTAINER,
        image: props.image,
        essential: true,
        linuxParameters: {
          initProcessEnabled: true,
          capabilities: { drop: DEFAULT_CAPABILITIES.filter((name) => !kept.includes(name)) },
        },
        readonlyRootFilesystem: !props.changesSystem,
        mountPoints: volumes.map(({ name, path }) => ({ sourceVolume: name, containerPath: path, readOnly: false })),
        stopTimeout: STOP_TIMEOUT_SECONDS,
        logConfiguration: {
          logDriver: 'awslogs',
          options: {
            'awslogs-group': props.logGroup.logGroupName,
            'awslogs-region': Stack.of(scope).region,
            'awslogs-stream-prefix': SANDBOX_CONTAINER,
          },
        },
      },
    ],
  });
  definition.applyRemovalPolicy(RemovalPolicy.RETAIN, { applyToUpdateReplacePolicy: true });
  return definition;
}
