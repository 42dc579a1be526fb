/** A task that is a sandbox: the request for one, whoever wants it and for whatever. */
import { createHash } from 'node:crypto';
import type { ECSClient, RunTaskCommandInput, Tag } from '@aws-sdk/client-ecs';
import { startErrorOf } from '../resources/sandbox-start';
import { ORDER_VARIABLE, SANDBOX_CONTAINER, type SandboxOrder, type WarmOrder } from '../sandbox/container-contract';
import type { SessionRecord, SessionRuntime } from '../store/records';
import { runTask } from './run-task';
import { overridesFor, type SandboxSizes } from './sandbox-sizes';

export type Capacity = 'FARGATE' | 'FARGATE_SPOT';

/** Where tasks run, and how. */
export interface FargatePlacement {
  readonly cluster: string;
  /** The revisions for sessions that are pinned to none. */
  readonly revisions: NonNullable<SessionRuntime['sandbox']>;
  readonly subnets: readonly string[];
  readonly securityGroup: string;
  readonly publicAddress: boolean;
  /** Where tasks run that have no way out but the egress gateway. @default none is started for a `limited` network */
  readonly egress?: EgressPlacement;
  /** With `FARGATE_SPOT`, what finds no room there gets ordinary capacity. */
  readonly capacity: Capacity;
  /** Sizes beside that of the revisions. @default none */
  readonly sizes?: SandboxSizes;
  /** How many sandboxes stand ready, by size; the default size has the empty name. @default none */
  readonly warm?: Readonly<Record<string, number>>;
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
  /** Where a worker finds the API from there. */
  readonly apiUrl: string;
  /** Makes sure that the gateway runs, or is about to. */
  raise(): Promise<void>;
  /** Whether a session has credentials that only the gateway can put in. */
  hasCredentials(session: SessionRecord): Promise<boolean>;
}

/** What one task is. */
export interface SandboxTask {
  /** Task definition and size. */
  readonly revision: string;
  readonly size?: string;
  readonly order: SandboxOrder | WarmOrder;
  /** Whose it is, as ECS lists it. */
  readonly startedBy: string;
  readonly tags: Tag[];
  /** The same text means the same start, however often it is asked for. */
  readonly startId: string;
  /** Whether spare capacity may be asked first, where the placement has any. */
  readonly spare: boolean;
  /** Set for a task that has no way out but the egress gateway. */
  readonly egress?: EgressPlacement;
}

/**
 * Starts a task, on ordinary capacity where there is none to spare.
 *
 * @returns its ARN; undefined where ECS does not say.
 * @throws SandboxStartError when ECS takes no task now.
 */
export async function startTask(
  client: ECSClient,
  placement: FargatePlacement,
  task: SandboxTask,
): Promise<string | undefined> {
  const run = (capacity: Capacity): Promise<string | undefined> => runTask(client, request(placement, task, capacity));
  if (placement.capacity === 'FARGATE' || !task.spare) return run('FARGATE');
  try {
    return await run('FARGATE_SPOT');
  } catch (error) {
    if (!startErrorOf(error).passing) throw error;
    return run('FARGATE');
  }
}

function request(placement: FargatePlacement, task: SandboxTask, capacity: Capacity): RunTaskCommandInput {
  const { order, startedBy, tags, egress } = task;
  const { subnets, securityGroup } = egress ?? placement;
  return {
    cluster: placement.cluster,
    taskDefinition: task.revision,
    ...strategyFor(capacity),
    count: 1,
    clientToken: createHash('sha256').update(`${task.startId}:${capacity}`).digest('hex'),
    startedBy,
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...subnets],
        securityGroups: [securityGroup],
        assignPublicIp: placement.publicAddress && !egress ? 'ENABLED' : 'DISABLED',
      },
    },
    overrides: {
      ...overridesFor(task.size, placement.sizes ?? {}),
      containerOverrides: [
        { name: SANDBOX_CONTAINER, environment: [{ name: ORDER_VARIABLE, value: JSON.stringify(order) }] },
      ],
    },
    enableExecuteCommand: false,
    enableECSManagedTags: true,
    tags,
  };
}

/** A cluster need not know of a capacity provider for ordinary capacity, but it must for any that is asked for by name. */
function strategyFor(capacity: Capacity): Pick<RunTaskCommandInput, 'launchType' | 'capacityProviderStrategy'> {
  if (capacity === 'FARGATE') return { launchType: 'FARGATE' };
  return { capacityProviderStrategy: [{ capacityProvider: capacity, weight: 1 }] };
}
