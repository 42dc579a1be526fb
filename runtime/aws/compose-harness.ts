import { setTimeout as pause } from 'node:timers/promises';
import { createHarness, type Harness } from '../harness/wake';
import { createMcpClient } from '../mcp/client';
import type { ModelProvider } from '../model/port';
import { createWorkQueue } from '../resources/work-queue';
import type { ThreadRef } from '../store/records';
import { openOwnWaker, openStore, surroundings } from './compose';
import { openBroker, privateHosts } from './compose-broker';
import { openLauncher } from './compose-sandboxes';
import { deadlineOf, type LambdaContext } from './lambda-context';
import { traits } from './model-traits';

/**
 * The function that wakes threads: the only one that may ask the model. Whoever may invoke it may name any thread, and nobody
 * but this stack may.
 */
export function serveHarness(model: ModelProvider): (ref: ThreadRef, context: LambdaContext) => Promise<void> {
  const harness = openHarness(model);
  return (ref, context) => harness.wake(ref, { deadline: deadlineOf(context, surroundings.clock) });
}

function openHarness(model: ModelProvider): Harness {
  const store = openStore();
  const waker = openOwnWaker(store);
  const workQueue = createWorkQueue({ ...surroundings, store, waker, model, launcher: openLauncher(store) });
  return createHarness({
    ...surroundings,
    log: store.log,
    sessions: store.sessions,
    model,
    traits,
    workQueue,
    mcp: createMcpClient({ broker: openBroker(), privateHosts: privateHosts() }),
    waker,
    sleep: (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined),
  });
}
