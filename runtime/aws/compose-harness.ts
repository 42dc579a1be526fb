import { setTimeout as pause } from 'node:timers/promises';
import { createHarness, type Harness } from '../harness/wake';
import { createMcpClient } from '../mcp/client';
import type { ModelProvider } from '../model/port';
import { createWorkQueue } from '../resources/work-queue';
import type { ThreadRef } from '../store/records';
import type { Observe } from '../telemetry/facts';
import { heardBy } from '../telemetry/observer';
import { openOwnWaker, openStore, surroundings } from './compose';
import { openBroker, privateHosts } from './compose-remote-vault';
import { openLauncher } from './compose-sandboxes';
import { openHarnessTraces } from './compose-traces';
import { openBell } from './gateway-bell';
import { deadlineOf, type LambdaContext } from './lambda-context';
import { traits } from './model-traits';
import { log, observe } from './observe';
import { redactFailures } from './redacted-failures';

/**
 * The function that wakes threads: the only one that may ask the model. Whoever may invoke it may name any thread, and nobody
 * but this stack may.
 *
 * @param provider who serves the model, by the name that OpenTelemetry has for it.
 */
export function serveHarness(
  model: ModelProvider,
  provider: string,
): (ref: ThreadRef, context: LambdaContext) => Promise<void> {
  const traces = openHarnessTraces(provider);
  const harness = openHarness(model, traces ? heardBy(log, observe, traces.observe) : observe);
  return redactFailures(async (ref, context) => {
    try {
      await harness.wake(ref, { deadline: deadlineOf(context, surroundings.clock) });
    } finally {
      // Lambda may freeze the process as soon as this returns.
      await traces?.flush();
    }
  });
}

function openHarness(model: ModelProvider, hears: Observe): Harness {
  const store = openStore();
  const waker = openOwnWaker(store);
  const workQueue = createWorkQueue({ ...surroundings, store, waker, model, launcher: openLauncher(store) });
  return createHarness({
    ...surroundings,
    log: store.log,
    sessions: store.sessions,
    model,
    traits,
    observe: hears,
    workQueue,
    mcp: createMcpClient({ broker: openBroker(), privateHosts: privateHosts() }),
    waker,
    bell: openBell(),
    sleep: (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined),
  });
}
