import { openStore, surroundings } from '../aws/compose';
import { log } from '../aws/observe';
import { redactFailures } from '../aws/redacted-failures';
import { serveKeys } from '../aws/remote-keys';
import { Keys } from '../resources/keys';

/** The Lambda function behind `managed-agents keys --stack`: whoever may invoke it makes, lists and revokes keys. */
export const handler = redactFailures(serveKeys(new Keys({ ...surroundings, store: openStore() }), log));
