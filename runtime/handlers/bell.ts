import { openStore, surroundings } from '../aws/compose';
import { redactFailures } from '../aws/redacted-failures';
import { answerConnect, type SocketEvent } from '../aws/socket-event';
import { createBellDoor } from '../http/bell-door';

const door = createBellDoor({ ...surroundings, store: openStore() });

/** The Lambda function that lets sandboxes connect to the bell. */
export const handler = redactFailures((event: SocketEvent) => answerConnect(event, door));
