import type { Duration, Size } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IEgressGateway } from './egress-gateway';
import type { SandboxImage } from './sandbox-image';
import type { SandboxNetwork } from './sandbox-network';
import type { SandboxSize } from './sandbox-size';

/** What can be chosen of the sandboxes of a stack. */
export interface SandboxFleetProps {
  /**
   * How sandboxes reach others. Nothing reaches them.
   *
   * @default SandboxNetwork.publicSubnets()
   */
  readonly network?: SandboxNetwork;

  /**
   * The way out of sandboxes whose network is limited, or whose session has credentials that stand in their environment. They
   * run beside the gateway, from where nothing else is reached; the image must then be one of ECR.
   *
   * @default - none: environments with a `limited` network are refused
   */
  readonly egress?: IEgressGateway;

  /**
   * What sandboxes run.
   *
   * @default SandboxImage.builtInAccount()
   */
  readonly image?: SandboxImage;

  /**
   * The processor. ARM64 costs a fifth less; the image must be made for it.
   *
   * @default ecs.CpuArchitecture.ARM64
   */
  readonly architecture?: ecs.CpuArchitecture;

  /**
   * Processor units of a sandbox, 1,024 to a core.
   *
   * @default 1024
   */
  readonly cpu?: number;

  /**
   * Memory of a sandbox. Fargate allows certain amounts for each number of processor units.
   *
   * @default Size.gibibytes(2)
   */
  readonly memory?: Size;

  /**
   * Disk of a sandbox, from 21 to 200 GiB.
   *
   * @default - the 20 GiB that come at no cost
   */
  readonly storage?: Size;

  /**
   * Sizes beside the one above, by name. An environment asks for one by its metadata: `sandbox_size: 'large'`. One task
   * definition serves them all, and RunTask says what a task has: so a size can come, change and go without a new
   * revision, and sessions that are pinned to an old one get it, too.
   *
   * @default - one size for all
   */
  readonly sizes?: Readonly<Record<string, SandboxSize>>;

  /**
   * How many sandboxes of the default size stand ready, so that a session's first call waits for about a second, and not for the
   * half a minute or more that a task takes to start. Each costs what a sandbox in use does. They hold no session's
   * secret, are replaced when they are used up, die or are a day old, and give way when a new revision is deployed. Sessions
   * whose environment has packages of the system, or that are pinned to another revision, get a sandbox of their own.
   *
   * @default 0
   */
  readonly warmPool?: number;

  /**
   * Runs sandboxes on spare capacity, for about a third of the price, and on ordinary capacity where there is none to spare.
   * AWS may take one away at two minutes' notice: a call that runs then ends as an error, and the next one gets another
   * sandbox with the files as they were.
   *
   * @default false
   */
  readonly spot?: boolean;

  /**
   * How long a sandbox stays after its session went idle, up to 14 minutes. Its files are saved when it goes.
   *
   * @default Duration.minutes(5)
   */
  readonly idleTimeout?: Duration;

  /**
   * How long the workers' logs are kept. They say what happened to a worker, never what a tool printed.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}
