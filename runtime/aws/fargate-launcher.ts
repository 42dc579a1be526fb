import { createHash } from 'node:crypto';
import { ListTasksCommand, StopTaskCommand, type ECSClient, type RunTaskCommandInput } from '@aws-sdk/client-ecs';
import { MICROS_PER_SECOND, type Micros } from '../contract/time';
import type { SandboxLauncher } from '../resources/ports';
import { SandboxStartError, startErrorOf } from '../resources/sandbox-start';
import type { WorkRecord } from '../store/ports';
import type { SessionRecord, SessionRuntime } from '../store/records';
import { changesSystem, ORDER_VARIABLE, SANDBOX_CONTAINER, type SandboxOrder } from '../sandbox/container-contract';
import { runTask } from './run-task';
import { overridesFor, type SandboxSizes } from './sandbox-sizes';
import { tagsOf } from './task-tags';

type SandboxRevisions = NonNullable<SessionRuntime['sandbox']>;

export type Capacity = 'FARGATE' | 'FARGATE_SPOT';

/** Where tasks run, and how. */
export interface FargatePlacement {
  readonly cluster: string;
  /** The revisions for sessions that are pinned to none. */
  readonly revisions: SandboxRevisions;
  readonly subnets: readonly string[];
  readonly securityGroup: string;
  readonly publicAddress: boolean;
  /** Where tasks run that have no way out but the egress gateway. @default none is started for a `limited` network */
  readonly egress?: EgressPlacement;
  /** With `FARGATE_SPOT`, what finds no room there gets ordinary capacity. */
  readonly capacity: Capacity;
  /** Sizes beside that of the revisions. @default none */
  readonly sizes?: SandboxSizes;
  /** Where a worker finds the API. */
  readonly apiUrl: string;
  readonly maxIdleMs: number;
}

/** A part of the network from which nothing is reached but the egress gateway. */
export interface EgressPlacement {
  readonly subnets: readonly string[];
  readonly securityGroup: string;
  /** Where the gateway is. */
  readonly host: string;
  readonly port: number;
  /** Makes sure that the gateway runs, or is about to. */
  raise(): Promise<void>;
  /** Whether a session has credentials that only the gateway can put in. */
  hasCredentials(session: SessionRecord): Promise<boolean>;
}

export interface FargateLauncherOptions {
  readonly client: ECSClient;
  /** Read when it is first needed: a stack without a fleet has none. */
  readonly placement: () => FargatePlacement;
}

/** A cluster need not know of a capacity provider for ordinary capacity, but it must for any that is asked for by name. */
function strategyFor(capacity: Capacity): Pick<RunTaskCommandInput, 'launchType' | 'capacityProviderStrategy'> {
  if (capacity === 'FARGATE') return { launchType: 'FARGATE' };
  return { capacityProviderStrategy: [{ capacityProvider: capacity, weight: 1 }] };
}

/** For sessions that are older than the refusal of their environment. */
const UNLIMITED = new SandboxStartError('its network is to be limited, and nothing here would keep it so', false);

const isLimited = ({ environmentConfig }: SessionRecord): boolean =>
  environmentConfig.type === 'cloud' && environmentConfig.networking.type === 'limited';

/** Nine in ten tasks run within a minute and a half; one that never will is noticed after this. */
const START_WITHIN: Micros = 3 * 60 * MICROS_PER_SECOND;

/** Starts the workers of `cloud` environments as Fargate tasks, one per session, found again by whom they were started by. */
export class FargateLauncher implements SandboxLauncher {
  readonly startsByClaim = true;
  readonly startWithin = START_WITHIN;

  constructor(private readonly options: FargateLauncherOptions) {}

  /**
   * Spare capacity is tried once: a task that it took and could not start is no better off there the second time.
   *
   * @throws SandboxStartError when ECS takes no task now. The work queue tries again.
   */
  async start(work: WorkRecord, session: SessionRecord, claim: string): Promise<void> {
    const { client, placement } = this.options;
    const egress = await this.egressFor(session);
    await egress?.raise();
    const run = (capacity: Capacity): Promise<void> =>
      runTask(client, this.request(work, session, claim, { capacity, egress }));
    if (placement().capacity === 'FARGATE' || work.startFailures > 0) return run('FARGATE');
    try {
      await run('FARGATE_SPOT');
    } catch (error) {
      if (!startErrorOf(error).passing) throw error;
      await run('FARGATE');
    }
  }

  /** @throws SandboxStartError for a session whose network is to be limited, where nothing limits it. */
  private async egressFor(session: SessionRecord): Promise<EgressPlacement | undefined> {
    const { egress } = this.options.placement();
    if (isLimited(session)) {
      if (!egress) throw UNLIMITED;
      return egress;
    }
    return (await egress?.hasCredentials(session)) ? egress : undefined;
  }

  async stop(session: Pick<SessionRecord, 'id'>): Promise<void> {
    const { client, placement } = this.options;
    const { cluster } = placement();
    const { taskArns = [] } = await client.send(new ListTasksCommand({ cluster, startedBy: session.id }));
    const reason = 'the session does not need its sandbox any more';
    await Promise.all(taskArns.map((task) => client.send(new StopTaskCommand({ cluster, task, reason }))));
  }

  private request(
    work: WorkRecord,
    session: SessionRecord,
    claim: string,
    { capacity, egress }: { readonly capacity: Capacity; readonly egress: EgressPlacement | undefined },
  ): RunTaskCommandInput {
    const placement = this.options.placement();
    const revisions = session.runtime?.sandbox ?? placement.revisions;
    const order: SandboxOrder = {
      baseUrl: placement.apiUrl,
      environmentId: work.environmentId,
      workId: work.id,
      sessionId: session.id,
      claim,
      maxIdleMs: placement.maxIdleMs,
      ...(egress ? { egress: { host: egress.host, port: egress.port, workspace: session.workspace } } : {}),
    };
    const { subnets, securityGroup } = egress ?? placement;
    return {
      cluster: placement.cluster,
      taskDefinition: changesSystem(session) ? revisions.systemTask : revisions.task,
      ...strategyFor(capacity),
      count: 1,
      // The same item with the same claim is the same start, however often it is asked for.
      clientToken: createHash('sha256').update(`${work.id}:${claim}:${capacity}`).digest('hex'),
      startedBy: session.id,
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: [...subnets],
          securityGroups: [securityGroup],
          assignPublicIp: placement.publicAddress && !egress ? 'ENABLED' : 'DISABLED',
        },
      },
      overrides: {
        ...overridesFor(session.sandboxSize, placement.sizes ?? {}),
        containerOverrides: [
          { name: SANDBOX_CONTAINER, environment: [{ name: ORDER_VARIABLE, value: JSON.stringify(order) }] },
        ],
      },
      enableExecuteCommand: false,
      enableECSManagedTags: true,
      tags: tagsOf(work, session, claim, egress !== undefined),
    };
  }
}
