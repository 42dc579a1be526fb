import { InvalidParameterException, ListTasksCommand, StopTaskCommand, type ECSClient } from '@aws-sdk/client-ecs';
import { MICROS_PER_SECOND, type Micros } from '../contract/time';
import type { SandboxLauncher, StartedSandbox } from '../resources/ports';
import { SandboxStartError } from '../resources/sandbox-start';
import { changesSystem, type SandboxOrder } from '../sandbox/container-contract';
import type { WorkRecord } from '../store/work-ports';
import type { SessionRecord } from '../store/records';
import { startTask, type EgressPlacement, type FargatePlacement } from './fargate-task';
import { tagsOf } from './task-tags';
import type { WarmPool } from './warm-pool';

export interface FargateLauncherOptions {
  readonly client: ECSClient;
  /** Read when it is first needed: a stack without a fleet has none. */
  readonly placement: () => FargatePlacement;
  /** Where sandboxes stand ready. @default nowhere */
  readonly pool?: Pick<WarmPool, 'take'>;
}

/** Nine in ten tasks run within a minute and a half; one that never will is noticed after this. */
const START_WITHIN: Micros = 3 * 60 * MICROS_PER_SECOND;
/** One that stands ready asks for work every two seconds. */
const WARM_START_WITHIN: Micros = 30 * MICROS_PER_SECOND;

/** For sessions that are older than the refusal of their environment. */
const UNLIMITED = new SandboxStartError('its network is to be limited, and nothing here would keep it so', false);
const REASON = 'the session does not need its sandbox any more';

/** Starts the workers of `cloud` environments as Fargate tasks, one per session, found again by whom they were started by. */
export class FargateLauncher implements SandboxLauncher {
  readonly startsByClaim = true;
  readonly startWithin = START_WITHIN;

  constructor(private readonly options: FargateLauncherOptions) {}

  /**
   * Takes a sandbox from the warm pool, or starts one.
   *
   * @throws SandboxStartError when ECS takes no task now. The work queue tries again.
   */
  async start(work: WorkRecord, session: SessionRecord, claim: string): Promise<StartedSandbox> {
    const { client, pool } = this.options;
    const placement = this.options.placement();
    const egress = await egressFor(session, placement);
    await egress?.raise();
    const revisions = session.runtime?.sandbox ?? placement.revisions;
    const revision = changesSystem(session) ? revisions.systemTask : revisions.task;
    const { environmentId, id: workId } = work;
    const { id: sessionId, workspace, sandboxSize: size } = session;

    const assignment = { workspace, environmentId, workId, sessionId, claim };
    // One that stands ready has the open network.
    const warm = egress ? undefined : await pool?.take({ revision, size }, assignment);
    if (warm) return { start: 'warm', task: warm.task ?? undefined, within: WARM_START_WITHIN };

    const { maxIdleMs } = placement;
    const { apiUrl: baseUrl } = egress ?? placement;
    const item = { baseUrl, environmentId, workId, sessionId, claim, maxIdleMs };
    const order: SandboxOrder = egress
      ? { ...item, egress: { host: egress.host, port: egress.port, workspace } }
      : item;
    const tags = tagsOf(work, session, claim, egress !== undefined);
    // Spare capacity is tried once: a task that it took and could not start is no better off there the second time.
    const spare = work.startFailures === 0;
    const startId = `${workId}:${claim}`;
    await startTask(client, placement, { revision, size, order, startedBy: sessionId, tags, startId, spare, egress });
    return { start: 'cold' };
  }

  async stop(session: Pick<SessionRecord, 'id'>, { task: known }: { readonly task?: string } = {}): Promise<void> {
    const { client, placement } = this.options;
    const { cluster } = placement();
    const { taskArns = [] } = await client.send(new ListTasksCommand({ cluster, startedBy: session.id }));
    const tasks = known === undefined ? taskArns : [...taskArns, known];
    await Promise.all(tasks.map((task) => stopTask(client, cluster, task)));
  }
}

/** ECS forgets a task an hour after it ended. What it does not know any more need not be stopped. */
async function stopTask(client: ECSClient, cluster: string, task: string): Promise<void> {
  await client.send(new StopTaskCommand({ cluster, task, reason: REASON })).catch((error: unknown) => {
    if (!(error instanceof InvalidParameterException)) throw error;
  });
}

/**
 * The way out of a session's sandbox, where it is not the open network.
 *
 * @throws SandboxStartError for a session whose network is to be limited, where nothing limits it.
 */
async function egressFor(session: SessionRecord, { egress }: FargatePlacement): Promise<EgressPlacement | undefined> {
  if (!isLimited(session)) return (await egress?.hasCredentials(session)) ? egress : undefined;
  if (!egress) throw UNLIMITED;
  return egress;
}

const isLimited = ({ environmentConfig }: SessionRecord): boolean =>
  environmentConfig.type === 'cloud' && environmentConfig.networking.type === 'limited';
