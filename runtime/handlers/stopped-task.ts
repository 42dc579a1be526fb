import { ECSClient } from '@aws-sdk/client-ecs';
import { openStore, openWaker } from '../aws/compose';
import { openWarmPool, openWorkQueue } from '../aws/compose-sandboxes';
import { redactFailures } from '../aws/redacted-failures';
import { readSetting } from '../aws/settings';
import { reportStoppedTask, type TaskStateChange } from '../aws/stopped-task';

const store = openStore();
const workQueue = openWorkQueue(store, openWaker(store));
const client = new ECSClient({});
const pool = openWarmPool(store, client);

/** The Lambda function that ECS's events of stopped sandboxes go to. What it misses, the lease of the work item makes good. */
export const handler = redactFailures((event: TaskStateChange) =>
  reportStoppedTask(event, { client, cluster: readSetting('sandboxCluster'), workQueue, pool }),
);
