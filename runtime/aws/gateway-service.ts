import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  paginateListTasks,
  UpdateServiceCommand,
  type ECSClient,
} from '@aws-sdk/client-ecs';
import { MICROS_PER_MS, MICROS_PER_SECOND, type Clock, type Micros } from '../contract/time';
import { needsGateway } from './task-tags';

export interface GatewayServiceOptions {
  readonly client: ECSClient;
  /** The cluster of the gateway's service. */
  readonly cluster: string;
  readonly service: string;
  /** The cluster in which sandboxes run. */
  readonly sandboxCluster: string;
  readonly clock: Clock;
}

/** How long a gateway stays at least. A session that comes back soon finds it there, and a start is not undone while it goes on. */
const STAYS_FOR: Micros = 10 * 60 * MICROS_PER_SECOND;
const PAGE = 100;

/** The gateway as a service of ECS, which runs while sandboxes need it and costs nothing while none does. */
export class GatewayService {
  constructor(private readonly options: GatewayServiceOptions) {}

  /** Makes sure that it runs, or is about to. For whoever starts a sandbox that needs it. */
  async raise(): Promise<void> {
    const { desired } = await this.state();
    if (desired === 0) await this.want(1);
  }

  /**
   * Brings it to what is needed: up while a sandbox that needs it runs, since a start may have been lost, and down when none has
   * for a while.
   *
   * @returns what was changed.
   */
  async settle(): Promise<'raised' | 'lowered' | undefined> {
    const { desired, since } = await this.state();
    const isIdle = since < this.options.clock.now() - STAYS_FOR;
    if (desired > 0 && !isIdle) return undefined;
    const isNeeded = await this.isNeeded();
    if (isNeeded === desired > 0) return undefined;
    await this.want(isNeeded ? 1 : 0);
    return isNeeded ? 'raised' : 'lowered';
  }

  /** How many are wanted, and since when. */
  private async state(): Promise<{ readonly desired: number; readonly since: Micros }> {
    const { client, cluster, service } = this.options;
    const { services = [] } = await client.send(new DescribeServicesCommand({ cluster, services: [service] }));
    const [found] = services;
    if (!found) throw new Error('The service of the egress gateway is not there');
    const updated = found.deployments?.map(({ updatedAt }) => updatedAt?.getTime() ?? 0) ?? [];
    return { desired: found.desiredCount ?? 0, since: Math.max(0, ...updated) * MICROS_PER_MS };
  }

  private async want(desiredCount: number): Promise<void> {
    const { client, cluster, service } = this.options;
    await client.send(new UpdateServiceCommand({ cluster, service, desiredCount }));
  }

  private async isNeeded(): Promise<boolean> {
    const { client, sandboxCluster: cluster } = this.options;
    for await (const { taskArns = [] } of paginateListTasks({ client, pageSize: PAGE }, { cluster })) {
      if (taskArns.length === 0) continue;
      const described = await client.send(new DescribeTasksCommand({ cluster, tasks: taskArns, include: ['TAGS'] }));
      if (described.tasks?.some(({ tags }) => needsGateway(tags))) return true;
    }
    return false;
  }
}
