/** Sandboxes of the warm pool: they wait by the supervisor's own code, and then work as any other task does. */
import { hashOfSecret } from '../../runtime/resources/keys';
import { assignmentFor } from '../../runtime/resources/warm-assignment';
import type { SandboxOrder, WarmOrder } from '../../runtime/sandbox/container-contract';
import { RequestRefused, type SandboxApi } from '../../runtime/sandbox/sandbox-api';
import { awaitOrder } from '../../runtime/sandbox/warm-wait';
import { isRefusal } from './errors';
import type { Process } from './scheduler';
import type { System } from './system';

/** More rarely than in earnest, which only takes longer to play; and not with each question that they were heard of. */
const ASK_EVERY_MS = 4_000;
/** When only time has to pass, as seldom as they can without being taken for silent. */
const CALM_ASK_EVERY_MS = 45_000;

/** Waits, as that process, until there is work for it. */
export function awaitWork(system: System, process: Process, order: WarmOrder): Promise<SandboxOrder> {
  const { scheduler } = system;
  const wait = (): Promise<void> =>
    scheduler.sleep(process, system.pool?.onlyTimePasses ? CALM_ASK_EVERY_MS : ASK_EVERY_MS);
  return awaitOrder(apiFor(system, process, hashOfSecret(order.ticket)), order, () => undefined, wait);
}

/** One question each: whoever gets no answer asks again after the usual pause. */
const apiFor = (system: System, process: Process, ticketHash: string): Pick<SandboxApi, 'assignment'> => ({
  assignment: async () => {
    await system.scheduler.io(process, 'ask assignment', async () => undefined);
    try {
      return (await system.inApi((deps) => assignmentFor(deps, ticketHash))).assignment;
    } catch (error) {
      throw isRefusal(error) ? new RequestRefused(error.message) : error;
    }
  },
});
