import { LambdaClient } from '@aws-sdk/client-lambda';
import { openStore } from '../aws/compose';
import { readSetting } from '../aws/settings';
import { removeUnusedVersions } from '../aws/version-janitor';

const { sessions } = openStore();
const client = new LambdaClient({});

/** The Lambda function that runs each day and removes the versions of the harness that no session needs. */
export const handler = async (): Promise<void> => {
  const functionName = readSetting('harnessFunction');
  const removed = await removeUnusedVersions({ client, functionName, sessions, now: Date.now() });
  console.log('removed versions of the harness', { functionName, removed });
};
