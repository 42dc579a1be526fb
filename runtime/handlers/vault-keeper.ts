import { openVault } from '../aws/compose-vault';
import { serveKeeper } from '../aws/remote-vault';

/** The Lambda function that takes secrets in for the API. It gives none out. */
export const handler = serveKeeper(openVault());
