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

/** Waits, as that process, until there is work for it. It ends without any when it is refused, and for no other reason. */
export async function awaitWork(system: System, process: Process, order: WarmOrder): Promise<SandboxOrder> {
  const { scheduler } = system;
  const wait = (): Promise<void> =>
    scheduler.sleep(process, system.pool?.onlyTimePasses ? CALM_ASK_EVERY_MS : ASK_EVERY_MS);
  const api = apiFor(system, process, hashOfSecret(order.ticket));
  try {
    return await awaitOrder(api, order, () => undefined, wait);
  } catch (error) {
    if (!(error instanceof RequestRefused)) system.pool?.tell(`${process.name} ended, and nobody had refused it`);
    throw error;
  }
}

/** One question each: whoever gets no answer asks again after the usual pause. */
function apiFor(system: System, process: Process, ticketHash: string): Pick<SandboxApi, 'assignment'> {
  let isRefused = false;
  return {
    async assignment() {
      if (isRefused) system.pool?.tell(`${process.name} asks on, and was refused`);
      await system.scheduler.io(process, 'ask assignment', async () => undefined);
      try {
        return (await system.inApi((deps) => assignmentFor(deps, ticketHash))).assignment;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        isRefused = true;
        throw new RequestRefused(String(error), error.status);
      }
    },
  };
}
