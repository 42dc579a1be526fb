import { ECSClient } from '@aws-sdk/client-ecs';
import { setTimeout as pause } from 'node:timers/promises';
import { answerCloudFormation, type CustomResourceEvent } from '../aws/custom-resource';
import type { LambdaContext } from '../aws/lambda-context';
import { redactFailures } from '../aws/redacted-failures';
import { drainTasks } from '../aws/task-drain';

const client = new ECSClient({});
/** What is left of the function's time to tell CloudFormation. */
const TO_ANSWER_MS = 20_000;

/** Stops the sandboxes that still run when their cluster is deleted. */
export const handler = redactFailures((event: CustomResourceEvent, context: LambdaContext) =>
  answerCloudFormation(event, async ({ RequestType, ResourceProperties }) => {
    if (RequestType !== 'Delete') return;
    const { cluster = '', families = '' } = ResourceProperties;
    const deadline = Date.now() + context.getRemainingTimeInMillis() - TO_ANSWER_MS;
    await drainTasks({ client, cluster, families: families.split(','), pause, deadline, now: Date.now });
  }),
);
