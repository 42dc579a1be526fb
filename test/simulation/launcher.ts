/** The launcher of sandboxes and the pool of those that stand ready, over the simulated cluster. */
import type { ECSClient } from '@aws-sdk/client-ecs';
import { FargateLauncher } from '../../runtime/aws/fargate-launcher';
import type { FargatePlacement } from '../../runtime/aws/fargate-task';
import { WarmPool, type WarmPoolOptions } from '../../runtime/aws/warm-pool';
import { MICROS_PER_SECOND } from '../../runtime/contract/time';
import type { SandboxLauncher } from '../../runtime/resources/ports';

/** A task's worker has to show life within this; three minutes, as in production, would only take longer to play. */
const START_WITHIN = 60 * MICROS_PER_SECOND;

/** The revisions of what a sandbox runs. */
export const REVISIONS = { task: 'task:1', systemTask: 'system:1' };

const placement = (): FargatePlacement => ({
  cluster: 'simulated',
  revisions: REVISIONS,
  subnets: [],
  securityGroup: 'sg',
  publicAddress: true,
  capacity: 'FARGATE',
  apiUrl: 'https://api.test',
  maxIdleMs: 1_000,
});

/** The launcher of the stack, on that cluster. */
export function launcherOf(client: ECSClient, pool?: WarmPool): SandboxLauncher {
  const fargate = new FargateLauncher({ client, placement, pool });
  return {
    startsByClaim: true,
    startWithin: START_WITHIN,
    start: (work, session, claim) => fargate.start(work, session, claim),
    stop: (session, { task }) => fargate.stop(session, { task }),
  };
}

/** The pool of the stack, in which so many stand ready. */
export const poolOf = (size: number, options: Omit<WarmPoolOptions, 'placement'>): WarmPool =>
  new WarmPool({ ...options, placement: () => ({ ...placement(), warm: { '': size } }) });
