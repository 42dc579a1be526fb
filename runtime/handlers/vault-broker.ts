import { openVault } from '../aws/compose-vault';
import { redactFailures } from '../aws/redacted-failures';
import { serveBroker } from '../aws/remote-vault';

/** The Lambda function that gives out what a session's vaults allow, to the harness and to the egress gateway. */
export const handler = redactFailures(serveBroker(openVault()));
