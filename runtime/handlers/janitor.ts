import { LambdaClient } from '@aws-sdk/client-lambda';
import { openStore } from '../aws/compose';
import { log } from '../aws/observe';
import { redactFailures } from '../aws/redacted-failures';
import { readSetting } from '../aws/settings';
import { removeUnusedVersions } from '../aws/version-janitor';

const { sessions } = openStore();
const client = new LambdaClient({});

/** The Lambda function that runs each day and removes the versions of the harness that no session needs. */
export const handler = redactFailures(async (): Promise<void> => {
  const functionName = readSetting('harnessFunction');
  const removed = await removeUnusedVersions({ client, functionName, sessions, now: Date.now() });
  const fields = { removed: removed.join(' '), count: removed.length };
  log({ level: 'info', message: 'versions of the harness were removed', fields });
});
