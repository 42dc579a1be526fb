import { createClaudePlatformModel } from '../aws/claude-platform-model';
import { serveHarness } from '../aws/compose-harness';
import { readSetting } from '../aws/settings';
import { ownIdentity } from '../aws/signing-identity';

/** The Lambda function that wakes a thread, over Claude Platform on AWS. */
export const handler = serveHarness(
  createClaudePlatformModel({
    region: readSetting('modelRegion'),
    workspaceId: readSetting('modelWorkspace'),
    credentials: ownIdentity(),
  }),
  'anthropic',
);
