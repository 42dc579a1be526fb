import { openVault } from '../aws/compose-vault';
import { serveBroker } from '../aws/remote-vault';

/** The Lambda function that gives out what a session's vaults allow, to the harness and to the egress gateway. */
export const handler = serveBroker(openVault());
