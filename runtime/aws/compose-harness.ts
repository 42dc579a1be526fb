import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { setTimeout as pause } from 'node:timers/promises';
import { createHarness, type Harness } from '../harness/wake';
import { createMcpClient } from '../mcp/client';
import { traitsOf } from '../model/traits';
import { createWorkQueue } from '../resources/work-queue';
import { openOwnWaker, openStore, surroundings } from './compose';
import { openBroker, privateHosts } from './compose-broker';
import { openLauncher } from './compose-sandboxes';
import { createSecretModel } from './secret-model';
import { hasSetting, readSetting } from './settings';

/** The harness of the stack: the only function that holds the model's key. */
export function openHarness(): Harness {
  const store = openStore();
  const waker = openOwnWaker(store);
  const model = createSecretModel({
    client: new SecretsManagerClient({}),
    clock: surroundings.clock,
    secretArn: readSetting('modelKeySecret'),
    baseURL: hasSetting('modelBaseUrl') ? readSetting('modelBaseUrl') : undefined,
  });
  const workQueue = createWorkQueue({ ...surroundings, store, waker, model, launcher: openLauncher() });
  return createHarness({
    ...surroundings,
    log: store.log,
    sessions: store.sessions,
    model,
    traits: traitsOf,
    workQueue,
    mcp: createMcpClient({ broker: openBroker(), privateHosts: privateHosts() }),
    waker,
    sleep: (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined),
  });
}
