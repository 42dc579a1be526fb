import { openStore, surroundings } from '../aws/compose';
import { serveKeys } from '../aws/remote-keys';
import { Keys } from '../resources/keys';

/** The Lambda function behind `managed-agents keys --stack`: whoever may invoke it makes, lists and revokes keys. */
export const handler = serveKeys(new Keys({ ...surroundings, store: openStore() }));
