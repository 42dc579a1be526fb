/** The program of the egress gateway's container. */
import { openGateway } from '../aws/compose-gateway';
import { log } from '../aws/observe';

openGateway().then(
  (door) => {
    log({ level: 'info', message: 'the egress gateway listens' });
    process.once('SIGTERM', () => void door.close().then(() => process.exit(0)));
  },
  (error: unknown) => {
    log({ level: 'error', message: 'the egress gateway could not be opened', error });
    process.exit(1);
  },
);
