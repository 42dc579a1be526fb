import { createBedrockModel, type BedrockModels } from '../aws/bedrock-model';
import { serveHarness } from '../aws/compose-harness';
import { readSetting } from '../aws/settings';
import { ownIdentity } from '../aws/signing-identity';

/** The Lambda function that wakes a thread, over Claude on Amazon Bedrock. */
export const handler = serveHarness(
  createBedrockModel({
    region: readSetting('modelRegion'),
    models: JSON.parse(readSetting('bedrockModels')) as BedrockModels,
    credentials: ownIdentity(),
  }),
  'aws.bedrock',
);
