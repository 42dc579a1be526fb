import { ECSClient } from '@aws-sdk/client-ecs';
import { modelCatalogue } from '../aws/absent';
import { openStore, openWaker, surroundings } from '../aws/compose';
import { openLauncher, openWarmPool } from '../aws/compose-sandboxes';
import { redactFailures } from '../aws/redacted-failures';
import { readSetting } from '../aws/settings';
import { reportStoppedTask, type TaskStateChange } from '../aws/stopped-task';
import { createWorkQueue } from '../resources/work-queue';

const store = openStore();
const waker = openWaker(store);
const workQueue = createWorkQueue({
  ...surroundings,
  store,
  waker,
  launcher: openLauncher(store),
  model: modelCatalogue,
});
const client = new ECSClient({});
const pool = openWarmPool(store, client);

/** The Lambda function that ECS's events of stopped sandboxes go to. What it misses, the lease of the work item makes good. */
export const handler = redactFailures((event: TaskStateChange) =>
  reportStoppedTask(event, { client, cluster: readSetting('sandboxCluster'), workQueue, pool }),
);
