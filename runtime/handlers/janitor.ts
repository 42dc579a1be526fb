import { ECSClient } from '@aws-sdk/client-ecs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { openStore } from '../aws/compose';
import { log } from '../aws/observe';
import { redactFailures } from '../aws/redacted-failures';
import { removeUnusedRevisions } from '../aws/revision-janitor';
import { hasSetting, readSetting } from '../aws/settings';
import { removeUnusedVersions } from '../aws/version-janitor';

const { sessions } = openStore();
const client = new LambdaClient({});

/**
 * The Lambda function that runs each day and removes the versions of the harness that no session needs, and where it may, the revisions
 * of sandboxes that none of those left over names.
 */
export const handler = redactFailures(async (): Promise<void> => {
  const functionName = readSetting('harnessFunction');
  const removed = await removeUnusedVersions({ client, functionName, sessions, now: Date.now() });
  const fields = { removed: removed.join(' '), count: removed.length };
  log({ level: 'info', message: 'versions of the harness were removed', fields });
  if (!hasSetting('sandboxFamilies')) return;
  const families = readSetting('sandboxFamilies').split(',');
  const revisions = await removeUnusedRevisions({ lambda: client, ecs: new ECSClient({}), functionName, families });
  log({ level: 'info', message: 'revisions of sandboxes were removed', fields: { count: revisions.length } });
});
