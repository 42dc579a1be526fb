/** Workers: tasks of the cluster, and those that a user keeps. */
import { hashOfSecret } from '../../runtime/resources/keys';
import { exchangeClaim } from '../../runtime/resources/sandbox-claim';
import type { SandboxOrder, WarmOrder } from '../../runtime/sandbox/container-contract';
import type { Principal } from '../../runtime/store/ports';
import { ItemWorker } from './item-worker';
import { Dismissed, patiently } from './patience';
import type { Process } from './scheduler';
import { awaitWork } from './spare';
import type { System } from './system';

/** A user's init system starts a worker again that died. */
const RESTART_MS = 4_000;
const QUEUE_POLL_MS = 1_500;

/** How workers of the simulation work. */
export interface WorkerOptions {
  /** How long a call of a tool takes. */
  readonly toolMs: (command: string) => number;
  /** For how many seconds a heartbeat asks that it be believed; undefined for as long as the service likes. */
  readonly leaseSeconds: number | undefined;
}

/** A task of the cluster: its container exchanges the claim, serves its item, and ends. One of the warm pool waits for work first. */
export function startTask(system: System, order: SandboxOrder | WarmOrder, retryMs: number): Process {
  const process = system.process('ticket' in order ? 'spare' : 'worker');
  const run = async (): Promise<void> =>
    serve(system, process, 'ticket' in order ? await awaitWork(system, process, order) : order, retryMs);
  run()
    .catch(() => undefined)
    .finally(() => process.kill());
  return process;
}

async function serve(system: System, process: Process, order: SandboxOrder, retryMs: number): Promise<void> {
  const { environmentId, workId, sessionId, claim } = order;
  const secretHash = hashOfSecret(claim);
  const { secret, bell } = await patiently(system, process, { retryMs, what: 'claim' }, async () => {
    const principal = await system.principalOf(secretHash);
    if (!principal) throw new Dismissed('the claim is not valid any more');
    return system.inApi((deps) => exchangeClaim(deps, { principal, secretHash }));
  });
  const held = { environmentId, workId, sessionId, secret, isTold: bell !== null, keepsFiles: true };
  await new ItemWorker(system, process, held, retryMs).run();
}

/** A user's own worker: it polls its environment's queue for as long as the simulation goes on, and is started again when it dies. */
export function startPoller(system: System, principal: Principal & { kind: 'environment_key' }, retryMs: number): void {
  const process = system.process('worker');
  const outside = system.process('init', false);
  process.onDeath.push(() => {
    void system.scheduler.sleep(outside, RESTART_MS).then(() => startPoller(system, principal, retryMs));
  });
  void pollForEver(system, process, principal, retryMs);
}

async function pollForEver(
  system: System,
  process: Process,
  principal: Principal & { kind: 'environment_key' },
  retryMs: number,
): Promise<void> {
  const environmentPath = { environment_id: principal.environmentId };
  for (;;) {
    await system.scheduler.sleep(process, QUEUE_POLL_MS);
    try {
      const work = await system.request(principal, (operations, context) =>
        operations['environments.work.poll'](context, {
          path: environmentPath,
          query: {},
          body: undefined,
          headers: { 'Anthropic-Worker-ID': process.name },
        }),
      );
      if (!work?.secret) continue;
      const path = { ...environmentPath, work_id: work.id };
      await system.request(principal, (operations, context) =>
        operations['environments.work.ack'](context, { path, query: {}, body: undefined, headers: {} }),
      );
      const held = {
        environmentId: work.environment_id,
        workId: work.id,
        sessionId: work.data.id,
        secret: work.secret,
        isTold: false,
        keepsFiles: false,
      };
      await new ItemWorker(system, process, held, retryMs).run();
    } catch {
      // One item that fails does not end the official worker either; the next poll finds what is left to do.
    }
  }
}
