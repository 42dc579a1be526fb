import { serveHarness } from '../aws/compose-harness';
import { openSecretModel } from '../aws/compose-model';

/** The Lambda function that wakes a thread, over the Messages API with a key. */
export const handler = serveHarness(openSecretModel(), 'anthropic');
