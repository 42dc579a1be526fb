/** The launcher of sandboxes, over the simulated cluster. */
import type { ECSClient } from '@aws-sdk/client-ecs';
import { FargateLauncher } from '../../runtime/aws/fargate-launcher';
import { MICROS_PER_SECOND } from '../../runtime/contract/time';
import type { SandboxLauncher } from '../../runtime/resources/ports';

/** A task's worker has to show life within this; three minutes, as in production, would only take longer to play. */
const START_WITHIN = 60 * MICROS_PER_SECOND;

/** The revisions of what a sandbox runs. */
export const REVISIONS = { task: 'task:1', systemTask: 'system:1' };

/** The launcher of the stack, on that cluster. */
export function launcherOf(client: ECSClient): SandboxLauncher {
  const fargate = new FargateLauncher({
    client,
    placement: () => ({
      cluster: 'simulated',
      revisions: REVISIONS,
      subnets: [],
      securityGroup: 'sg',
      publicAddress: true,
      capacity: 'FARGATE',
      apiUrl: 'https://api.test',
      maxIdleMs: 1_000,
    }),
  });
  return {
    startsByClaim: true,
    startWithin: START_WITHIN,
    start: (work, session, claim) => fargate.start(work, session, claim),
    stop: (session) => fargate.stop(session),
  };
}
