import { openVault } from '../aws/compose-vault';
import { redactFailures } from '../aws/redacted-failures';
import { serveKeeper } from '../aws/remote-vault';

/** The Lambda function that takes secrets in for the API. It gives none out. */
export const handler = redactFailures(serveKeeper(openVault()));
