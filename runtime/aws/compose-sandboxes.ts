/** The sandboxes of the stack over AWS, for the entry points to put together. */
import { ECSClient } from '@aws-sdk/client-ecs';
import { systemClock } from '../contract/time';
import { observedLauncher } from '../resources/observed-launcher';
import type { SandboxLauncher, WorkQueue } from '../resources/ports';
import type { SandboxOffer } from '../resources/sandbox-offer';
import { createWorkQueue } from '../resources/work-queue';
import type { Store, Waker } from '../store/ports';
import type { SessionRuntime } from '../store/records';
import { modelCatalogue, noLauncher } from './absent';
import { surroundings } from './compose';
import { egressPlacement, openGatewayService } from './compose-egress';
import { FargateLauncher } from './fargate-launcher';
import type { FargatePlacement } from './fargate-task';
import { log, observe } from './observe';
import type { SandboxSizes } from './sandbox-sizes';
import { hasSetting, readSetting } from './settings';
import { reapTasks } from './task-reaper';
import { WarmPool } from './warm-pool';

/** Starts sandboxes on Fargate. A stack without a fleet starts none: calls of built-in tools then end as errors. */
export function openLauncher(store: Store): SandboxLauncher {
  if (!hasSetting('sandboxCluster')) return noLauncher;
  const client = new ECSClient({});
  const pool = openWarmPool(store, client);
  return observedLauncher(new FargateLauncher({ client, placement: () => placement(store), pool }), observe);
}

/** The work items of the stack, for what looks after them and asks no model. */
export const openWorkQueue = (store: Store, waker: Waker): WorkQueue =>
  createWorkQueue({ ...surroundings, store, waker, launcher: openLauncher(store), model: modelCatalogue });

/** The sandboxes of the stack that stand ready. */
export function openWarmPool(store: Store, client: ECSClient): WarmPool {
  const { warm } = store;
  return new WarmPool({ client, placement: () => placement(store), warm, clock: systemClock, onError: tellPoolError });
}

function tellPoolError(error: unknown): void {
  log({ level: 'warn', message: 'the warm pool could not be brought to its size', error });
}

/** Brings the warm pool to its size, and stops the tasks that were left over. A stack without a fleet has none. */
export async function tendSandboxes(store: Store): Promise<void> {
  if (!hasSetting('sandboxCluster')) return;
  const client = new ECSClient({});
  await openWarmPool(store, client).tend();
  const reaped = await reapTasks({ client, cluster: readSetting('sandboxCluster'), store, clock: systemClock });
  if (reaped > 0) {
    log({ level: 'warn', message: 'sandboxes were left over and have been stopped', fields: { count: reaped } });
  }
}

/** Brings the egress gateway to what sandboxes need. A stack without one has nothing to bring. */
export async function settleGateway(): Promise<void> {
  const changed = await openGatewayService()?.settle();
  if (changed) log({ level: 'info', message: `the egress gateway was ${changed}` });
}

/** What environments may ask of the sandboxes of this stack. */
export const sandboxOffer = (): SandboxOffer => ({
  // Security groups know addresses, not names: without the gateway nothing holds a task to a list of hosts.
  limitedNetworks: hasSetting('egressService'),
  sizes: Object.keys(sandboxSizes()),
});

/** What this deployment gives to new sessions. */
export function currentRuntime(): SessionRuntime {
  const harness = readSetting('harnessVersion');
  if (!hasSetting('sandboxCluster')) return { harness };
  const bell = hasSetting('bellUrl') ? { bell: readSetting('bellUrl') } : {};
  return { harness, sandbox: sandboxRevisions(), ...bell };
}

function sandboxRevisions(): NonNullable<SessionRuntime['sandbox']> {
  return { task: readSetting('sandboxTaskDefinition'), systemTask: readSetting('sandboxSystemTaskDefinition') };
}

const sandboxSizes = (): SandboxSizes =>
  hasSetting('sandboxSizes') ? (JSON.parse(readSetting('sandboxSizes')) as SandboxSizes) : {};

function placement(store: Pick<Store, 'credentials'>): FargatePlacement {
  return {
    cluster: readSetting('sandboxCluster'),
    revisions: sandboxRevisions(),
    subnets: readSetting('sandboxSubnets').split(','),
    securityGroup: readSetting('sandboxSecurityGroup'),
    egress: egressPlacement(store),
    sizes: sandboxSizes(),
    warm: hasSetting('sandboxWarmPool') ? (JSON.parse(readSetting('sandboxWarmPool')) as Record<string, number>) : {},
    publicAddress: readSetting('sandboxPublicAddress') === 'true',
    capacity: readSetting('sandboxCapacity') === 'FARGATE_SPOT' ? 'FARGATE_SPOT' : 'FARGATE',
    apiUrl: readSetting('apiUrl'),
    maxIdleMs: Number(readSetting('sandboxIdleSeconds')) * 1_000,
  };
}
