import { RemovalPolicy, Stack, type Size } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { SANDBOX_CONTAINER } from '../runtime/aws/sandbox-contract';

export interface SandboxTaskProps {
  readonly family: string;
  readonly image: string;
  readonly architecture: ecs.CpuArchitecture;
  readonly cpu: number;
  readonly memory: Size;
  readonly storage?: Size;
  readonly executionRole: iam.IRole;
  readonly logGroup: logs.ILogGroup;
}

/**
 * What the supervisor does not need of the rights that a container's root has by default. It keeps those with which it
 * makes directories for the tools' user, becomes that user, and ends its processes.
 */
const DROPPED_CAPABILITIES = [
  'AUDIT_WRITE',
  'FSETID',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETPCAP',
  'SYS_CHROOT',
];

/** What a supervisor has, after ECS asked it to stop, to say what became of its calls. */
const STOP_TIMEOUT_SECONDS = 30;

/**
 * The task definition of a sandbox. The construct of the CDK always gives a task a role; a sandbox must have none, since
 * whatever runs in a task can use its role. Old revisions stay, for the sessions that are pinned to them.
 */
export function sandboxTaskDefinition(scope: Construct, props: SandboxTaskProps): ecs.CfnTaskDefinition {
  const definition = new ecs.CfnTaskDefinition(scope, 'Task', {
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
    containerDefinitions: [
      {
        name: SANDBOX_CONTAINER,
        image: props.image,
        essential: true,
        linuxParameters: { initProcessEnabled: true, capabilities: { drop: DROPPED_CAPABILITIES } },
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
